from hypothesis import given
from hypothesis import strategies as st

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES
from faces.pool import Cell
from generator.top_up import CellState, measured_yield, missing, plan_top_up

WOMAN, MAN = Cell("woman", "30s", "good"), Cell("man", "40s", "good")
cells = st.builds(
    Cell,
    st.sampled_from(GENDERS),
    st.sampled_from(AGE_BUCKETS),
    st.sampled_from(QUALITIES),
)
few = st.integers(0, 60)
drawn = st.tuples(few, few).map(sorted)
states = st.builds(
    lambda wanted, servable, awaiting, to_draw, pair: CellState(
        wanted, servable, awaiting, to_draw, num_in_cell=pair[0], num_drawn=pair[1]
    ),
    *(few, few, few, few, drawn),
)
pools = st.dictionaries(cells, states)


def total(orders):
    return sum(order.count for order in orders)


def test_a_full_pool_orders_nothing():
    assert plan_top_up({WOMAN: CellState(5, servable=3, awaiting=2)}, 16, 500) == []


def test_what_is_missing_is_ordered_by_the_yield():
    state = CellState(wanted=6, servable=1, num_drawn=992, num_in_cell=498)

    orders = plan_top_up({WOMAN: state}, 4, 500)

    assert measured_yield(WOMAN, state) == 0.5
    assert [order.count for order in orders] == [4, 4, 2]


def test_what_is_on_the_way_counts():
    state = CellState(wanted=6, to_draw=12, num_drawn=992, num_in_cell=498)

    assert missing(WOMAN, state) == 0
    assert plan_top_up({WOMAN: state}, 4, 500) == []


def test_the_thinnest_cell_comes_first_and_cells_take_turns():
    state = {WOMAN: CellState(10, servable=5), MAN: CellState(10, servable=1)}

    orders = plan_top_up(state, 10, 40)

    assert [order.cell for order in orders] == [MAN, WOMAN, MAN, WOMAN]


def test_trainwrecks_are_rarer_before_anything_is_known():
    wreck = Cell("man", "40s", "trainwreck")

    assert measured_yield(wreck, CellState(1)) < measured_yield(MAN, CellState(1))


@given(pools, st.integers(1, 32), st.integers(0, 300))
def test_a_plan_stays_within_its_limits(pool, batch_size, most):
    orders = plan_top_up(pool, batch_size, most)

    assert total(orders) <= most
    assert all(0 < order.count <= batch_size for order in orders)
    assert all(missing(order.cell, pool[order.cell]) > 0 for order in orders)


@given(pools, st.integers(1, 32))
def test_a_plan_without_limits_leaves_nothing_missing(pool, batch_size):
    orders = plan_top_up(pool, batch_size, 10**9)

    for cell, state in pool.items():
        ordered = sum(order.count for order in orders if order.cell == cell)
        coming = (ordered + state.to_draw) * measured_yield(cell, state)
        assert state.servable + state.awaiting + coming >= state.wanted - 1e-9


@given(pools, st.integers(1, 32), st.integers(0, 300))
def test_a_plan_is_the_same_whatever_the_order_of_cells(pool, batch_size, most):
    backwards = dict(reversed(pool.items()))

    one, other = (plan_top_up(cells, batch_size, most) for cells in (pool, backwards))

    assert total(one) == total(other)

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from faces.models import AGE_BUCKETS, GENDERS, QUALITIES
from faces.pool import Cell
from generator.top_up import (
    CellState,
    Order,
    measured_yield,
    missing,
    plan_top_up,
    with_tones,
)

WOMAN, MAN = Cell("woman", "30s", "good"), Cell("man", "40s", "good")
cells = st.builds(
    Cell,
    st.sampled_from(GENDERS),
    st.sampled_from(AGE_BUCKETS),
    st.sampled_from(QUALITIES),
)
few = st.integers(0, 60)
MIX = {"light": 50, "medium": 30, "dark": 20}
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


def tones_of(orders):
    return Counter(tone for order in orders for tone in order.tones)


def test_an_empty_cell_gets_pictures_in_the_wished_mix():
    [order] = with_tones([Order(WOMAN, 10)], {WOMAN: CellState(9)}, MIX)

    assert tones_of([order]) == {"light": 5, "medium": 3, "dark": 2}
    assert set(order.tones[:3]) == {"light", "medium", "dark"}


def test_a_tone_the_cell_lacks_is_asked_for_until_the_mix_is_right():
    sure = {"num_drawn": 10_000, "num_in_cell": 10_000}
    state = CellState(40, tones={"light": 20, "medium": 3}, **sure)

    orders = with_tones([Order(WOMAN, 9), Order(WOMAN, 8)], {WOMAN: state}, MIX)

    assert tones_of(orders) == {"medium": 9, "dark": 8}


def test_tones_on_the_way_count_by_the_yield():
    sure = {"num_drawn": 10_000, "num_in_cell": 5_000}
    state = CellState(9, to_draw=10, tones_to_draw={"light": 10}, **sure)

    orders = with_tones([Order(WOMAN, 10)], {WOMAN: state}, MIX)

    assert tones_of(orders) == {"medium": 6, "dark": 4}


def test_each_cell_has_its_own_mix():
    states = {WOMAN: CellState(9, tones={"dark": 5}), MAN: CellState(9)}

    [woman, man] = with_tones([Order(WOMAN, 1), Order(MAN, 1)], states, MIX)

    assert (woman.tones, man.tones) == (("light",), ("light",))


def test_trainwrecks_are_not_asked_for_a_tone():
    wreck = Cell("man", "40s", "trainwreck")

    assert with_tones([Order(wreck, 3)], {wreck: CellState(3)}, MIX) == [
        Order(wreck, 3)
    ]


shares = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
mixes = shares.map(
    lambda pair: {"light": pair[0], "medium": pair[1] - pair[0], "dark": 100 - pair[1]}
)


@given(mixes, st.integers(1, 60), few, few)
def test_every_picture_gets_a_wished_tone_near_the_mix(mix, count, drawn, landed):
    state = CellState(9, num_drawn=drawn + landed, num_in_cell=landed)

    [order] = with_tones([Order(WOMAN, count)], {WOMAN: state}, mix)

    found = tones_of([order])
    assert found.total() == count
    for tone, share in mix.items():
        assert abs(found[tone] - share / 100 * count) <= 1.5
        assert share or not found[tone]

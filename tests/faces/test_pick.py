import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from faces.models import Face
from faces.pool import Cell, draw_id, pick
from tests.make import make_face

CELL = Cell("woman", "30s", "good")


def test_every_face_of_the_cell_is_as_likely(db):
    faces = [make_face() for _ in range(4)]
    rng = random.Random(1)

    counts = Counter(pick([CELL], [], rng).pk for _ in range(400))

    assert set(counts) == {face.pk for face in faces}
    assert min(counts.values()) > 60  # 100 expected, sigma 8.7


def test_larger_cells_are_picked_from_more_often():
    ids = [[1], [2, 3, 4]]
    rng = random.Random(1)

    counts = Counter(draw_id(ids, [], set(), rng) for _ in range(4000))

    assert all(850 < count < 1150 for count in counts.values())


def test_seen_faces_come_back_only_when_all_have_been_seen(db):
    faces = [make_face() for _ in range(5)]
    rng = random.Random(1)
    seen = []

    for _ in faces:
        seen.append(pick([CELL], seen, rng).pk)

    assert sorted(seen) == sorted(face.pk for face in faces)
    assert pick([CELL], seen, rng).pk == seen[0]


def test_unseen_faces_stay_equally_likely_in_a_large_cell():
    rng = random.Random(1)

    counts = Counter(draw_id([range(10)], [0, 1, 2], set(), rng) for _ in range(7000))

    assert set(counts) == set(range(3, 10))
    assert all(850 < count < 1150 for count in counts.values())


def test_empty_cell_gives_nobody(db):
    assert pick([CELL], [], random.Random(1)) is None


def test_face_revoked_since_the_list_was_read_is_not_picked(db, settings):
    settings.POOL_CACHE_SECONDS = 3600
    first, second = make_face(), make_face()
    pick([CELL], [], random.Random(1))

    first.revoke("Reported.")

    assert {pick([CELL], [], random.Random(n)).pk for n in range(20)} == {second.pk}


def test_face_moved_to_another_cell_is_not_picked(db, settings):
    settings.POOL_CACHE_SECONDS = 3600
    moved, stays = make_face(), make_face()
    pick([CELL], [], random.Random(1))

    Face.objects.filter(pk=moved.pk).update(gender="man")

    assert {pick([CELL], [], random.Random(n)).pk for n in range(20)} == {stays.pk}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 40)), max_size=4),
    st.lists(st.integers(0, 40), unique=True),
    st.sets(st.integers(0, 40)),
    st.integers(),
)
def test_draw_prefers_unseen_then_the_one_seen_longest_ago(cells, seen, tried, seed):
    id_lists = [sorted(cell.difference(*cells[:n])) for n, cell in enumerate(cells)]
    free = {i for ids in id_lists for i in ids} - tried

    drawn = draw_id(id_lists, seen, tried, random.Random(seed))

    if not free:
        assert drawn is None
    elif unseen := free - set(seen):
        assert drawn in unseen
    else:
        assert drawn == min(free, key=seen.index)

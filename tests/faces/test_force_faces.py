"""Every way past the panel that SQL and the ORM offer, tried on every blocked face."""

from decimal import Decimal
from itertools import product

from django.db import IntegrityError, connection, transaction

from faces.deciding import undo
from faces.models import Face, Rating, new_key
from tests.faces.unguarded import drop_triggers, execute, without_the_check
from tests.faces.votes import LEAD, labels, say
from tests.make import make_face, make_waiting

UNSEEN = {"gender": "unknown", "age_bucket": "unknown", "quality": "unknown"}
SAFE = {
    **{"status": "approved", "adult": "yes", "problem": "none", "review": "panel"},
    **{"gender": "woman", "age_bucket": "30s", "quality": "good"},
}
WRITTEN = [
    {"status": "approved"},
    {"status": "approved", "review": "shipped"},
    SAFE,
    SAFE | {"gender": "man", "age_bucket": "50+"},
    SAFE | {"quality": "trainwreck"},
    SAFE | {"review": "shipped"},
    SAFE | {"seed": 10**9},
    SAFE | {"picture_sha256": "f" * 64, "review": "shipped"},
]
"""A fresh recipe with a fresh picture is left out: that is how new faces are shipped."""


def rated(*votes):
    """A face with these votes, by as many raters."""
    face = make_waiting()
    for number, fields in enumerate(votes):
        say(face, f"rater {number}", **fields)
    return face


def vetoed_again():
    face = rated({}, {})
    undo(say(face, "cem", adult="no"))
    say(face, "cem", problem="nudity")
    return face


def revoked(face):
    Face.objects.get(pk=face.pk).revoke("Reported.")
    return face


def refused_by_screening():
    face = make_waiting()
    face.reject("Screening: under 18.")
    return face


BLOCKED = {
    "unrated": make_waiting,
    "rated by one": lambda: rated({}),
    "rated by one and the lead": lambda: rated({}, LEAD),
    "vetoed": lambda: rated({"adult": "no"}),
    "vetoed after it was approved": lambda: rated({}, {}, {"problem": "nudity"}),
    "vetoed again": vetoed_again,
    "unknown to both": lambda: rated(UNSEEN, UNSEEN),
    "unusable": lambda: rated({"quality": "unusable"}, {"quality": "unusable"}),
    "seen differently": lambda: rated({"gender": "man"}, {"gender": "androgynous"}),
    "refused by the screening": refused_by_screening,
    "shipped with an age unknown": lambda: make_face(approved=False, adult="unknown"),
    "revoked": lambda: revoked(rated({}, {})),
    "revoked and shipped": lambda: revoked(make_face()),
}


def update(face, values):
    Face.objects.filter(pk=face.pk).update(**values)


def update_in_steps(*statuses):
    def way(face, values):
        for status in statuses:
            Face.objects.filter(pk=face.pk).update(status=status)
        update(face, values)

    return way


def save(face, values):
    changed(face, values).save()


def bulk_update(face, values):
    Face.objects.bulk_update([changed(face, values)], list(values))


def create_copy(face, values):
    Face.objects.bulk_create([changed(face, values, pk=None, key=new_key())])


def create_in_its_place(face, values):
    conflict = {"unique_fields": ["id"], "update_fields": list(values)}
    copy = changed(face, values)
    Face.objects.bulk_create([copy], update_conflicts=True, **conflict)


def changed(face, values, **also):
    face = Face.objects.get(pk=face.pk)
    for name, value in (values | also).items():
        setattr(face, name, value)
    return face


def update_by_sql(face, values):
    settings = ", ".join(f"{name} = %s" for name in values)
    where = "picture_sha256 = %s"
    params = [*values.values(), face.picture_sha256]
    execute(f"UPDATE faces_face SET {settings} WHERE {where}", params)


def insert_by_sql(face, values):
    row = Face.objects.filter(pk=face.pk).values().get() | {"scores": "{}"} | values
    insert("faces_face", row)


def replace_by_sql(face, values):
    row = Face.objects.filter(pk=face.pk).values().get() | {"scores": "{}"} | values
    insert("faces_face", row, renewed=values)


def replace_votes(face, values):
    for row in Rating.objects.filter(face=face.pk).values():
        insert("faces_rating", row | labels(), renewed=labels())
    update_in_steps("unrated")(face, values)


def insert(table, row, renewed=()):
    """Insert a row, or with `renewed` put it in the place of the one with its id."""
    columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    verb = "INSERT OR REPLACE" if renewed else "INSERT"
    end = ""
    if connection.vendor == "postgresql" and renewed:
        verb, names = "INSERT", [f"{name} = EXCLUDED.{name}" for name in renewed]
        end = f"ON CONFLICT (id) DO UPDATE SET {', '.join(names)}"
    statement = f"{verb} INTO {table} ({columns}) VALUES ({marks}) {end}"
    execute(statement, [str(v) if isinstance(v, Decimal) else v for v in row.values()])


def rewrite_votes(face, values):
    labels = "gender = 'woman', age_bucket = '30s', quality = 'good'"
    kind = "purpose = 'judge', round = 1, adult = 'yes', problem = 'none'"
    execute(f"UPDATE faces_rating SET {kind}, {labels} WHERE face_id = %s", [face.pk])
    update(face, values)


def revive_votes(face, values):
    execute("UPDATE faces_rating SET undone_at = NULL WHERE face_id = %s", [face.pk])
    update(face, values)


def borrow_votes(face, values):
    lenders = "SELECT id FROM auth_user WHERE username IN ('dan', 'eve')"
    where = f"WHERE rater_id IN ({lenders})"
    execute(f"UPDATE faces_rating SET face_id = %s {where}", [face.pk])
    update_in_steps("unrated")(face, values)


WAYS = [
    *(update, save, bulk_update, create_copy, create_in_its_place),
    *(update_by_sql, insert_by_sql, replace_by_sql),
    *(rewrite_votes, replace_votes, revive_votes, borrow_votes),
    update_in_steps("unrated"),
    update_in_steps("rejected", "unrated"),
    update_in_steps("reported"),
]


def forced(way, face, values):
    """Whether that made the face servable, or another with its recipe or picture."""
    before = set(Face.objects.servable().values_list("pk", flat=True))
    with transaction.atomic():
        try:
            with transaction.atomic():
                way(face, values)
                connection.check_constraints()
        except IntegrityError:
            return False
        after = set(Face.objects.servable().values_list("pk", flat=True))
        transaction.set_rollback(True)
    return bool(after - before)


def all_forced(ways, written):
    faces = {name: make() for name, make in BLOCKED.items()}
    lent = make_waiting()
    say(lent, "dan")
    say(lent, "eve")
    return [
        (way, name, values)
        for way, name, values in product(ways, faces, written)
        if forced(way, faces[name], values)
    ]


def test_nothing_makes_a_blocked_face_servable(db):
    assert len(WAYS) * len(BLOCKED) * len(WRITTEN) >= 1_000
    assert all_forced(WAYS, WRITTEN) == []


def test_without_triggers_every_way_would_do_for_every_face(db):
    drop_triggers()

    ways, names, _ = zip(*all_forced(WAYS, [SAFE]), strict=True)

    assert set(ways) == {*WAYS} - {create_copy, insert_by_sql}
    assert set(names) == set(BLOCKED)


def test_without_the_check_an_unknown_age_would_do(db):
    with without_the_check():
        assert all_forced([update], [{"status": "approved"}]) != []

"""Triggers: what a CHECK cannot see, as it looks at one row at one moment.

No statement makes a face servable that was revoked, that somebody vetoed, or that fewer than
two raters called clearly adult and named alike. SQLite drops triggers when Django rebuilds a
table, so a migration that changes the columns of Face or Rating must end with `create_guards`.
"""

from typing import Any

STEPS = {
    "unrated": ["approved", "rejected", "revoked"],
    "approved": ["unrated", "reported", "rejected", "revoked"],
    "reported": ["approved", "rejected", "revoked"],
    "rejected": ["unrated", "revoked"],
    "revoked": [],
}
"""From each status to those that may follow: back to unrated only as a vote is taken back."""

STANDING = (
    "FROM faces_rating r WHERE r.face_id = NEW.id AND r.undone_at IS NULL "
    "AND r.purpose IN ('judge', 'lead')"
)
OK = (
    f"SELECT COUNT(DISTINCT r.rater_id) {STANDING} "
    "AND r.purpose = 'judge' AND r.adult = 'yes' AND r.problem = 'none'"
)
RETIRED = (
    "SELECT 1 FROM faces_network n "
    "WHERE n.id = NEW.network_id AND n.retired_at IS NOT NULL"
)
VETO = f"SELECT 1 {STANDING} AND (r.adult <> 'yes' OR r.problem <> 'none')"
TAKEN_BACK = (
    "SELECT 1 FROM faces_rating r WHERE r.face_id = NEW.id AND r.undone_at IS NOT NULL"
)

LABELS = ["gender", "age_bucket", "quality"]
SHOWN = [*LABELS, "adult", "problem"]
VOTE = ["face_id", "rater_id", "round", "purpose", *SHOWN]


def no_step() -> str:
    steps = [
        f"(OLD.status = '{old}' AND NEW.status = '{new}')"
        for old, following in STEPS.items()
        for new in following
    ]
    return f"NEW.status <> OLD.status AND NOT ({' OR '.join(steps)})"


def unnamed(label: str) -> str:
    """Neither two raters nor the lead gave the face this label."""
    named = f"{STANDING} AND r.{label} = NEW.{label}"
    return (
        f"((SELECT COUNT(DISTINCT r.rater_id) {named} AND r.purpose = 'judge') < 2 "
        f"AND NOT EXISTS (SELECT 1 {named} AND r.purpose = 'lead'))"
    )


def changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


GUARDS = {
    # name: (table, event, what is refused, why)
    "face_insert_guard": (
        "faces_face",
        "INSERT",
        "NEW.status = 'approved' AND NEW.review <> 'shipped'",
        "a face is approved by its raters, not when it is added",
    ),
    "face_status_guard": (
        "faces_face",
        "UPDATE",
        no_step(),
        "a face does not go from that status to this one; revoked is final",
    ),
    "face_rejected_guard": (
        "faces_face",
        "UPDATE",
        "OLD.status = 'rejected' AND NEW.status = 'unrated' "
        f"AND (EXISTS ({VETO}) OR NOT EXISTS ({TAKEN_BACK}))",
        "rejected is final unless the vote is taken back",
    ),
    "face_veto_guard": (
        "faces_face",
        "UPDATE",
        f"NEW.status = 'approved' AND OLD.status <> 'approved' AND EXISTS ({VETO})",
        "a rater has vetoed the face",
    ),
    "face_raters_guard": (
        "faces_face",
        "UPDATE",
        "NEW.status = 'approved' AND NEW.review <> 'shipped' "
        f"AND (OLD.status <> 'approved' OR OLD.review = 'shipped') AND ({OK}) < 2",
        "two raters must have called the face adult",
    ),
    "face_labels_guard": (
        "faces_face",
        "UPDATE",
        "NEW.status = 'approved' AND NEW.review <> 'shipped' "
        f"AND ({' OR '.join(map(unnamed, LABELS))})",
        "two raters or the lead must have named what the face shows",
    ),
    "face_review_guard": (
        "faces_face",
        "UPDATE",
        "NEW.review = 'shipped' AND (OLD.review <> 'shipped' OR (NEW.status = 'approved' "
        f"AND OLD.status <> 'approved' AND ({changed(*SHOWN)})))",
        "only what came with the site was shipped with it, and as it came",
    ),
    "face_recipe_guard": (
        "faces_face",
        "UPDATE",
        changed("id", "network_id", "seed", "psi", "edit", "picture_sha256"),
        "a face keeps its recipe and its picture",
    ),
    "face_retired_guard": (
        "faces_face",
        "UPDATE",
        f"NEW.status = 'approved' AND OLD.status <> 'approved' AND EXISTS ({RETIRED})",
        "its network is retired",
    ),
    "face_retired_insert_guard": (
        "faces_face",
        "INSERT",
        f"NEW.status = 'approved' AND EXISTS ({RETIRED})",
        "its network is retired",
    ),
    "rating_kept_guard": (
        "faces_rating",
        "UPDATE",
        f"{changed(*VOTE)} OR (OLD.undone_at IS NOT NULL AND NEW.undone_at IS NULL)",
        "a vote is taken back, never changed",
    ),
}


SQLITE_GUARDS = {
    # INSERT OR REPLACE puts a fresh row in the place of a revoked one, or of a veto.
    "face_replace_guard": (
        "faces_face",
        "INSERT",
        "EXISTS (SELECT 1 FROM faces_face f WHERE f.id = NEW.id "
        "OR f.picture_sha256 = NEW.picture_sha256 OR (f.network_id = NEW.network_id "
        "AND f.seed = NEW.seed AND f.psi = NEW.psi AND f.edit = NEW.edit))",
        "a face is never replaced",
    ),
    "rating_replace_guard": (
        "faces_rating",
        "INSERT",
        "EXISTS (SELECT 1 FROM faces_rating r WHERE r.id = NEW.id)",
        "a vote is never replaced",
    ),
}


def create_guards(apps: Any, schema_editor: Any) -> None:
    drop_guards(apps, schema_editor)
    vendor = schema_editor.connection.vendor
    is_retirement_known = hasattr(apps.get_model("faces", "Network"), "retired_at")
    for name, (table, event, refused, why) in guards_of(vendor).items():
        if RETIRED in refused and not is_retirement_known:
            continue  # an older migration: a later one adds the column, and these
        for statement in statements(vendor, name, table, event, refused, why):
            schema_editor.execute(statement, params=None)


def drop_guards(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for name, (table, *_) in guards_of(vendor).items():
        on_table = f" ON {table}" if vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}", params=None)


def guards_of(vendor: str) -> dict[str, tuple[str, str, str, str]]:
    return GUARDS | (SQLITE_GUARDS if vendor == "sqlite" else {})


def statements(
    vendor: str, name: str, table: str, event: str, refused: str, why: str
) -> list[str]:
    head = f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW"
    if vendor == "sqlite":
        return [f"{head} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{why}'); END"]
    function = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
        BEGIN
            IF {refused} THEN
                RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql"""
    return [function, f"{head} EXECUTE FUNCTION {name}()"]

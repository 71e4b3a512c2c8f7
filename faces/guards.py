"""Triggers: what a CHECK cannot see, as it looks at one row at one moment.

No statement makes a face servable that was revoked, that somebody vetoed, or that fewer than
two raters called clearly adult. SQLite drops triggers when Django rebuilds a table, so a
migration that changes the columns of Face or Rating must end with `create_guards`.
"""

from typing import Any

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

GUARDS = {
    # name: (event, when, what is refused, why)
    "face_insert_guard": (
        "INSERT",
        "NEW.status = 'approved' AND NEW.review <> 'shipped'",
        "a face is approved by its raters, not when it is added",
    ),
    "face_final_guard": (
        "UPDATE",
        "NEW.status <> OLD.status AND (OLD.status = 'revoked' OR "
        "(NEW.status = 'approved' AND OLD.status NOT IN ('unrated', 'reported')))",
        "revoked and rejected are final",
    ),
    "face_veto_guard": (
        "UPDATE",
        f"NEW.status = 'approved' AND OLD.status <> 'approved' AND EXISTS ({VETO})",
        "a rater has vetoed the face",
    ),
    "face_raters_guard": (
        "UPDATE",
        "NEW.status = 'approved' AND NEW.review <> 'shipped' "
        f"AND (OLD.status <> 'approved' OR OLD.review = 'shipped') AND ({OK}) < 2",
        "two raters must have called the face adult",
    ),
    "face_review_guard": (
        "UPDATE",
        "NEW.review = 'shipped' AND OLD.review <> 'shipped'",
        "only what came with the site was shipped with it",
    ),
    "face_recipe_guard": (
        "UPDATE",
        "NEW.network_id <> OLD.network_id OR NEW.seed <> OLD.seed OR NEW.psi <> OLD.psi "
        "OR NEW.edit <> OLD.edit OR NEW.picture_sha256 <> OLD.picture_sha256",
        "a face keeps its recipe and its picture",
    ),
    "face_retired_guard": (
        "UPDATE",
        f"NEW.status = 'approved' AND OLD.status <> 'approved' AND EXISTS ({RETIRED})",
        "its network is retired",
    ),
    "face_retired_insert_guard": (
        "INSERT",
        f"NEW.status = 'approved' AND EXISTS ({RETIRED})",
        "its network is retired",
    ),
}


def create_guards(apps: Any, schema_editor: Any) -> None:
    drop_guards(apps, schema_editor)
    vendor = schema_editor.connection.vendor
    is_retirement_known = hasattr(apps.get_model("faces", "Network"), "retired_at")
    for name, (event, refused, why) in GUARDS.items():
        if RETIRED in refused and not is_retirement_known:
            continue  # an older migration: a later one adds the column, and these
        for statement in statements(vendor, name, event, refused, why):
            schema_editor.execute(statement, params=None)


def drop_guards(apps: Any, schema_editor: Any) -> None:
    is_postgres = schema_editor.connection.vendor == "postgresql"
    table = " ON faces_face" if is_postgres else ""
    for name in GUARDS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{table}", params=None)


def statements(vendor: str, name: str, event: str, refused: str, why: str) -> list[str]:
    head = f"CREATE TRIGGER {name} BEFORE {event} ON faces_face FOR EACH ROW"
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

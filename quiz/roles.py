"""Who may do what in the admin: groups with the permissions of each role."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

ROLES = {
    "editor": {
        "quiz": {
            "quiz": ["view", "add", "change", "delete"],
            "question": ["view", "add", "change", "delete"],
            "choice": ["view", "add", "change", "delete"],
            "result": ["view"],
        },
        "texts": {
            "tone": ["view", "add", "change", "delete"],
            "messagetemplate": ["view", "add", "change", "delete"],
            "wordlist": ["view", "add", "change", "delete"],
            "word": ["view", "add", "change", "delete"],
            "grammarexception": ["view", "add", "change", "delete"],
            "flaggedword": ["view", "add", "change", "delete"],
            "textsettings": ["view"],
            "textevent": ["view"],
            "spreadsheetimport": ["view"],
        },
        "faces": {"face": ["view"]},
    },
    "rater": {"faces": {"face": ["view", "rate"]}},
    "lead": {"faces": {"face": ["view", "rate", "decide"], "faceevent": ["view"]}},
    "operator": {
        "faces": {
            "face": ["view", "revoke"],
            "faceevent": ["view"],
            "network": ["view", "change"],
            "report": ["view"],
        },
        "quiz": {"quiz": ["view"], "result": ["view", "delete"]},
        "texts": {"textsettings": ["view", "add", "change"]},
        "generator": {
            "target": ["view", "add", "change", "delete"],
            "topupsettings": ["view", "change"],
            "batch": ["view", "order"],
            "sample": ["view", "add"],
            "worker": ["view"],
        },
    },
}


def set_up_roles() -> None:
    """Create the groups and set their permissions; safe to repeat."""
    for role, apps in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions_of(apps))


def permissions_of(apps: dict[str, dict[str, list[str]]]) -> list[Permission]:
    wanted = Q()
    for app, models in apps.items():
        for model, actions in models.items():
            codenames = [f"{action}_{model}" for action in actions]
            wanted |= Q(content_type__app_label=app, codename__in=codenames)
    return list(Permission.objects.filter(wanted))

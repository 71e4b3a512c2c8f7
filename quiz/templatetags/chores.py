"""What needs doing, on the home page of the admin."""

from django import template
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.module_loading import import_string

register = template.Library()


@register.simple_tag
def what_needs_doing(user: User) -> list[tuple[str, str]]:
    """Sentences and addresses, of the checks that concern the user."""
    checks = [import_string(name) for name in settings.WHAT_NEEDS_DOING]
    return [chore for check in checks if (chore := check(user))]

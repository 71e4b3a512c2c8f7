"""Who may open the panel's pages. What they see is kept in nobody's cache."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def for_rater(view: View) -> View:
    may_rate = permission_required("faces.rate_face", raise_exception=True)
    return never_cache(login_required(may_rate(view)))


def for_lead(view: View) -> View:
    may_decide = permission_required("faces.decide_face", raise_exception=True)
    return never_cache(login_required(may_decide(view)))


def user_of(request: HttpRequest) -> User:
    """Whoever is signed in, where nobody else gets."""
    return cast(User, request.user)

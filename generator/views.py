"""The operator's pages in the admin that are no list of rows."""

from collections.abc import Sequence

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from generator.errors import GeneratorError
from generator.forms import WantedForm
from generator.models import Sample, TopUpSettings
from generator.overview import overview, pictures_in_batches
from generator.planning import order_batches

EDIT_TARGETS = ["generator.add_target", "generator.change_target"]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("generator.view_target", raise_exception=True)
def pool(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return save_wanted(request)
    return pool_page(request, WantedForm())


@permission_required(EDIT_TARGETS, raise_exception=True)
def save_wanted(request: HttpRequest) -> HttpResponse:
    form = WantedForm(request.POST)
    if not form.is_valid():
        return pool_page(request, form, status=400)
    targets = form.save()
    note(request, targets, "Changed on the pool page.")
    if targets:
        num_cells = f"{len(targets)} cell{pluralize(len(targets))}"
        messages.success(request, f"Saved: {num_cells} changed.")
    else:
        messages.info(request, "Nothing was changed: these numbers were wanted before.")
    return redirect("admin:generator_pool")


def pool_page(
    request: HttpRequest, form: WantedForm, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        **overview(),
        "title": "Pool",
        "is_pool_page": True,
        "form": form,
        "may_edit_targets": request.user.has_perms(EDIT_TARGETS),
    }
    template = "admin/generator/pool/pool.html"
    return TemplateResponse(request, template, context, status=status)


@require_POST
@permission_required("generator.order_batch", raise_exception=True)
def top_up_now(request: HttpRequest) -> HttpResponse:
    try:
        batches = order_batches()
    except GeneratorError as error:
        messages.error(request, f"Nothing was ordered. {error}")
        return redirect("admin:generator_pool")
    if batches:
        count = sum(batch.count for batch in batches)
        ordered = pictures_in_batches(count, len(batches))
        messages.success(request, f"Ordered: {ordered}. Workers take them from here.")
    else:
        messages.warning(request, "Nothing was ordered: the plan below says why.")
    return redirect("admin:generator_pool")


@require_POST
@permission_required("generator.change_topupsettings", raise_exception=True)
def pause(request: HttpRequest, is_paused: bool) -> HttpResponse:
    chosen, _ = TopUpSettings.objects.update_or_create(
        pk=1, defaults={"is_paused": is_paused}
    )
    note(request, [chosen], "Paused." if is_paused else "Resumed.")
    messages.success(
        request,
        "Generation is paused: no new batches. What was ordered before is still drawn."
        if is_paused
        else "Generation goes on: what the pool lacks is ordered again.",
    )
    return redirect("admin:generator_pool")


def note(request: HttpRequest, rows: Sequence[Model], message: str) -> None:
    """Write into the admin's own history who changed these rows."""
    assert request.user.pk is not None, "the admin asks who it is"
    if rows:
        LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, message)


@require_safe
@never_cache
@permission_required("generator.view_sample", raise_exception=True)
def sample_sheet(request: HttpRequest, object_id: int) -> HttpResponse:
    sample = get_object_or_404(Sample, pk=object_id)
    if not sample.sheet:
        raise Http404
    return HttpResponse(bytes(sample.sheet), content_type="image/webp")

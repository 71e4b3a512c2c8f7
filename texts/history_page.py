"""Lines and words in the admin: each save is written down, none is lost, any comes back."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from texts.approval import MayNotPublish, obstacles
from texts.history import (
    NotFree,
    differences,
    events_of,
    hindrance,
    put_back,
    row_after,
    save_line,
)
from texts.lint import word_musts
from texts.models import FlaggedWord, MessageTemplate, TextEvent, Word
from texts.surroundings import Surroundings

ARCHIVED = "archived"


class HistoryAdmin(admin.ModelAdmin):
    """For rows that have a history: deleting one archives it."""

    change_form_template = "admin/texts/history_change_form.html"

    def save_model(self, request, row, form, change):
        save_line(row, request.user)

    def delete_model(self, request, row):
        row.status = ARCHIVED
        save_line(row, request.user)

    def get_urls(self):
        name = f"texts_{self.opts.model_name}_put_back"
        view = self.admin_site.admin_view(require_POST(self.put_back))
        return [path("put-back/<int:event_id>/", view, name=name), *super().get_urls()]

    def render_change_form(self, request, context, *args, **kwargs):
        row = kwargs.get("obj")
        context["events"] = history_of(row) if row else []
        context["put_back_url"] = f"admin:texts_{self.opts.model_name}_put_back"
        return super().render_change_form(request, context, *args, **kwargs)

    def put_back(self, request, event_id):
        if not self.has_change_permission(request):
            raise PermissionDenied
        kind = "line" if self.model is MessageTemplate else "word"
        event = get_object_or_404(TextEvent, pk=event_id, kind=kind)
        get_object_or_404(self.model, pk=event.row_id)
        self.try_to_put_back(request, event)
        return redirect(
            reverse(f"admin:texts_{self.opts.model_name}_change", args=[event.row_id])
        )

    def try_to_put_back(self, request, event):
        if reasons := obstacles_to(row_after(event), request.user):
            messages.error(request, f"It was not put back. {' '.join(reasons)}")
            return
        try:
            done = put_back(event, request.user)
        except (MayNotPublish, NotFree) as reason:
            messages.error(request, f"It was not put back. {reason}")
        else:
            as_it_is = "Nothing was changed: it is so already."
            messages.success(request, f"Put back: {event.text}" if done else as_it_is)

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request, rows):
        rows = rows.unarchived()
        for row in rows:
            self.delete_model(request, row)
        messages.success(request, f"Archived: {len(rows)}. Nothing is lost.")


def history_of(row):
    return [
        (event, differences(type(row), event.before, event.after))
        for event in events_of(row)
    ]


def obstacles_to(row, user):
    """Why a line or word may not become again what it was, in sentences."""
    if reason := hindrance(row):
        return [reason]
    if row.status != "approved":
        return []
    if isinstance(row, Word):
        return word_musts(row.text, FlaggedWord.objects.all())
    return obstacles(row, user, Surroundings.now())

from collections import Counter

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import format_html

from faces.admin import ReadOnlyAdmin
from generator import views
from generator.models import Batch, Sample, Target, TopUpSettings, Worker
from generator.tones import TONES


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    list_display = ["cell", "wanted"]
    list_filter = ["quality", "gender", "age_bucket"]

    @admin.display(description="cell")
    def cell(self, target):
        return f"{target.gender}, {target.age_bucket}, {target.quality}"

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("pool/", view(views.pool), name="generator_pool"),
            path("pool/top-up/", view(views.top_up_now), name="generator_top_up_now"),
            path(
                "pool/pause/",
                view(views.pause),
                {"is_paused": True},
                name="generator_pause",
            ),
            path(
                "pool/resume/",
                view(views.pause),
                {"is_paused": False},
                name="generator_resume",
            ),
            *super().get_urls(),
        ]


@admin.register(TopUpSettings)
class TopUpSettingsAdmin(admin.ModelAdmin):
    fieldsets = [
        (None, {"fields": ["network", "is_paused"]}),
        ("How faces are drawn", {"fields": ["psi", "trainwreck_psi", "batch_size"]}),
        ("How many at most", {"fields": ["max_per_run", "max_per_hour"]}),
        (
            "Which skin tones each cell should have",
            {
                "fields": [("share_light", "share_medium", "share_dark")],
                "description": "Whole per cents that add up to 100. Where directions "
                "were fitted, good faces are drawn so that each cell moves to this mix; "
                "nothing is refused because of it.",
            },
        ),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return redirect("admin:generator_topupsettings_change", 1)

    def get_object(self, request, object_id, from_field=None):
        """The one row, even while nobody has saved it."""
        return TopUpSettings.get() if object_id == "1" else None


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = [
        *("__str__", "state", "progress", "last_error"),
        *("kept", "seconds_spent", "attempts", "worker"),
    ]
    list_filter = ["status", "network"]
    list_per_page = 50
    search_fields = ["worker", "last_error"]
    search_help_text = "Find batches by their worker or by what went wrong."
    actions = ["try_again"]
    fieldsets = [
        (
            None,
            {"fields": ["state", "progress", "kept", "seconds_spent", "last_error"]},
        ),
        (
            "What was asked for",
            {
                "fields": [
                    *("gender", "age_bucket", "quality", "network"),
                    *("psi", "is_steered", "first_seed", "count", "skin"),
                ]
            },
        ),
        (
            "What happened",
            {
                "fields": [
                    *("created_at", "started_at", "finished_at"),
                    *("worker", "attempts", "leased_until", "num_in_cell"),
                ]
            },
        ),
    ]
    readonly_fields = ["state", "progress", "kept", "seconds_spent", "skin"]

    class Media:
        css = {"all": ["generator/pool.css"]}

    @admin.display(description="status", ordering="status")
    def state(self, batch):
        return pill(batch.status, batch.get_status_display())

    @admin.display(description="drawn", ordering="num_drawn")
    def progress(self, batch):
        return render_to_string("admin/generator/_progress.html", {"batch": batch})

    @admin.display(description="kept / rejected", ordering="num_kept")
    def kept(self, batch):
        return f"{batch.num_kept} / {batch.num_rejected}"

    @admin.display(description="skin tones")
    def skin(self, batch):
        counts = Counter(batch.skin_tones)
        asked = [f"{counts[tone]} {tone}" for tone in TONES if counts[tone]]
        return ", ".join(asked) or "whichever come"

    @admin.display(description="seconds", ordering="seconds")
    def seconds_spent(self, batch):
        return f"{batch.seconds_so_far:.0f}"

    def has_order_permission(self, request):
        return request.user.has_perm("generator.order_batch")

    @admin.action(description="Try again: failed ones", permissions=["order"])
    def try_again(self, request, batches):
        again = sum(batch.try_again() for batch in batches)
        level = messages.SUCCESS if again else messages.WARNING
        self.message_user(
            request,
            f"{again} of {len(batches)} batches wait for a worker again.",
            level,
        )


@admin.register(Sample)
class SampleAdmin(admin.ModelAdmin):
    """Sheets to judge a network by; workers draw them."""

    list_display = ["__str__", "asked_at", "state"]
    list_filter = ["network"]
    list_select_related = ["network"]

    class Media:
        css = {"all": ["generator/pool.css"]}
        js = [Script("generator/refresh.js", defer=True)]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("sheet")

    def get_urls(self):
        own = path(
            "<int:object_id>/sheet/",
            self.admin_site.admin_view(views.sample_sheet),
            name="generator_sample_sheet",
        )
        return [own, *super().get_urls()]

    def get_fieldsets(self, request, sample=None):
        recipe = ["network", "psi", "first_seed"]
        if sample:
            return [(None, {"fields": ["picture", *recipe, "asked_at"]})]
        description = (
            "A worker draws eight pictures on one sheet, to judge a network and a psi "
            "by. The pool is not touched."
        )
        return [(None, {"fields": recipe, "description": description})]

    def get_readonly_fields(self, request, sample=None):
        return ["picture"] if sample else []

    def get_changeform_initial_data(self, request):
        chosen = TopUpSettings.get()
        initial = {"network": chosen.network_id, "psi": chosen.psi}
        return initial | super().get_changeform_initial_data(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def add_view(self, request, form_url="", extra_context=None):
        title = {"title": "Sample 8"}
        return super().add_view(request, form_url, (extra_context or {}) | title)

    def response_add(self, request, sample, post_url_continue=None):
        return redirect("admin:generator_sample_change", sample.pk)

    @admin.display(description="sheet")
    def picture(self, sample):
        context = {
            "sample": sample,
            "is_anyone_there": any(w.is_alive for w in Worker.objects.all()),
        }
        return render_to_string("admin/generator/sample/_sheet.html", context)

    @admin.display(description="sheet")
    def state(self, sample):
        if sample.last_error:
            return pill("failed", "failed")
        return pill("done", "drawn") if sample.drawn_at else pill("waiting", "waiting")


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = [
        *("name", "state", "device", "free_memory"),
        *("faces_per_minute", "doing", "seen_at"),
    ]

    class Media:
        css = {"all": ["generator/pool.css"]}

    @admin.display(description="state", ordering="seen_at")
    def state(self, worker):
        return pill("done", "alive") if worker.is_alive else pill("failed", "silent")

    @admin.display(description="free memory", ordering="free_megabytes")
    def free_memory(self, worker):
        return worker.free_memory


def pill(kind, word):
    return format_html('<span class="pill {}">{}</span>', kind, word)

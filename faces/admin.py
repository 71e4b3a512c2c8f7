from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from faces.files import PUBLIC_SIZES
from faces.models import Face, FaceEvent, Network, Report
from faces.views import picture_response

MOST_AT_ONCE = 100


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the site itself writes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = [
        *("title", "name", "family", "subject", "resolution"),
        *("num_faces", "registered_at", "retired_at"),
    ]
    readonly_fields = [
        *("name", "family", "subject", "resolution", "source"),
        *("sha256", "weights_sha256", "registered_at", "retired_at"),
    ]
    search_fields = ["name", "title"]

    def get_queryset(self, request):
        return Network.objects.with_num_faces()

    def has_add_permission(self, request):
        return False

    @admin.display(description="faces visitors may meet", ordering="num_faces")
    def num_faces(self, network):
        return network.num_faces


class FaceEventInline(admin.TabularInline):
    model = FaceEvent
    fields = ["at", "from_status", "to_status", "reason", "by"]
    readonly_fields = ["at", "from_status", "to_status", "reason", "by"]
    extra = 0
    can_delete = False
    verbose_name_plural = "what happened to it"

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Face)
class FaceAdmin(ReadOnlyAdmin):
    """The pool, to look at; nobody approves here, but operators revoke."""

    list_display = [
        "thumbnail",
        "recipe",
        "gender",
        "age_bucket",
        "quality",
        "status",
        "review",
    ]
    list_display_links = ["thumbnail", "recipe"]
    list_filter = [
        "status",
        "gender",
        "age_bucket",
        "quality",
        "problem",
        "review",
        "network",
    ]
    list_per_page = 50
    list_select_related = ["network"]
    search_fields = ["=seed", "key", "picture_sha256"]
    search_help_text = (
        "Find a face by its seed, by the key in its address or by SHA-256."
    )
    actions = ["revoke_faces"]
    inlines = [FaceEventInline]
    readonly_fields = ["large_picture", "addresses"]
    fieldsets = [
        (None, {"fields": ["large_picture", "status", "addresses"]}),
        (
            "What it shows",
            {
                "fields": [
                    "gender",
                    "age_bucket",
                    "adult",
                    "quality",
                    "problem",
                    "review",
                ]
            },
        ),
        (
            "Where it comes from",
            {
                "fields": [
                    "network",
                    "seed",
                    "psi",
                    "edit",
                    "drawn_on",
                    "picture_sha256",
                    "scores",
                ]
            },
        ),
    ]

    def get_urls(self):
        own = path(
            "<int:object_id>/picture/<int:size>/",
            self.admin_site.admin_view(never_cache(self.picture)),
            name="faces_face_picture",
        )
        return [own, *super().get_urls()]

    def picture(self, request: HttpRequest, object_id: int, size: int) -> HttpResponse:
        """Any face, for staff who may look at faces."""
        if not self.has_view_permission(request) or size not in PUBLIC_SIZES:
            raise Http404
        return picture_response(get_object_or_404(Face, pk=object_id), size)

    @admin.display(description="face")
    def thumbnail(self, face):
        return picture_of(face, 96)

    @admin.display(description="picture")
    def large_picture(self, face):
        return picture_of(face, 256)

    @admin.display(description="recipe", ordering="seed")
    def recipe(self, face):
        return str(face)

    @admin.display(description="addresses")
    def addresses(self, face):
        if not face.is_servable:
            return "None: visitors cannot see this face."
        return format_html('<a href="{0}">{0}</a>', face.picture_url(512))

    def has_revoke_permission(self, request):
        return request.user.has_perm("faces.revoke_face")

    @admin.action(
        description="Revoke: hide for good, everywhere", permissions=["revoke"]
    )
    def revoke_faces(self, request, faces):
        """Ask first: the page says how many results they are in."""
        if len(faces) > MOST_AT_ONCE:
            words = f"Revoke {MOST_AT_ONCE} at a time, or retire their network."
            return self.message_user(request, words, messages.WARNING)
        keys = ",".join(str(face.pk) for face in faces)
        return redirect(f"{reverse('revoking:revoke')}?faces={keys}")


@admin.register(FaceEvent)
class FaceEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "face", "from_status", "to_status", "reason", "by"]
    list_filter = ["to_status", "at"]
    list_select_related = ["face", "by"]
    search_fields = ["=face__seed", "reason"]


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """What visitors, raters and operators said; the lead answers elsewhere."""

    list_display = [
        *("thumbnail", "reason", "note", "source"),
        *("reported_at", "outcome", "face_status", "closed_by"),
    ]
    list_display_links = ["thumbnail", "reason"]
    list_filter = ["outcome", "reason", "source", "reported_at", "face__status"]
    list_select_related = ["face", "closed_by"]
    date_hierarchy = "reported_at"
    search_fields = ["note", "=face__seed", "face__key"]
    readonly_fields = ["face_page"]
    fieldsets = [
        (None, {"fields": ["face_page", "reason", "note", "source", "reported_at"]}),
        ("What came of it", {"fields": ["outcome", "closed_by", "closed_at"]}),
    ]

    @admin.display(description="face")
    def thumbnail(self, report):
        return picture_of(report.face, 96)

    @admin.display(description="face")
    def face_page(self, report):
        url = reverse("admin:faces_face_change", args=[report.face_id])
        picture = picture_of(report.face, 256)
        return format_html('{}<p><a href="{}">{}</a></p>', picture, url, report.face)

    @admin.display(description="the face is", ordering="face__status")
    def face_status(self, report):
        return report.face.get_status_display()


def picture_of(face, size):
    url = reverse("admin:faces_face_picture", args=[face.pk, size])
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="AI-generated face, {}" loading="lazy">',
        *(url, size, size, face),
    )

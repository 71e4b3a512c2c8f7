from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from faces.face_page import face_page
from faces.files import PUBLIC_SIZES
from faces.models import Face, FaceEvent, Network
from faces.views import picture_response


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
        *("num_faces", "registered_at"),
    ]
    readonly_fields = [
        *("name", "family", "subject", "resolution", "source"),
        *("sha256", "weights_sha256", "registered_at"),
    ]
    search_fields = ["name", "title"]

    def get_queryset(self, request):
        return Network.objects.with_num_faces()

    def has_add_permission(self, request):
        return False

    @admin.display(description="faces visitors may meet", ordering="num_faces")
    def num_faces(self, network):
        return network.num_faces


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

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """See face_page.py and the template admin/faces/face/change_form.html."""
        face = self.get_object(request, object_id)
        page = face_page(face, request.user) if face else {}
        return super().change_view(request, object_id, form_url, page)

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
        return self.image(face, 96)

    def image(self, face, size):
        url = reverse("admin:faces_face_picture", args=[face.pk, size])
        alt = f"AI-generated face, {face}"
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
            url,
            size,
            size,
            alt,
        )

    @admin.display(description="recipe", ordering="seed")
    def recipe(self, face):
        return str(face)

    def has_revoke_permission(self, request):
        return request.user.has_perm("faces.revoke_face")

    @admin.action(
        description="Revoke: hide for good, everywhere", permissions=["revoke"]
    )
    def revoke_faces(self, request, faces):
        revoked = sum(
            face.revoke("Revoked in the admin.", request.user) for face in faces
        )
        level = messages.SUCCESS if revoked else messages.WARNING
        self.message_user(request, f"{revoked} of {len(faces)} faces revoked.", level)


@admin.register(FaceEvent)
class FaceEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "face", "from_status", "to_status", "reason", "by"]
    list_filter = ["to_status", "at"]
    list_select_related = ["face", "by"]
    search_fields = ["=face__seed", "reason"]

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from faces.face_page import face_page
from faces.files import PUBLIC_SIZES
from faces.models import Face, FaceEvent, GoldFace, Network, Report
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
    actions = ["revoke_faces", "mark_as_gold"]

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
        return picture_of(face, 96)

    @admin.display(description="recipe", ordering="seed")
    def recipe(self, face):
        return str(face)

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

    def has_gold_permission(self, request):
        return request.user.has_perm("faces.decide_face")

    @admin.action(description="Mark as gold: its answer is known", permissions=["gold"])
    def mark_as_gold(self, request, faces):
        """One at a time, as each needs a sentence that says why."""
        if len(faces) != 1 or not faces[0].is_decided:
            said = "Choose one face that is approved or rejected: only a decided face has a known answer."
            self.message_user(request, said, messages.WARNING)
            return None
        answer = {name: getattr(faces[0], name) for name in GoldFaceAdmin.answer}
        query = urlencode({"face": faces[0].pk, **answer})
        return redirect(f"{reverse('admin:faces_goldface_add')}?{query}")


class GoldFaceForm(forms.ModelForm):
    """The answer is known, and raters are told why."""

    adult = forms.ChoiceField(choices=[("", "Choose"), *Face.Adult.choices[1:]])
    problem = forms.ChoiceField(choices=[("", "Choose"), *Face.Problem.choices[1:]])
    why = forms.CharField(max_length=200, help_text="What a rater is told afterwards.")


@admin.register(GoldFace)
class GoldFaceAdmin(admin.ModelAdmin):
    """Faces that raters are shown now and then to see how they do."""

    form = GoldFaceForm
    answer = ["adult", "problem", "gender", "age_bucket", "quality"]
    list_display = ["picture", "face", *answer, "why", "made_at"]
    list_display_links = ["picture", "face"]
    list_filter = ["adult", "problem", "quality"]
    list_select_related = ["face"]
    search_fields = ["=face__seed", "face__key", "why"]
    autocomplete_fields = ["face"]
    fieldsets = [
        (None, {"fields": ["face"]}),
        ("The known answer", {"fields": [*answer]}),
        ("What raters are told", {"fields": ["why"]}),
    ]

    def may_decide(self, request, obj=None):
        return request.user.has_perm("faces.decide_face")

    has_module_permission = has_view_permission = may_decide
    has_add_permission = has_change_permission = has_delete_permission = may_decide

    def get_readonly_fields(self, request, obj=None):
        return ["face"] if obj else []

    @admin.display(description="picture")
    def picture(self, gold):
        return picture_of(gold.face, 96)


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

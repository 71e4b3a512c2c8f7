from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from faces.files import MAX_BYTES, PictureError
from faces.models import Face
from quiz.models import Choice, Question, Quiz, Result
from quiz.preview import preview_address
from quiz.tiles import tile_picture

admin.site.site_title = admin.site.site_header = settings.SITE_NAME
admin.site.index_title = "Backstage"
admin.site.enable_nav_sidebar = False


class QuestionInline(admin.TabularInline):
    model = Question
    fields = ["position", "text", "key", "tiles"]
    readonly_fields = ["tiles"]
    extra = 0
    show_change_link = True

    @admin.display(description="tiles")
    def tiles(self, question):
        return (
            " · ".join(choice.label for choice in question.choices.all()) or "none yet"
        )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("choices")


@admin.register(Quiz)
class QuizAdmin(admin.ModelAdmin):
    list_display = ["title", "is_published", "num_questions", "num_results", "page"]
    list_filter = ["is_published"]
    search_fields = ["slug", "title_word", "tagline"]
    inlines = [QuestionInline]
    filter_horizontal = ["cover_faces"]
    fieldsets = [
        (None, {"fields": ["slug", "is_published", "position"]}),
        (
            "Cover",
            {
                "fields": [
                    "title_start",
                    "title_word",
                    "title_aside",
                    "title_end",
                    "tagline",
                    "cover_faces",
                ],
                "description": "The title is printed in four pieces, from top to bottom.",
            },
        ),
    ]

    def get_queryset(self, request):
        counts = {
            "num_questions": Count("questions", distinct=True),
            "num_results": Count("results", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "cover_faces":
            kwargs["queryset"] = Face.objects.servable()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        """A quiz with results is unpublished, not deleted: shared links stay alive."""
        if obj and obj.results.exists():
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description="questions", ordering="num_questions")
    def num_questions(self, quiz):
        return quiz.num_questions

    @admin.display(description="lovers met", ordering="num_results")
    def num_results(self, quiz):
        return quiz.num_results

    @admin.display(description="page")
    def page(self, quiz):
        if quiz.is_published:
            return format_html('<a href="{}">open</a>', quiz.get_absolute_url())
        play = reverse("admin:quiz_quiz_play", args=[quiz.pk])
        return format_html('draft: <a href="{}">play as visitor</a>', play)

    def get_urls(self):
        view = self.admin_site.admin_view(self.play)
        return [
            path("<int:pk>/play/", view, name="quiz_quiz_play"),
            *super().get_urls(),
        ]

    def play(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(preview_address(get_object_or_404(Quiz, pk=pk)))


class ChoiceForm(forms.ModelForm):
    def clean_picture(self):
        picture = self.cleaned_data["picture"]
        if not isinstance(picture, UploadedFile):
            return picture
        picture.seek(0)
        try:
            return tile_picture(picture.read(MAX_BYTES + 1))
        except PictureError as error:
            raise ValidationError(f"This picture cannot be taken: {error}.") from error


class ChoiceInline(admin.StackedInline):
    model = Choice
    form = ChoiceForm
    extra = 0
    fieldsets = [
        (None, {"fields": [("position", "emoji", "label"), "note"]}),
        (
            "Picture instead of an emoji",
            {"fields": [("picture", "picture_alt")], "classes": ["collapse"]},
        ),
        (
            "What choosing it does",
            {
                "fields": [
                    ("gender", "age_bucket"),
                    ("tone", "chaos"),
                    ("word_list", "word"),
                ]
            },
        ),
    ]


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    list_display = ["text", "quiz", "position", "key", "num_tiles"]
    list_filter = ["quiz"]
    list_select_related = ["quiz"]
    search_fields = ["text", "key"]
    inlines = [ChoiceInline]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(num_tiles=Count("choices"))

    @admin.display(description="tiles", ordering="num_tiles")
    def num_tiles(self, question):
        return question.num_tiles


@admin.register(Choice)
class ChoiceAdmin(admin.ModelAdmin):
    form = ChoiceForm
    list_display = ["label", "emoji", "question", "effect"]
    list_filter = ["question__quiz", "question"]
    list_select_related = ["question", "tone", "word_list"]
    ordering = ["question__quiz", "question__position", "position"]
    search_fields = ["label", "note", "word"]

    @admin.display(description="what it does")
    def effect(self, choice):
        effects = {**choice.effects, **choice.words}
        return (
            ", ".join(f"{name}: {value}" for name, value in effects.items())
            or "nothing"
        )


@admin.register(Result)
class ResultAdmin(admin.ModelAdmin):
    """Finished quizzes, to look at. Nothing in them is about the visitor."""

    list_display = [
        "name",
        "face_thumbnail",
        "facts",
        "best_line",
        "created_at",
        "page",
    ]
    list_filter = ["quiz", "created_at"]
    list_select_related = ["face", "quiz"]
    search_fields = ["code", "name"]
    search_help_text = (
        "Find a result by the code in its address or by the lover's name."
    )
    date_hierarchy = "created_at"
    exclude = ["lines"]
    readonly_fields = ["said"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="face")
    def face_thumbnail(self, result):
        url = reverse("admin:faces_face_picture", args=[result.face_id, 96])
        return format_html(
            '<img src="{}" width="48" height="48" alt="" loading="lazy">', url
        )

    @admin.display(description="what they say")
    def said(self, result):
        return format_html_join(
            "", "<p>{}</p>", ([line] for line in result.lines.values())
        )

    @admin.display(description="page")
    def page(self, result):
        return format_html('<a href="{}">open</a>', result.get_absolute_url())

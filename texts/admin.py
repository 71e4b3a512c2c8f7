from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from texts import spreadsheet_pages
from texts.content import samples
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import TemplateError


@admin.register(Tone)
class ToneAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position", "num_lines"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request):
        return (
            super().get_queryset(request).annotate(num_lines=Count("messagetemplate"))
        )

    @admin.display(description="lines", ordering="num_lines")
    def num_lines(self, tone):
        return tone.num_lines


@admin.register(MessageTemplate)
class MessageTemplateAdmin(admin.ModelAdmin):
    list_display = ["text", "part", "tone_name"]
    list_filter = ["part", "tone"]
    list_select_related = ["tone"]
    search_fields = ["text"]
    search_help_text = "Words of the line, or a slot such as {hobby}."
    readonly_fields = ["samples"]

    def get_fields(self, request, line=None):
        fields = ["part", "tone", "text"]
        return [*fields, "samples"] if line else fields

    @admin.display(description="tone", ordering="tone__position")
    def tone_name(self, line):
        return line.tone or "any"

    @admin.display(description="What a visitor would read")
    def samples(self, line):
        try:
            filled = samples(line.text)
        except TemplateError:
            return "Nothing, until the slots are right."
        if not filled:
            return "Nothing: one of its word lists has too few words."
        return format_html_join("", "<p>{}</p>", ([text] for text in filled))

    def get_urls(self):
        return [*spreadsheet_pages.urls(), *super().get_urls()]


class WordInline(admin.TabularInline):
    model = Word
    fields = ["text"]
    extra = 3


@admin.register(WordList)
class WordListAdmin(admin.ModelAdmin):
    fields = ["name", "note"]
    list_display = ["name", "note", "num_words"]
    search_fields = ["name", "note", "words__text"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(num_words=Count("words"))

    @admin.display(description="words", ordering="num_words")
    def num_words(self, word_list):
        words = reverse("admin:texts_word_changelist")
        return format_html(
            '<a href="{}?word_list__id__exact={}">{}</a>',
            words,
            word_list.pk,
            word_list.num_words,
        )

    def get_readonly_fields(self, request, word_list=None):
        return ["name"] if word_list else []

    def get_inlines(self, request, word_list):
        """Words have a page of their own; a form takes only so many fields."""
        return [] if word_list and word_list.num_words > 200 else [WordInline]

    def get_deleted_objects(self, word_lists, request):
        deleted, counts, missing_permissions, protected = super().get_deleted_objects(
            word_lists, request
        )
        for word_list in word_lists:
            for line in word_list.lines:
                protected.append(f"Line: {line}")
        return deleted, counts, missing_permissions, protected


@admin.register(Word)
class WordAdmin(admin.ModelAdmin):
    list_display = ["text", "word_list"]
    list_filter = ["word_list"]
    list_select_related = ["word_list"]
    search_fields = ["text"]

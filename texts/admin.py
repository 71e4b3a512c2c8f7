from io import BytesIO

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import FileResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from texts.content import samples
from texts.forms import SpreadsheetForm
from texts.models import MessageTemplate, Tone, Word, WordList
from texts.parsing import TemplateError
from texts.spreadsheet import SpreadsheetError, import_workbook, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        view, name = self.admin_site.admin_view, "texts_messagetemplate_spreadsheet"
        return [
            path("spreadsheet/", view(self.spreadsheet), name=name),
            path(
                "spreadsheet/texts.xlsx", view(self.download), name=f"{name}_download"
            ),
            *super().get_urls(),
        ]

    def spreadsheet(self, request):
        self.refuse_strangers(request)
        form, error = SpreadsheetForm(), None
        if request.method == "POST":
            form = SpreadsheetForm(request.POST, request.FILES)
            if form.is_valid():
                try:
                    counts = import_workbook(**form.cleaned_data)
                except SpreadsheetError as refusal:
                    error = refusal
                else:
                    messages.success(request, f"The sheet is in: {counts}.")
                    return redirect("admin:texts_messagetemplate_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Spreadsheet",
            "opts": self.opts,
            "form": form,
            "error": error,
        }
        return TemplateResponse(
            request,
            "admin/texts/messagetemplate/spreadsheet.html",
            context,
            status=400 if error or form.errors else 200,
        )

    def download(self, request):
        self.refuse_strangers(request)
        file = BytesIO()
        write_workbook(file)
        file.seek(0)
        return FileResponse(
            file, as_attachment=True, filename="texts.xlsx", content_type=XLSX
        )

    def refuse_strangers(self, request):
        if not (
            self.has_add_permission(request) and self.has_change_permission(request)
        ):
            raise PermissionDenied


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

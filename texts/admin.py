from django.contrib import admin, messages
from django.db.models import Count, Q
from django.urls import path, reverse
from django.utils.html import format_html

from texts import coverage_page, line_page, spreadsheet_pages
from texts.approval import obstacles
from texts.history import save_line
from texts.history_page import HistoryAdmin
from texts.lint import word_musts
from texts.models import (
    FlaggedWord,
    GrammarException,
    MessageTemplate,
    TextEvent,
    TextSettings,
    Tone,
    Word,
    WordList,
)
from texts.row_forms import LineForm, WordForm
from texts.surroundings import Surroundings

LINE = "texts_messagetemplate"


@admin.register(Tone)
class ToneAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position", "num_lines"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_readonly_fields(self, request, tone=None):
        """Whoever could say that a tone is not spicy could publish it alone."""
        may_change = request.user.has_perm("texts.change_textsettings")
        return [] if may_change else ["is_spicy"]

    def get_queryset(self, request):
        return (
            super().get_queryset(request).annotate(num_lines=Count("messagetemplate"))
        )

    @admin.display(description="lines", ordering="num_lines")
    def num_lines(self, tone):
        return tone.num_lines


class NeverShownFilter(admin.SimpleListFilter):
    title = "visitors"
    parameter_name = "shown"

    def lookups(self, request, model_admin):
        return [("never", "never shown"), ("shared", "shared")]

    def queryset(self, request, lines):
        if self.value() == "never":
            return lines.filter(times_shown=0, status="approved")
        return lines.filter(times_shared__gt=0) if self.value() == "shared" else lines


@admin.register(MessageTemplate)
class MessageTemplateAdmin(HistoryAdmin):
    form = LineForm
    change_form_template = "admin/texts/messagetemplate/change_form.html"
    list_display = [
        *("text", "part", "tone_name", "status", "times_shown", "times_shared"),
    ]
    list_filter = ["status", "part", "tone", NeverShownFilter]
    list_select_related = ["tone"]
    search_fields = ["text"]
    search_help_text = "Words of the line, or a slot such as {hobby}."
    actions = ["publish", "archive"]
    fieldsets = [
        (None, {"fields": ["text"]}),
        ("Where it stands", {"fields": [("part", "tone")]}),
        (
            "Who says it, and when",
            {
                "fields": [
                    ("gender", "age_bucket"),
                    ("sign", "weight"),
                    "only_trainwreck",
                    ("starts_on", "expires_on"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]

    def has_delete_permission(self, request, line=None):
        """Lines are archived, never deleted: results and the history name them."""
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if tone := form.base_fields.get("tone"):
            for what in ("add", "change", "delete", "view"):
                setattr(tone.widget, f"can_{what}_related", False)
        form.by = request.user  # type: ignore[attr-defined]
        return form

    def get_changeform_initial_data(self, request):
        return {
            "part": MessageTemplate.Part.HELLO
        } | super().get_changeform_initial_data(request)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.blank:
            kwargs["choices"] = [("", "any"), *db_field.choices]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs, empty_label="any tone"
        )

    def render_change_form(self, request, context, *args, **kwargs):
        around = Surroundings.now()
        line = context["adminform"].form.instance
        seen = line_page.line_in(request.POST) if request.method == "POST" else line
        context |= line_page.preview_of(seen, around)
        context["chips"] = line_page.chips(around)
        context["audience"] = line_page.audience(line)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="tone", ordering="tone__position")
    def tone_name(self, line):
        return line.tone or "any"

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request, lines):
        around, num_published = Surroundings.now(), 0
        for line in lines.exclude(status="approved"):
            if reasons := obstacles(line, request.user, around):
                messages.error(request, f"Not published: {line} {' '.join(reasons)}")
                continue
            line.status = "approved"
            save_line(line, request.user)
            num_published += 1
        messages.success(request, f"Published: {num_published}.")

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("preview/", view(line_page.preview), name=f"{LINE}_preview"),
            path("card.jpg", view(line_page.card), name=f"{LINE}_card"),
            path("coverage/", view(coverage_page.coverage), name=f"{LINE}_coverage"),
            *spreadsheet_pages.urls(),
            *super().get_urls(),
        ]


class WordInline(admin.TabularInline):
    model = Word
    form = WordForm
    fields = ["text"]
    extra = 3

    def get_queryset(self, request):
        return super().get_queryset(request).unarchived()  # type: ignore[attr-defined]


@admin.register(WordList)
class WordListAdmin(admin.ModelAdmin):
    fields = ["name", "note"]
    list_display = ["name", "note", "num_words"]
    search_fields = ["name", "note", "words__text"]

    def get_queryset(self, request):
        words = Count("words", filter=Q(words__status="approved"))
        return super().get_queryset(request).annotate(num_words=words)

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

    def save_formset(self, request, form, formset, change):
        for word in formset.save(commit=False):
            save_line(word, request.user)
        for word in formset.deleted_objects:
            word.status = "archived"
            save_line(word, request.user)

    def get_deleted_objects(self, word_lists, request):
        deleted, counts, missing_permissions, protected = super().get_deleted_objects(
            word_lists, request
        )
        missing_permissions.discard("word")
        for word_list in word_lists:
            for line in word_list.lines:
                protected.append(f"Line: {line}")
        return deleted, counts, missing_permissions, protected


@admin.register(Word)
class WordAdmin(HistoryAdmin):
    form = WordForm
    list_display = ["text", "word_list", "status", "weight"]
    list_filter = ["status", "word_list"]
    list_select_related = ["word_list"]
    search_fields = ["text"]
    actions = ["archive", "restore"]

    def has_delete_permission(self, request, word=None):
        return False

    @admin.action(description="Put back from the archive", permissions=["change"])
    def restore(self, request, words):
        flagged, num_back = FlaggedWord.objects.all(), 0
        for word in words.filter(status="archived"):
            if reasons := word_musts(word.text, flagged):
                messages.error(request, f"Not put back: {word}. {' '.join(reasons)}")
                continue
            word.status = "approved"
            save_line(word, request.user)
            num_back += 1
        messages.success(request, f"Put back: {num_back}.")


@admin.register(GrammarException)
class GrammarExceptionAdmin(admin.ModelAdmin):
    list_display = ["word", "article", "plural"]
    search_fields = ["word", "plural"]


@admin.register(FlaggedWord)
class FlaggedWordAdmin(admin.ModelAdmin):
    list_display = ["word", "severity", "note"]
    list_filter = ["severity"]
    search_fields = ["word", "note"]


@admin.register(TextSettings)
class TextSettingsAdmin(admin.ModelAdmin):
    list_display = ["__str__", "two_person_for_spicy"]

    def get_queryset(self, request):
        TextSettings.now()  # the one row is there, whoever looks first
        return super().get_queryset(request)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(TextEvent)
class TextEventAdmin(admin.ModelAdmin):
    """Who changed what and when, newest first."""

    list_display = ["at", "what", "kind", "text", "by"]
    list_display_links = None
    list_filter = ["what", "kind", "by"]
    list_select_related = ["by"]
    search_fields = ["text"]
    date_hierarchy = "at"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, event=None):
        return False

    def has_delete_permission(self, request, event=None):
        return False

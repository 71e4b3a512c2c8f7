"""The editors' pages of the spreadsheet: download, upload, check, publish, undo."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import IO, Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from texts.cells import Problem, SpreadsheetError, unpack
from texts.changes import Changes, changes_of
from texts.loading import load_sheets
from texts.models import MessageTemplate, SpreadsheetImport, Upload
from texts.publishing import (
    UNDO_TIME,
    CannotUndo,
    latest_event,
    lock_texts,
    publish,
    undo,
)
from texts.sheet_forms import PublishForm, SpreadsheetForm
from texts.sheet_review import review
from texts.sheets import check_sheets
from texts.spreadsheet import annotate, write_csv_files, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = timedelta(days=7)
PREFIX = "texts_messagetemplate_spreadsheet"
PERMISSIONS = [
    f"texts.{action}_{model}"
    for action in ("add", "change")
    for model in ("messagetemplate", "word")
]

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    user: User


def urls() -> list[URLPattern]:
    return [
        url("", spreadsheet, "_page"),
        url("texts.xlsx", download_workbook, "_download"),
        url("texts-csv.zip", download_csv, "_csv"),
        url("<int:pk>/", check, "_check"),
        url("<int:pk>/notes.xlsx", notes, "_notes"),
        url("imports/<int:pk>/undo/", undo_import, "_undo"),
    ]


def url(route: str, view: View, name: str) -> URLPattern:
    for_editors = permission_required(PERMISSIONS, raise_exception=True)(view)
    name = PREFIX if name == "_page" else PREFIX + name
    return path(f"spreadsheet/{route}", admin.site.admin_view(for_editors), name=name)


def render(
    request: StaffRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    everywhere = admin.site.each_context(request) | {"opts": MessageTemplate._meta}
    return TemplateResponse(
        request,
        f"admin/texts/messagetemplate/{template}",
        everywhere | context,
        status=status,
    )


def spreadsheet(request: StaffRequest) -> HttpResponse:
    form, error = SpreadsheetForm(), None
    if request.method == "POST":
        form = SpreadsheetForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                upload = take(request, form.cleaned_data["file"])
            except SpreadsheetError as refusal:
                error = refusal
            else:
                return redirect(f"admin:{PREFIX}_check", pk=upload.pk)
    month_ago = timezone.now() - UNDO_TIME
    context = {
        "title": "Spreadsheet",
        "form": form,
        "error": error,
        "imports": SpreadsheetImport.objects.filter(at__gt=month_ago).select_related(
            "by", "undone_by"
        )[:20],
    }
    status = 400 if error or form.errors else 200
    return render(request, "spreadsheet.html", context, status)


def take(request: StaffRequest, file: Any) -> Upload:
    """Read a file and keep its cells for the page that checks them."""
    sheets = load_sheets(file, file.name)
    check_sheets(sheets, takes_new_tones=True)
    Upload.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return Upload.objects.create(
        by=request.user, file_name=file.name[-200:], sheets=sheets
    )


@dataclass
class CheckedUpload:
    """What a file would change, and what is wrong with it."""

    changes: Changes
    problems: list[Problem]
    warnings: list[Problem]
    latest_event: int
    """Read first, so that a change since then is never overlooked."""

    def form(self, data: Any = None) -> PublishForm:
        return PublishForm(
            self.changes,
            data,
            initial={"latest_event": self.latest_event},
            num_problems=len(self.problems),
            num_warnings=len(self.warnings),
        )


def compare(upload: Upload) -> CheckedUpload:
    latest = latest_event()
    checked = check_sheets(unpack(upload.sheets), takes_new_tones=True)
    changes = changes_of(checked.workbook, pairs=not checked.problems)
    reviewed = review(changes, checked.workbook, upload.by)
    problems = [*checked.problems, *reviewed.problems]
    return CheckedUpload(changes, problems, reviewed.warnings, latest)


def check(request: StaffRequest, pk: int) -> HttpResponse:
    """What the file would change, and what is wrong with it; a POST publishes it."""
    upload = get_object_or_404(Upload, pk=pk, by=request.user)
    if request.method == "POST":
        with transaction.atomic():
            lock_texts()
            return publish_upload(request, upload)
    compared = compare(upload)
    return render_check(request, upload, compared, compared.form())


def publish_upload(request: StaffRequest, upload: Upload) -> HttpResponse:
    compared = compare(upload)
    form = compared.form(request.POST)
    if not form.is_valid():
        return render_check(request, upload, compared, form, 400)
    if form.cleaned_data["latest_event"] != compared.latest_event:
        messages.warning(
            request,
            "Somebody has changed texts since you looked. Nothing was published: "
            "this is what your sheet would change now.",
        )
        return render_check(request, upload, compared, compared.form(), 409)
    archive_gone = form.cleaned_data.get("archive_gone", False)
    done = publish(
        compared.changes, request.user, upload.file_name, archive_gone=archive_gone
    )
    upload.delete()
    messages.success(request, f"The sheet is published: {done.summary}.")
    return redirect(f"admin:{PREFIX}")


def render_check(
    request: StaffRequest,
    upload: Upload,
    compared: CheckedUpload,
    form: PublishForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "title": "Check the sheet",
        "upload": upload,
        "problems": compared.problems,
        "warnings": compared.warnings,
        "changes": compared.changes,
        "form": form,
        "spreadsheet_url": reverse(f"admin:{PREFIX}"),
    }
    return render(request, "check.html", context, status)


@require_safe
def notes(request: StaffRequest, pk: int) -> FileResponse:
    """The uploaded file with its bad cells marked."""
    upload = get_object_or_404(Upload, pk=pk, by=request.user)
    sheets = unpack(upload.sheets)
    problems = check_sheets(sheets, takes_new_tones=True).problems
    name = upload.file_name.rsplit(".", 1)[0]
    return download(lambda file: annotate(file, sheets, problems), f"{name}-notes.xlsx")


@require_safe
def download_workbook(request: StaffRequest) -> FileResponse:
    return download(write_workbook, "texts.xlsx")


@require_safe
def download_csv(request: StaffRequest) -> FileResponse:
    return download(write_csv_files, "texts-csv.zip")


def download(write: Callable[[IO[bytes]], None], name: str) -> FileResponse:
    file = BytesIO()
    write(file)
    file.seek(0)
    kind = XLSX if name.endswith(".xlsx") else "application/zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


@require_POST
def undo_import(request: StaffRequest, pk: int) -> HttpResponse:
    done = get_object_or_404(SpreadsheetImport, pk=pk)
    try:
        num_back, num_kept = undo(done, request.user)
    except CannotUndo as error:
        messages.error(request, str(error))
    else:
        stay = f" {num_kept} stay: changed since, or their old text is taken."
        kept = stay if num_kept else ""
        messages.success(request, f"Undone: {num_back} put back.{kept}")
    return redirect(f"admin:{PREFIX}")

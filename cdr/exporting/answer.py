"""A file of calls as an answer: for pages and the API alike."""

from django.conf import settings
from django.http import FileResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone

from accounts.access import Actor
from accounts.models import Customer
from cdr.asking import Asked, language
from cdr.exporting.limits import MOST_WORKBOOK_ROWS, fits_a_workbook, goes_at_once
from cdr.exporting.plan import plan
from cdr.exporting.stream import content
from cdr.filters import PERIOD_NAMES
from cdr.models import Export, ExportForm
from cdr.selectors import calls
from cdr.services.exports import open_file, record_download, start_export

PERIOD = (*PERIOD_NAMES, "invoice", "on")
_NO_FILTER = ("after", "before", "counted", "view", "sort", "by", "form", "page_size", "csrfmiddlewaretoken")


def filters_of(query: QueryDict, *, without: tuple[str, ...] = ()) -> str:
    """The filters of an address, without what pages add to it."""
    kept = query.copy()
    for name in (*_NO_FILTER, *without):
        kept.pop(name, None)
    return kept.urlencode()


def streamed(
    *, actor: Actor, customer: Customer, asked: Asked, query: QueryDict, form: ExportForm
) -> StreamingHttpResponse:
    """A file that is read from the database while it is sent, and written down before. Refusal where it must be made instead."""
    rows = _rows(asked, form, most=settings.EXPORT_DIRECT_ROWS)
    goes_at_once(rows, settings.EXPORT_DIRECT_ROWS, language())
    made = plan(customer.pk, customer.reference, asked, form)
    record_download(actor=actor, customer=customer, query=filters_of(query), form=form.value, rows=rows)
    return StreamingHttpResponse(content(made), content_type=form.content_type, headers=_headers(made.name))


def made(*, actor: Actor, customer: Customer, asked: Asked, query: QueryDict, form: ExportForm) -> Export:
    """Have a worker make the file. Refusal where it cannot."""
    rows = _rows(asked, form, most=MOST_WORKBOOK_ROWS)
    return start_export(actor=actor, customer=customer, query=filters_of(query), form=form, rows=rows)


def kept(*, actor: Actor, export: Export) -> FileResponse:
    """A file that a worker made. Refusal where there is none, or not for this actor."""
    file = open_file(actor=actor, export=export, now=timezone.now())
    return FileResponse(
        file,
        as_attachment=True,
        filename=export.name,
        content_type=ExportForm(export.form).content_type,
        headers={"Cache-Control": "private, no-store"},
    )


def _rows(asked: Asked, form: ExportForm, *, most: int) -> int:
    """How many rows the file has. From `most` calls on these tell enough, for there are at least as many rows."""
    rows = calls.total(asked.selection).calls
    if rows <= most:
        rows = calls.rows_of(asked.selection)
    if form is ExportForm.XLSX:
        fits_a_workbook(rows, language())
    return rows


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}

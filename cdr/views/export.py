"""Download of the selected calls: all of them, or an error that cannot be overlooked."""

from typing import cast

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view
from cdr.adding import By
from cdr.asking import ask, problems
from cdr.exporting.answer import streamed
from cdr.exporting.totals import totals_file
from cdr.models import ExportForm
from cdr.views import files
from portal.lib.csvsafe import CsvForm


@require_safe
@customer_view(Capability.VIEW_CALLS)
def export(request: CustomerRequest, form: ExportForm = ExportForm.DUTCH) -> HttpResponse:
    """The selected calls: CSV for Dutch Excel, CSV for programs with `form=iso`, or a workbook.

    What cannot be read is answered with 422 and no file: it must not look like no filter.
    """
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    typed = request.GET.get("form") or form
    if problems(request.GET, asked) or typed not in (form, ExportForm.ISO):
        return files.choosing(request, asked, status=422)
    if form is not ExportForm.XLSX:
        form = ExportForm(typed)
    try:
        answer = streamed(actor=request.actor, customer=request.customer, asked=asked, query=request.GET, form=form)
    except Refusal as refusal:
        return files.choosing(request, asked, refusal=refusal, status=422)
    return cast("HttpResponse", answer)  # the guard passes a stream on as it is


@require_safe
@customer_view(Capability.VIEW_CALLS)
def totals(request: CustomerRequest) -> HttpResponse:
    """The totals of the page as CSV: `by` says how they are added up, `form` is for Dutch Excel or, with `iso`, for programs."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    by, form = request.GET.get("by") or By.NUMBER_AND_TYPE, request.GET.get("form") or CsvForm.DUTCH
    if problems(request.GET, asked) or by not in By or form not in CsvForm:
        return files.choosing(request, asked, status=422)
    return totals_file(customer=request.customer, asked=asked, by=By(by), form=CsvForm(form))

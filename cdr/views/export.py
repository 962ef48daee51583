"""Download of the selected calls: all of them, or an error that cannot be overlooked."""

from typing import cast

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed
from cdr.asking import ask, language
from cdr.exporting.limits import fits_a_workbook
from cdr.exporting.plan import ExportForm, Plan, plan
from cdr.exporting.stream import content
from cdr.selectors import calls
from cdr.services.exports import record_download
from cdr.views.periods import address


@require_safe
@customer_view(Capability.VIEW_CALLS)
def export(request: CustomerRequest, form: ExportForm = ExportForm.DUTCH) -> HttpResponse:
    """The selected calls: CSV for Dutch Excel, CSV for programs with `form=iso`, or a workbook."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    if request.GET.get("form") == ExportForm.ISO and form is ExportForm.DUTCH:
        form = ExportForm.ISO
    rows = calls.total(asked.selection).calls
    try:
        if form is ExportForm.XLSX:
            fits_a_workbook(rows, language())
    except Refusal as refusal:
        failed(request, str(refusal))
        return HttpResponseRedirect(address(request, reverse("cdr:details")))
    made = plan(request.customer.pk, request.customer.reference, asked, form)
    record_download(
        actor=request.actor, customer=request.customer, query=request.GET.urlencode(), form=form.value, rows=rows
    )
    return cast("HttpResponse", streamed(made))  # the guard passes a stream on as it is


def streamed(made: Plan) -> StreamingHttpResponse:
    """A file that is read from the database while it is sent."""
    return StreamingHttpResponse(
        content(made),
        content_type=made.form.content_type,
        headers={"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "private, no-store"},
    )

"""Files of calls that a worker makes: having one made, following it, fetching it, and reports every month."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.views.pages import page_of
from accounts.web import CustomerRequest, customer_view, failed, saved
from cdr.asking import ask, problems
from cdr.exporting.answer import PERIOD, filters_of, kept, made
from cdr.models import ExportForm
from cdr.selectors.exports import exports_of, reports_of
from cdr.services import exports, reports
from cdr.views.files import MakeForm, ReportForm, choosing
from portal.lib.ui import Choice


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.VIEW_CALLS)
def download(request: CustomerRequest) -> HttpResponse:
    """The kinds of file of a selection; posted: have one made."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    if problems(request.GET, asked):
        return choosing(request, asked, status=422)
    if request.method != "POST":
        return choosing(request, asked)
    form = MakeForm(request.POST)
    if not form.is_valid():
        return choosing(request, asked, form=form, status=422)
    kind = ExportForm(form.cleaned_data["form"])
    try:
        started = made(actor=request.actor, customer=request.customer, asked=asked, query=request.GET, form=kind)
    except Refusal as refusal:
        form.add_error("form", str(refusal))
        return choosing(request, asked, form=form, status=422)
    return redirect("cdr:prepared", pk=started.pk)


@require_safe
@customer_view(Capability.VIEW_CALLS)
def downloads(request: CustomerRequest) -> HttpResponse:
    """One's own files and monthly reports."""
    page = page_of(exports_of(request.actor).select_related("report"), request.GET)
    context = {
        "rows": page.items,
        "page": page,
        "reports": reports_of(request.actor),
        "crumbs": [Choice(_("Call details"), reverse("cdr:totals")), Choice(_("My downloads"))],
    }
    return render(request, "cdr/downloads.html", context)


@require_safe
@customer_view(Capability.VIEW_CALLS)
def prepared(request: CustomerRequest, pk: int) -> HttpResponse:
    """How far a file is; the page asks again by itself until it is there."""
    export = get_object_or_404(exports_of(request.actor), pk=pk)
    context = {
        "export": export,
        "ready": export.is_ready(timezone.now()),
        "away": _("Throw away") if export.is_over else _("Stop making it"),
        "swapped": bool(request.htmx),
        "may_fetch": not exports.has_hidden_numbers(request.actor, export),
        "crumbs": [
            Choice(_("Call details"), reverse("cdr:totals")),
            Choice(_("My downloads"), reverse("cdr:downloads")),
            Choice(_("File of calls")),
        ],
    }
    return render(request, "cdr/_prepared.html" if request.htmx else "cdr/prepared.html", context)


@require_safe
@customer_view(Capability.VIEW_CALLS)
def prepared_file(request: CustomerRequest, pk: int) -> HttpResponse:
    """The file itself, for whom it was made."""
    export = get_object_or_404(exports_of(request.actor), pk=pk)
    try:
        return cast("HttpResponse", kept(actor=request.actor, export=export))
    except Refusal as refusal:
        failed(request, str(refusal))
        return redirect("cdr:prepared", pk=pk)


@require_POST
@customer_view(Capability.VIEW_CALLS)
def prepared_again(request: CustomerRequest, pk: int) -> HttpResponse:
    """Try once more."""
    export = get_object_or_404(exports_of(request.actor), pk=pk)
    try:
        exports.retry_export(actor=request.actor, export=export)
    except Refusal as refusal:
        failed(request, str(refusal))
    return redirect("cdr:prepared", pk=pk)


@require_POST
@customer_view(Capability.VIEW_CALLS)
def prepared_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Throw it away before it expires."""
    exports.remove_export(actor=request.actor, export=get_object_or_404(exports_of(request.actor), pk=pk))
    saved(request, _("The file is thrown away."))
    return redirect("cdr:downloads")


@require_POST
@customer_view(Capability.VIEW_CALLS)
def report_add(request: CustomerRequest) -> HttpResponse:
    """Have the selection sent every month."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    form = ReportForm(request.POST)
    if problems(request.GET, asked) or not form.is_valid():
        return choosing(request, asked, report=form, status=422)
    report = form.save(commit=False)
    report.query = filters_of(request.GET, without=PERIOD)
    try:
        reports.add_report(actor=request.actor, report=report)
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return choosing(request, asked, report=form, status=422)
    saved(request, _("You get a mail every month when the report is ready."))
    return redirect("cdr:downloads")


@require_POST
@customer_view(Capability.VIEW_CALLS)
def report_stop(request: CustomerRequest, pk: int) -> HttpResponse:
    """No more of it."""
    reports.stop_report(actor=request.actor, report=get_object_or_404(reports_of(request.actor), pk=pk))
    saved(request, _("The monthly report is stopped."))
    return redirect("cdr:downloads")

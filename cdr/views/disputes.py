"""Disputes of a customer: the list, and a new one about a billing period or about one call."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.views.pages import page_of
from accounts.web import CustomerRequest, customer_view, saved
from cdr.asking import language
from cdr.dispute_forms import PeriodDisputeForm, ReasonForm
from cdr.models import Dispute
from cdr.selectors import calls, retention
from cdr.services.disputes import open_dispute
from cdr.views.periods import tabs
from portal.lib import formats
from portal.lib.periods import Month
from portal.lib.ui import Choice


def about(dispute: Dispute) -> str:
    """What a dispute is about, in words."""
    if dispute.call_start is not None:
        return _("The call of %(moment)s") % {
            "moment": formats.moment(dispute.call_start, language(), now=timezone.now())
        }
    return _("The billing period %(month)s") % {
        "month": formats.month(Month.of_day(dispute.billing_period), language())
    }


def _crumbs(*more: Choice) -> list[Choice]:
    return [
        Choice(_("Call details"), reverse("cdr:totals")),
        Choice(_("Disputes"), reverse("cdr:disputes")),
        *more,
    ]


@require_safe
@customer_view(Capability.VIEW_INVOICES)
def disputes(request: CustomerRequest) -> HttpResponse:
    """What the customer contests, open ones first."""
    page = page_of(retention.disputes(), request.GET)
    rows = [{"dispute": dispute, "about": about(dispute)} for dispute in page.items]
    return render(request, "cdr/disputes.html", {"rows": rows, "page": page, "tabs": tabs(request, "disputes")})


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.VIEW_INVOICES)
def dispute_new(request: CustomerRequest) -> HttpResponse:
    """Contest a billing period."""
    form = PeriodDisputeForm(
        request.POST or None,
        periods=list(calls.billing_periods()),
        language=language(),
        initial={"period": request.GET.get("period", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            open_dispute(
                actor=request.actor,
                customer=request.customer,
                reason=form.cleaned_data["reason"],
                period=Month.parse(form.cleaned_data["period"]).first_day,
            )
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _opened(request)
    context = {"form": form, "title": _("Dispute a billing period"), "crumbs": _crumbs(Choice(_("New dispute")))}
    return render(request, "cdr/dispute_new.html", {**context, "cancel_url": reverse("cdr:disputes")})


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.VIEW_INVOICES)
def call_dispute(request: CustomerRequest, place: str) -> HttpResponse:
    """Contest one call."""
    where = calls.place_of(place)
    call = calls.call_at(*where) if where else None
    if call is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_dispute(actor=request.actor, customer=request.customer, reason=form.cleaned_data["reason"], call=call)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _opened(request)
    title = _("Dispute the call of %(moment)s") % {"moment": formats.moment(call.start, language(), now=timezone.now())}
    context = {"form": form, "title": title, "crumbs": _crumbs(Choice(_("New dispute")))}
    return render(request, "cdr/dispute_new.html", {**context, "cancel_url": reverse("cdr:call", args=[place])})


def _opened(request: CustomerRequest) -> HttpResponse:
    saved(request, _("Dispute opened. We look into it; the outcome will stand here."))
    return HttpResponseRedirect(reverse("cdr:disputes"))

"""Operators' pages about keeping: disputes of all customers, and for how long each customer's numbers are kept."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from accounts.views.pages import page_of
from accounts.web import operator_view, saved
from cdr.dispute_forms import KeepingTimeForm, OutcomeForm
from cdr.models.retention import DEFAULT_MONTHS
from cdr.selectors import retention as selectors
from cdr.services import retention
from cdr.services.disputes import close_dispute
from cdr.views.disputes import about
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after
from portal.lib.ui import Choice


def _tabs(active: str) -> list[Choice]:
    pages = (("operate_disputes", _("Disputes")), ("operate_retention", _("Keeping times")))
    return [Choice(label, reverse(f"cdr:{name}"), name == active) for name, label in pages]


@require_safe
@operator_view
def disputes(request: OperatorRequest) -> HttpResponse:
    """What customers contest, open ones first."""
    with crossing(Crossing.OPERATE):
        page = page_of(selectors.disputes().select_related("customer", "opened_by"), request.GET)
    context = {
        "rows": [{"dispute": dispute, "about": about(dispute)} for dispute in page.items],
        "page": page,
        "tabs": _tabs("operate_disputes"),
        "crumbs": crumbs_to(Choice(_("Disputes"))),
    }
    return render(request, "cdr/operate/disputes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def dispute(request: OperatorRequest, pk: int) -> HttpResponse:
    """One dispute, and how it ends."""
    with crossing(Crossing.OPERATE):
        found = get_object_or_404(selectors.disputes().select_related("customer", "opened_by"), pk=pk)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with crossing(Crossing.OPERATE):
            close_dispute(actor=request.actor, dispute=found, outcome=form.cleaned_data["outcome"])
        saved(request, _("Dispute closed. What it held back is masked in the night."))
        return HttpResponseRedirect(reverse("cdr:operate_disputes"))
    crumbs = crumbs_to(Choice(_("Disputes"), reverse("cdr:operate_disputes")), Choice(about(found)))
    context = {"dispute": found, "about": about(found), "form": form, "crumbs": crumbs}
    return render(request, "cdr/operate/dispute.html", context)


@require_safe
@operator_view
def keeping(request: OperatorRequest) -> HttpResponse:
    """Every customer with its time of keeping, and up to which period numbers are masked."""
    sought, after = request.GET.get("q", "").replace("\0", "")[:80].strip(), page_after(request.GET.get("after", ""))
    with crossing(Crossing.OPERATE):
        found = selectors.keeping(sought)
        if after is not None:
            found = found.filter(pk__gt=after)
        rows = list(found[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "rows": rows,
        "q": sought,
        "after": str(rows[-1].pk) if more else "",
        "default": DEFAULT_MONTHS,
        "tabs": _tabs("operate_retention"),
        "crumbs": crumbs_to(Choice(_("Keeping times"))),
    }
    return render(request, "cdr/operate/keeping.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def keeping_edit(request: OperatorRequest, pk: int) -> HttpResponse:
    """For how long the numbers of one customer are kept."""
    customer = get_object_or_404(Customer, pk=pk)
    form = KeepingTimeForm(request.POST or None, initial={"months": selectors.months_of(customer)})
    if request.method == "POST" and form.is_valid():
        retention.set_keeping_time(actor=request.actor, customer=customer, months=form.cleaned_data["months"])
        saved(request, _("Keeping time of %(name)s saved.") % {"name": customer.name})
        return HttpResponseRedirect(reverse("cdr:operate_retention"))
    crumbs = crumbs_to(Choice(_("Keeping times"), reverse("cdr:operate_retention")), Choice(customer.name))
    context = {"form": form, "name": customer.name, "crumbs": crumbs, "cancel_url": reverse("cdr:operate_retention")}
    return render(request, "cdr/operate/keeping_edit.html", context)

"""What a call would cost, and why: for a customer, and for an operator who asks it for one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.tenancy import tenant
from accounts.web import CustomerRequest, customer_view, operator_view
from cdr.asking import language
from cdr.cost_asking import USUAL, CostForm, answer
from cdr.tariff_forms import CustomerChoice
from cdr.views.operating import OperatorRequest, crumbs_to
from portal.lib.ui import Choice


def _initial() -> dict[str, object]:
    return {"duration": USUAL, "at": timezone.localtime().replace(second=0, microsecond=0)}


@require_safe
@customer_view(Capability.VIEW_CALLS)
def cost(request: CustomerRequest) -> HttpResponse:
    """What a call of the customer would cost."""
    form = CostForm(request.GET if "number" in request.GET else None, initial=_initial())
    found = answer(request.customer, form.question, language()) if form.is_valid() else None
    crumbs = [Choice(_("Call details"), reverse("cdr:totals")), Choice(_("What does a call cost?"))]
    return render(request, "cdr/cost.html", {"form": form, "found": found, "crumbs": crumbs})


@require_safe
@operator_view
def operate_cost(request: OperatorRequest) -> HttpResponse:
    """The same for any customer, named by its reference."""
    chosen = CustomerChoice(request.GET if "customer" in request.GET else None)
    customer = chosen.cleaned_data["customer"] if chosen.is_valid() else None
    context = {
        "choice": chosen,
        "customer": customer,
        "crumbs": crumbs_to(Choice(_("Tariffs"), reverse("cdr:operate_tariffs")), Choice(_("What does a call cost?"))),
    }
    if customer:
        with tenant(customer):
            form = CostForm(request.GET if "number" in request.GET else None, initial=_initial())
            found = answer(customer, form.question, language()) if form.is_valid() else None
        context |= {"form": form, "found": found}
    return render(request, "cdr/operate/cost.html", context)

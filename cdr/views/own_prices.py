"""Operators' pages about prices that one customer pays instead of its tariff's."""

from datetime import date

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from accounts.web import operator_view, saved
from cdr import services
from cdr.models import CustomerRate
from cdr.selectors.rates import holding, tariff_of
from cdr.tariff_forms import CustomerChoice, EndForm, OwnPriceForm, OwnPricesFile, refused_in
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after, tabs
from portal.lib.ui import Choice


def _crumbs(customer: Customer | None = None, *more: Choice) -> list[Choice]:
    lists = reverse("cdr:operate_own_prices_list")
    way = [Choice(_("Tariffs"), reverse("cdr:operate_tariffs"))]
    if customer is None:
        return crumbs_to(*way, Choice(_("Own prices")))
    own = Choice(str(customer), reverse("cdr:operate_own_prices", args=[customer.pk]) if more else "")
    return crumbs_to(*way, Choice(_("Own prices"), lists), own, *more)


@require_safe
@operator_view
def own_prices_list(request: OperatorRequest) -> HttpResponse:
    """Customers with prices of their own, and the way to any other."""
    choice = CustomerChoice(request.GET if "customer" in request.GET else None)
    if choice.is_valid():
        return HttpResponseRedirect(reverse("cdr:operate_own_prices", args=[choice.cleaned_data["customer"].pk]))
    with crossing(Crossing.OPERATE):
        found = holding(CustomerRate.objects.all()).order_by().values("customer").annotate(count=Count("pk"))
        prices = {row["customer"]: row["count"] for row in found}
    customers = Customer.objects.filter(pk__in=prices).order_by("name")
    rows = [{"customer": customer, "count": prices[customer.pk]} for customer in customers]
    context = {"rows": rows, "choice": choice, "crumbs": _crumbs(), "tabs": tabs("operate_tariffs")}
    return render(request, "cdr/operate/own_prices_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def own_prices(request: OperatorRequest, pk: int) -> HttpResponse:
    """The own prices of a customer, those that hold first; and a form for another."""
    customer = get_object_or_404(Customer, pk=pk)
    today = timezone.localdate()
    form = OwnPriceForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.add_own_prices(
                customer=customer,
                lines=[form.line],
                valid_from=data["valid_from"],
                valid_to=data["valid_to"],
                actor=request.actor,
            )
        except Refusal as refusal:
            refused_in(form, refusal)
        else:
            saved(request, _("Own price for %(prefix)s saved.") % {"prefix": form.line.prefix})
            return HttpResponseRedirect(request.path)
    rows, after, count = _page(customer, request.GET.get("after", ""))
    context = {
        "customer": customer,
        "tariff": tariff_of(customer),
        "rows": [{"price": price, "state": _state(price, today)} for price in rows],
        "after": after,
        "count": count,
        "form": form,
        "crumbs": _crumbs(customer),
    }
    return render(request, "cdr/operate/own_prices.html", context)


def _page(customer: Customer, after: str) -> tuple[list[CustomerRate], str, int]:
    """A page of prices in the order in which they were made, newest first; the cursor of the next; how many there are."""
    with crossing(Crossing.OPERATE):
        found = holding(CustomerRate.objects.filter(customer=customer)).order_by("-pk")
        count = found.count()
        place = page_after(after)
        rows = list((found if place is None else found.filter(pk__lt=place))[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    return rows, str(rows[-1].pk) if more else "", count


def _state(price: CustomerRate, today: date) -> tuple[str, str]:
    if price.valid_from > today:
        return "accent", _("Later")
    if price.valid_to is not None and price.valid_to <= today:
        return "off", _("Ended")
    return "good", _("Holds")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def own_prices_import(request: OperatorRequest, pk: int) -> HttpResponse:
    """Upload prices of a customer's own; the page that follows shows what they change."""
    customer = get_object_or_404(Customer, pk=pk)
    form = OwnPricesFile(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kept = services.keep_import(
            what=customer,
            file_name=data["rates_name"],
            text=data["rates"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            actor=request.actor,
        )
        return HttpResponseRedirect(reverse("cdr:operate_import", args=[kept.pk]))
    context = {"form": form, "customer": customer, "crumbs": _crumbs(customer, Choice(_("Upload prices")))}
    return render(request, "cdr/operate/own_prices_import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def own_price_end(request: OperatorRequest, pk: int, price: int) -> HttpResponse:
    """Ask from which day a price no longer holds, and end it."""
    customer = get_object_or_404(Customer, pk=pk)
    with crossing(Crossing.OPERATE):
        found = CustomerRate.objects.filter(pk=price, customer=customer).first()
    if found is None:
        raise Http404
    form = EndForm(request.POST or None, initial={"day": max(timezone.localdate(), found.valid_from)})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_own_price(price=found, day=form.cleaned_data["day"], actor=request.actor)
        except Refusal as refusal:
            refused_in(form, refusal)
        else:
            saved(request, _("The price for %(prefix)s ends.") % {"prefix": found.prefix})
            return HttpResponseRedirect(reverse("cdr:operate_own_prices", args=[customer.pk]))
    context = {
        "form": form, "customer": customer, "price": found, "crumbs": _crumbs(customer, Choice(_("End price"))),
    }  # fmt: skip
    return render(request, "cdr/operate/own_price_end.html", context)

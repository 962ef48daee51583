"""The archive of invoices, and one invoice with why it differs from the one before."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from invoices import selectors, words
from invoices.filters import InvoiceFilter
from invoices.models import Invoice
from portal.lib import formats
from portal.lib.money import MICROS_PER_CENT
from portal.lib.periods import Month
from portal.lib.ui import Choice


@customer_view(Capability.VIEW_INVOICES)
def archive(request: CustomerRequest) -> HttpResponse:
    """Every invoice, by period, number and order."""
    found = InvoiceFilter(request.GET, queryset=selectors.archive())
    invoices = list(found.qs)
    return render(
        request,
        "invoices/archive.html",
        {
            "filter": found,
            "rows": [
                {"invoice": one, "month": Month.of_day(one.month), "total": one.total_cents * MICROS_PER_CENT}
                for one in invoices
            ],
            "any": bool(invoices) or selectors.archive().exists(),
        },
    )


@customer_view(Capability.VIEW_INVOICES)
def invoice(request: CustomerRequest, pk: int) -> HttpResponse:
    """One invoice: what it is in all, why it differs, the year around it, its lines."""
    found = get_object_or_404(Invoice, pk=pk)
    language = (get_language() or "nl")[:2]
    month = Month.of_day(found.month)
    lines = selectors.lines_of(found)
    previous = selectors.previous_to(found)
    compared = selectors.compared(lines, selectors.lines_of(previous)) if previous else None
    context: dict[str, object] = {
        "invoice": found,
        "month": month,
        "crumbs": [Choice(_("Invoices"), reverse("invoices:archive")), Choice(found.number)],
        "groups": words.groups(lines, compared, language, _links(request, found)),
        "calls": _calls(found) if request.actor.can(Capability.VIEW_CALLS) else {},
        "net": found.net_cents * MICROS_PER_CENT,
        "vat": words.vat(found, language),
        "total": found.total_cents * MICROS_PER_CENT,
        "year": words.year(selectors.year_until(month), language),
    }
    if previous and compared:
        before = Month.of_day(previous.month)
        context |= {
            "previous": before,
            "previous_name": formats.month_name(before, language),
            "difference": compared.cents * MICROS_PER_CENT,
            "difference_less": -compared.cents * MICROS_PER_CENT,
            "lasting": compared.lasting_cents * MICROS_PER_CENT,
            "has_one_off": bool(compared.one_off_cents),
            "causes": words.causes(compared, previous=before, language=language),
        }
    return render(request, "invoices/invoice.html", context)


def _calls(found: Invoice) -> dict[str, str]:
    """Addresses of the calls that an invoice holds, and of what they add up to."""
    query = urlencode({"invoice": found.number})
    return {name: f"{reverse(f'cdr:{name}')}?{query}" for name in ("details", "totals")}


def _links(request: CustomerRequest, found: Invoice) -> dict[str, tuple[str, str]]:
    """Where a line leads to, by the start of its key: address and words."""
    links, month = {}, Month.of_day(found.month)
    if request.actor.can(Capability.VIEW_CALLS):
        links["calls"] = (_calls(found)["details"], _("Look at the calls"))
    if request.actor.can(Capability.VIEW_MOBILE):
        links["mobile"] = (f"{reverse('mobile:list')}?{urlencode({'month': month})}", _("Look at the usage"))
    return links


@customer_view(Capability.VIEW_INVOICES)
def pdf(_request: CustomerRequest, pk: int) -> HttpResponse:
    """The document as it was issued."""
    found = get_object_or_404(Invoice, pk=pk)
    return HttpResponse(
        selectors.pdf_of(found),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{found.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )

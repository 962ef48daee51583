"""Reads of invoices, within the customer's door."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet, Sum

from invoices.building import Kind, Unit
from invoices.comparing import Difference, Item, difference
from invoices.models import Invoice, InvoiceLine, InvoicePdf
from portal.lib.periods import Month, months


def archive() -> QuerySet[Invoice]:
    """Every invoice of the customer, newest first."""
    return Invoice.objects.order_by("-month", "-number")


def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    """The lines in the order of the document."""
    return list(InvoiceLine.objects.filter(invoice=invoice).order_by("position"))


def previous_to(invoice: Invoice) -> Invoice | None:
    """The invoice before this one, which need not be of the month before."""
    return Invoice.objects.filter(month__lt=invoice.month).order_by("-month").first()


def compared(lines: Sequence[InvoiceLine], previous: Sequence[InvoiceLine]) -> Difference:
    """Why the lines of one invoice differ from those of another."""
    return difference(_items(lines), _items(previous))


def _items(lines: Sequence[InvoiceLine]) -> list[Item]:
    return [
        Item(one.key, Kind(one.kind), one.description, one.amount_cents, one.quantity, Unit(one.unit)) for one in lines
    ]


@dataclass(frozen=True, slots=True)
class MonthSums:
    """What a month cost, net, in cents, by kind; all zero where there is no invoice."""

    month: Month
    invoice_id: int | None = None
    recurring: int = 0
    usage: int = 0
    one_off: int = 0

    @property
    def total(self) -> int:
        return self.recurring + self.usage + self.one_off


def year_until(month: Month) -> list[MonthSums]:
    """The twelve months that end with this one, from the first that has an invoice on."""
    first = month.shifted(-11)
    rows = (
        InvoiceLine.objects.filter(invoice__month__gte=first.first_day, invoice__month__lte=month.first_day)
        .values("invoice__month", "invoice_id", "kind")
        .annotate(cents=Sum("amount_cents"))
        .order_by("invoice__month")
    )
    sums: dict[Month, MonthSums] = {}
    for row in rows:
        one = Month.of_day(row["invoice__month"])
        known = sums.get(one, MonthSums(one, row["invoice_id"]))
        sums[one] = replace(known, **{row["kind"]: row["cents"]})
    if not sums:
        return []
    return [sums.get(one, MonthSums(one)) for one in months(min(sums), month)]


def pdf_of(invoice: Invoice) -> bytes:
    """The document as it was issued."""
    return bytes(InvoicePdf.objects.get(invoice=invoice).content)

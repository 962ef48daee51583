"""What invoices need: sums by billing period."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Sum

from cdr.models import MonthlyTotal
from cdr.selectors.calls import SHOWN


@dataclass(frozen=True, slots=True)
class PeriodCost:
    """Calls of one own number and type in a billing period; amounts ex VAT, not rounded."""

    number: str
    call_type: int
    product: int
    calls: int
    seconds: int
    micros: int
    unrated: int


def period_costs(period: date) -> list[PeriodCost]:
    """Sums of the billing period that begins on a day, inside a customer's door; numbers that are never billed are left out."""
    rows = (
        MonthlyTotal.objects.filter(billing_period=period, call_type__in=SHOWN)
        .values("number", "call_type", "product")
        .annotate(c=Sum("calls"), s=Sum("seconds"), m=Sum(F("micros") - F("discount")), u=Sum("unrated"))
        .order_by("number", "call_type", "product")
    )
    return [
        PeriodCost(row["number"], row["call_type"], row["product"], row["c"], row["s"], row["m"], row["u"])
        for row in rows
    ]

"""What a closed billing period would cost more or less by now: kept, and handed to a later invoice once."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils import timezone

from accounts.models import Customer
from cdr.models import Adjustment, BundleAllocation
from cdr.rating.allocate import allocate
from cdr.selectors.bundles import terms_of
from cdr.selectors.feeds import closed_periods, open_period
from cdr.services.allocation import period_calls
from portal.lib.periods import Month


def adjusted_so_far(customer: int, period: date, reason: str) -> int:
    """What the adjustments of a closed period say together for a reason."""
    said = Adjustment.objects.filter(customer=customer, period=period, reason=reason).aggregate(sum=Sum("micros"))
    return int(said["sum"] or 0)


def adjust(customer: int, period: date, *, reason: str, micros: int) -> Adjustment | None:
    """Bring the adjustments of a closed period to `micros` for a reason, in a crossing that holds the customer.

    What earlier adjustments say already is not said again, so that asking twice changes nothing.
    """
    return adjust_by(customer, period, reason=reason, micros=micros - adjusted_so_far(customer, period, reason))


def adjust_by(customer: int, period: date, *, reason: str, micros: int) -> Adjustment | None:
    """Bring the adjustments of a closed period to so much more or less than they are, in a crossing."""
    if not micros:
        return None
    return Adjustment.objects.create(
        customer_id=customer,
        period=period,
        into_period=open_period(Month.of_day(period), closed_periods()).first_day,
        reason=reason,
        micros=micros,
        made_at=timezone.now(),
    )


def adjust_bundles(customer: int, period: date) -> Adjustment | None:
    """Adjust a closed period by what the bundles as they are now would have covered more or less of it."""
    covers = allocate(terms_of(customer, Month.of_day(period)), period_calls(customer, period).calls)
    covered = BundleAllocation.objects.filter(customer=customer, billing_period=period).aggregate(
        sum=Sum("discount_micros")
    )
    difference = int(covered["sum"] or 0) - sum(cover.micros for cover in covers)
    return adjust(customer, period, reason=Adjustment.Reason.BUNDLE, micros=difference)


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The adjustments of one closed billing period and reason, in micro-euros."""

    period: Month
    reason: str
    micros: int


def take_adjustments(*, customer: Customer, until: Month) -> list[Afterwards]:
    """Hand adjustments up to and including the month to an invoice, once.

    Runs in the customer's door and in the transaction of the invoice.
    """
    rows = list(
        Adjustment.objects.select_for_update()
        .filter(customer=customer, taken_in=None, into_period__lte=until.first_day)
        .order_by("period", "reason", "pk")
    )
    Adjustment.objects.filter(pk__in=[row.pk for row in rows]).update(taken_in=until.first_day)
    sums: dict[tuple[Month, str], int] = {}
    for row in rows:
        key = (Month.of_day(row.period), row.reason)
        sums[key] = sums.get(key, 0) + row.micros
    return [Afterwards(period, reason, micros) for (period, reason), micros in sums.items()]

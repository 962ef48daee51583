"""Billing periods: calendar months in Amsterdam that take calls until they are closed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from accounts.access import Actor
from accounts.audit import record
from accounts.tenancy import Crossing, crossing
from cdr.models import BillingPeriod
from portal.lib.periods import Month

_LOCK = "hashtext('centrale_billing_periods')::bigint"


def hold_periods_open() -> None:
    """Keep any period from being closed until the end of this transaction: what is loaded now lands where it says."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")


def hold_loads_off() -> None:
    """Wait until every load has finished its chunk and let none begin another, until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


@contextmanager
def alone_with_the_ledger() -> Iterator[None]:
    """A crossing in which nothing is loaded, closed, rated again or shared out beside what is done in it."""
    with crossing(Crossing.RATING):
        hold_loads_off()
        yield


def close_period(*, month: Month, actor: Actor) -> BillingPeriod:
    """Close a billing period, after every load that runs now has finished its chunk. Closing it again changes nothing.

    Calls of the month that arrive later belong to the next open period.
    """
    with crossing(Crossing.BILLING_FAN_OUT):
        hold_loads_off()
        period, made = BillingPeriod.objects.get_or_create(
            first_day=month.first_day, defaults={"closed_at": timezone.now(), "closed_by": actor.name}
        )
        if made:
            record(actor=actor, verb="billing_period.closed", obj=period)
        return period

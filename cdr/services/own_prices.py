"""Prices that one customer pays instead of its tariff's."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor
from accounts.audit import record
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import CustomerRate, TariffVersion
from cdr.models.tariffs import price_fields
from cdr.rating.bands import PeakHours
from cdr.rating.lines import RateLine
from cdr.selectors.rates import holding, lines_of, tariff_of, version_at
from cdr.services.rerating import rate_unrated_later


def add_own_prices(
    *, customer: Customer, lines: Sequence[RateLine], valid_from: date, actor: Actor, valid_to: date | None = None
) -> int:
    """Let a customer pay these prices from a day on, until before another.

    The price of its own that a prefix had ends on that day; one that would begin later, within the new one's days, never
    holds. Calls that are loaded keep their price, and those without one get it. Returns how many were added.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise Refusal(
            "ends_before",
            _("The last day lies before the first. Choose a later one, or leave it empty."),
            field="valid_to",
        )
    if not lines:
        raise Refusal("no_rates", _("The list has no rates. Add at least one line."), field="rates")
    with crossing(Crossing.OPERATE):
        _only_change_of(customer)
        _make_way(customer, [line.prefix for line in lines], valid_from, valid_to)
        tariff = tariff_of(customer)
        version = version_at(tariff, valid_from) if tariff else None
        CustomerRate.objects.bulk_create(_made(customer, lines, valid_from, valid_to, version), batch_size=2_000)
        record(actor=actor, verb="customer.own_prices", obj=customer, note=str(len(lines)))
        rate_unrated_later(actor=actor, customer=customer.pk)
    return len(lines)


def end_own_price(*, price: CustomerRate, day: date, actor: Actor) -> CustomerRate:
    """Let a price of a customer's own hold until before a day; on or before its first day it never holds."""
    with crossing(Crossing.OPERATE):
        customer = Customer.objects.get(pk=price.customer_id)
        _only_change_of(customer)
        price.refresh_from_db()
        if price.valid_to is not None and price.valid_to <= day:
            raise Refusal(
                "ended_already", _("This price ends before that day already. Choose an earlier day."), field="day"
            )
        price.valid_to = max(day, price.valid_from)
        price.save(update_fields=["valid_to"])
        record(actor=actor, verb="customer.own_price_ended", obj=customer, note=f"{price.prefix} {price.valid_to}")
    return price


def _only_change_of(customer: Customer) -> None:
    """Two changes to one customer's prices come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('centrale_own_prices'), %s)", [customer.pk])


def _make_way(customer: Customer, prefixes: Sequence[str], valid_from: date, valid_to: date | None) -> None:
    overlapping = holding(CustomerRate.objects.filter(customer=customer, prefix__in=prefixes)).filter(
        Q(valid_to=None) | Q(valid_to__gt=valid_from)
    )
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=valid_to)
    ended = list(overlapping)
    for price in ended:
        price.valid_to = max(valid_from, price.valid_from)
    CustomerRate.objects.bulk_update(ended, ["valid_to"], batch_size=2_000)


def _made(
    customer: Customer,
    lines: Sequence[RateLine],
    valid_from: date,
    valid_to: date | None,
    version: TariffVersion | None,
) -> list[CustomerRate]:
    """The rows. What calls to the prefix are called is taken over from the tariff, so that it can be told later."""
    listed = {line.prefix: line.destination for line in lines_of(version)} if version else {}
    made = []
    for line in lines:
        one = CustomerRate(
            customer=customer,
            prefix=line.prefix,
            destination=line.destination or _destination(line.prefix, listed),
            call_type=line.call_type or None,
            valid_from=valid_from,
            valid_to=valid_to,
            **price_fields(line.price),
        )
        one.hours = version.hours if version else PeakHours()
        made.append(one)
    return made


def _destination(prefix: str, listed: dict[str, str]) -> str:
    found = (listed.get(prefix[:length]) for length in range(len(prefix), 0, -1))
    return next(filter(None, found), "")

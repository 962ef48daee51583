"""Rates: which one a call was rated with, and what rates a number at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, F, Q, QuerySet

from accounts.models import Customer
from cdr.models import CustomerRate, CustomerTariff, Rate, Tariff, TariffVersion
from cdr.rating.bands import PeakHours
from cdr.rating.explain import Explanation, explain
from cdr.rating.lines import RateLine
from cdr.rating.overrides import Override
from cdr.rating.prices import Price
from cdr.rating.rates import PrefixRate, stored_prefix_key, stored_prefixes
from cdr.rating.tariffs import TariffBook, Version
from portal.lib.periods import day_bounds, local_day
from portal.queries import Among, Given, Written


def holding(own: QuerySet[CustomerRate]) -> QuerySet[CustomerRate]:
    """Without those that were taken back before they held."""
    return own.filter(Q(valid_to=None) | Q(valid_to__gt=F("valid_from")))


def override_of(own: CustomerRate) -> Override:
    """A customer's own price, ready to rate with."""
    return Override(
        id=own.pk,
        prefix=stored_prefix_key(own.prefix),
        start=day_bounds(own.valid_from).start,
        end=None if own.valid_to is None else day_bounds(own.valid_to).start,
        price=own.price,
        hours=own.hours,
        call_type=own.call_type,
        destination=own.destination,
    )


@dataclass(frozen=True, slots=True)
class UsedRate:
    """What a record was rated with. `tariff` is empty where it was a price of the customer's own."""

    prefix: str
    destination: str
    price: Price
    hours: PeakHours
    tariff: str
    valid_from: date


def used_rate(rate_id: int) -> UsedRate | None:
    """The rate that a record names (below zero: a price of the customer's own), inside the customer's door."""
    if rate_id < 0:
        own = CustomerRate.objects.filter(pk=-rate_id).first()
        if own is None:
            return None
        return UsedRate(own.prefix, own.destination, own.price, own.hours, "", own.valid_from)
    rate = Rate.objects.filter(pk=rate_id).select_related("version__tariff").first() if rate_id else None
    if rate is None:
        return None
    version = rate.version
    return UsedRate(rate.prefix, rate.destination, rate.price, version.hours, version.tariff.name, version.valid_from)


def prices_of(rate_ids: Iterable[int]) -> dict[int, tuple[Price, PeakHours]]:
    """Prices with their peak hours by the rate that records name; those of a customer's own only where its door is open."""
    wanted = set(rate_ids) - {0}
    rates = Rate.objects.filter(pk__in={rate for rate in wanted if rate > 0}).select_related("version")
    found = {rate.pk: (rate.price, rate.version.hours) for rate in rates}
    own = {-rate for rate in wanted if rate < 0}
    if own:
        found |= {-one.pk: (one.price, one.hours) for one in CustomerRate.objects.filter(pk__in=own)}
    return found


_DESTINATIONS = Written[tuple[int, str]](
    lambda: (
        Rate.objects.order_by()
        .filter(Among(F("pk"), Given("keys", BigIntegerField())))
        .values_list("pk", "destination")
    )
)


def destinations_of(rate_ids: Iterable[int]) -> dict[int, str]:
    """Destinations by the rate that records name, inside the customer's door; without those that have no words."""
    wanted = set(rate_ids) - {0}
    found = {}
    listed = {rate for rate in wanted if rate > 0}
    if listed:
        found = dict(_DESTINATIONS.rows(keys=sorted(listed)))
    own = {-rate for rate in wanted if rate < 0}
    if own:
        rows = CustomerRate.objects.filter(pk__in=own).exclude(destination="")
        found |= {-pk: destination for pk, destination in rows.values_list("pk", "destination")}
    return found


def tariff_of(customer: Customer) -> Tariff | None:
    """The tariff of a customer: its own, else the default one."""
    own = CustomerTariff.objects.filter(customer=customer).select_related("tariff").first()
    return own.tariff if own else Tariff.objects.filter(is_default=True).first()


def version_at(tariff: Tariff, day: date) -> TariffVersion | None:
    """The version that holds on a day."""
    return tariff.versions.filter(valid_from__lte=day).order_by("-valid_from").first()


def lines_of(version: TariffVersion) -> list[RateLine]:
    """The rates of a version as they were entered."""
    return [RateLine(rate.prefix, rate.destination, rate.call_type, rate.price) for rate in version.rates.all()]


def own_lines(customer: Customer, day: date) -> list[RateLine]:
    """The prices of its own that a customer pays on a day, as they were entered."""
    held = CustomerRate.objects.filter(customer=customer, valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gt=day)
    )
    # Of two with one prefix the later one holds; it comes last, and the last stays.
    found = {own.prefix: own for own in held.order_by("valid_from", "pk")}
    return [RateLine(own.prefix, own.destination, own.call_type or 0, own.price) for own in found.values()]


def explain_call(
    customer: Customer, *, number: str, seconds: int, start: datetime, internal: bool
) -> tuple[Explanation, TariffVersion | None]:
    """What a call of a customer to a stored number costs and why, with the version that it goes by; inside the customer's
    door. Only the rates that the number begins with are read.
    """
    prefixes = stored_prefixes(number)
    tariff = tariff_of(customer)
    version = version_at(tariff, local_day(start)) if tariff else None
    versions = []
    if version:
        rates = [
            PrefixRate(rate.pk, stored_prefix_key(rate.prefix), rate.call_type, rate.price, rate.destination)
            for rate in version.rates.filter(prefix__in=prefixes)
        ]
        versions.append(Version.of(day_bounds(version.valid_from).start, rates, version.hours))
    own = holding(CustomerRate.objects.filter(customer=customer, prefix__in=prefixes))
    explanation = explain(
        number=number,
        seconds=seconds,
        start=start,
        book=TariffBook(tuple(versions)) if tariff else None,
        overrides=[override_of(one) for one in own],
        internal=internal,
    )
    return explanation, version

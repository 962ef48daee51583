"""The queue of calls without a price: whose they are, why they have none, and one of each to look at. Inside a crossing.

The counts come from the totals. The reasons come from the calls themselves, of which a page reads a bounded part: the
newest ones of each customer's month.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, Sum

from accounts.models import Customer
from cdr.models import CustomerRate, DailyTotal, Rate, Tariff, TariffVersion
from cdr.rating.explain import Outcome
from cdr.rating.overrides import Override, best
from cdr.rating.rates import rating_key, stored_prefixes
from cdr.selectors.feeds import customer_tariffs
from cdr.selectors.ledger import MOST_READ, UnratedCall, UnratedMonth, newest_unrated, unrated_months
from cdr.selectors.rates import holding, override_of
from portal.lib.numbers import calling_code
from portal.lib.periods import day_bounds

PAGE = 5  # customers' months on one page
MOST_PASSED = 5_000  # calls that are passed by on the way to them
DUTCH_DIGITS = 4  # of a Dutch number: what a list of prices goes by

type _Day = tuple[date, int, int]  # a day, its calls, and those without a price


@dataclass(frozen=True, slots=True)
class UnratedGroup:
    """Calls with one reason to one destination. `prefix` is the beginning of their numbers, or a whole short number.

    `priced` tells that the example has a price by now, and only waits to be rated again.
    """

    reason: Outcome
    prefix: str
    calls: int
    example: UnratedCall
    priced: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The calls without a price of one customer and month. `read` of `calls` were looked at."""

    customer: Customer
    month: UnratedMonth
    tariff: Tariff | None
    read: int
    groups: tuple[UnratedGroup, ...]

    @property
    def calls(self) -> int:
        return self.month.calls

    @property
    def is_whole(self) -> bool:
        return self.read >= self.calls


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of what waits, most calls first, and how much waits on all pages. `after` is the place of the next page."""

    calls: int
    waiting: tuple[Waiting, ...]
    after: int | None


def queue(after: int = 0) -> Queue:
    """The page that begins after so many customers' months."""
    months = sorted(unrated_months(), key=lambda one: (-one.calls, one.customer, one.month))
    shown = months[after : after + PAGE]
    days = _days(shown)
    read = [_newest(month, days.get(month.customer, ())) for month in shown]
    more = after + PAGE < len(months)
    return Queue(sum(one.calls for one in months), _waiting(shown, read), after + PAGE if more else None)


def _newest(month: UnratedMonth, days: Sequence[_Day]) -> list[UnratedCall]:
    first = _read_from([row for row in days if month.month.first_day <= row[0] < month.month.end_day])
    return [] if first is None else newest_unrated(month, day_bounds(first).start)


def _days(shown: Sequence[UnratedMonth]) -> dict[int, list[_Day]]:
    """The days of customers' months, the latest first."""
    if not shown:
        return {}
    wanted = [Q(customer=one.customer, day__gte=one.month.first_day, day__lt=one.month.end_day) for one in shown]
    rows = DailyTotal.objects.filter(reduce(or_, wanted)).order_by().values_list("customer", "day")
    found: dict[int, list[_Day]] = {}
    for customer, day, calls, unrated in rows.annotate(every=Sum("calls"), waiting=Sum("unrated")).order_by("-day"):
        found.setdefault(customer, []).append((day, calls, unrated))
    return found


def _read_from(days: Iterable[_Day]) -> date | None:
    """The day from which on the calls of a month are read; None where the days know of no call without a price."""
    found, passed, first = 0, 0, None
    for day, calls, unrated in days:
        passed += calls
        if first is not None and (passed > MOST_PASSED or found >= MOST_READ):
            break
        if unrated > 0:
            found, first = found + unrated, day
    return first


def _waiting(shown: Sequence[UnratedMonth], read: Sequence[list[UnratedCall]]) -> tuple[Waiting, ...]:
    chosen = customer_tariffs()
    customers = Customer.objects.in_bulk({month.customer for month in shown})
    tariffs = Tariff.objects.in_bulk({chosen[pk] for pk in customers if pk in chosen})
    versions = _versions(tariffs)
    grouped: list[dict[tuple[Outcome, str], list[UnratedCall]]] = []
    for records in read:
        groups: dict[tuple[Outcome, str], list[UnratedCall]] = {}
        for record in records:
            reason, _version = _reason(record, chosen, versions)
            groups.setdefault((reason, destination_prefix(record.other)), []).append(record)
        grouped.append(groups)
    examples = [records[0] for groups in grouped for records in groups.values()]
    priced = _priced(examples, {record: _reason(record, chosen, versions)[1] for record in examples})
    return tuple(
        Waiting(
            customer=customers[month.customer],
            month=month,
            tariff=tariffs.get(chosen.get(month.customer, 0)),
            read=len(records),
            groups=tuple(
                sorted(
                    (
                        UnratedGroup(reason, prefix, len(calls), calls[0], calls[0] in priced)
                        for (reason, prefix), calls in groups.items()
                    ),
                    key=lambda group: (-group.calls, group.prefix),
                )
            ),
        )
        for month, records, groups in zip(shown, read, grouped, strict=True)
    )


def destination_prefix(number: str) -> str:
    """Where a stored number leads: a country's code, the first digits of a Dutch number, or a short number as it is."""
    if not number.startswith("+"):
        return number
    if number.startswith("+31"):
        return number[: 1 + DUTCH_DIGITS]
    return "+" + (calling_code(number) or number[1:4])


def _versions(tariffs: Mapping[int, Tariff]) -> dict[int, list[tuple[datetime, int]]]:
    """The versions of tariffs with the moment from which each holds, oldest first."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    for tariff, pk, day in (
        TariffVersion.objects.filter(tariff__in=tariffs)
        .order_by("valid_from")
        .values_list("tariff_id", "pk", "valid_from")
    ):
        found.setdefault(tariff, []).append((day_bounds(day).start, pk))
    return found


def _reason(
    record: UnratedCall, chosen: Mapping[int, int], versions: Mapping[int, Sequence[tuple[datetime, int]]]
) -> tuple[Outcome, int | None]:
    """Why a call found no price in the tariff, and the version that holds for it."""
    tariff = chosen.get(record.customer)
    if tariff is None:
        return Outcome.NO_TARIFF, None
    holds = [pk for start, pk in versions.get(tariff, ()) if start <= record.start]
    return (Outcome.NO_RATE, holds[-1]) if holds else (Outcome.NO_VERSION, None)


def _priced(examples: Sequence[UnratedCall], versions: Mapping[UnratedCall, int | None]) -> frozenset[UnratedCall]:
    """Those of the examples for which tariff or own prices have a price now; in two queries."""
    if not examples:
        return frozenset()
    prefixes = {record: stored_prefixes(record.other) for record in examples}
    every = {prefix for known in prefixes.values() for prefix in known}
    held = {version for version in versions.values() if version}
    rates = set(Rate.objects.filter(version__in=held, prefix__in=every).values_list("version_id", "prefix"))
    own: dict[int, list[Override]] = {}
    customers = {record.customer for record in examples}
    for price in holding(CustomerRate.objects.filter(customer__in=customers, prefix__in=every)):
        own.setdefault(price.customer_id, []).append(override_of(price))
    return frozenset(
        record
        for record in examples
        if any((versions[record], prefix) in rates for prefix in prefixes[record])
        or best(own.get(record.customer, ()), rating_key(record.other), record.start)
    )

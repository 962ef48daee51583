"""Rate records that are in the ledger again: a month with the tariffs of today, and calls that had no price yet.

In an open billing period a record whose amount or type changes is booked back and booked anew. A closed one stays as
it was billed: the difference is an adjustment; only a call that had no price at all is booked anew in the next open one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
from celery import signature

from accounts.access import Actor
from accounts.audit import record as audit
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from accounts.work import queue
from cdr import rules
from cdr.ingest.calls import Coded
from cdr.ingest.legs import Legs
from cdr.ingest.rate import NO_CHARGE, charge
from cdr.models import Adjustment, CallRecord
from cdr.rating.allocate import allocate
from cdr.rating.overrides import OverrideBook
from cdr.rating.tariffs import TariffBook
from cdr.selectors import feeds
from cdr.selectors.bundles import terms_of
from cdr.selectors.feeds import open_period
from cdr.selectors.ledger import charged, unrated_months, unrated_records
from cdr.selectors.rates import prices_of
from cdr.services.adjusting import adjust, adjusted_so_far
from cdr.services.allocation import period_calls, priced, share_out
from cdr.services.corrections import book, reversal, successor
from cdr.services.periods import alone_with_the_ledger
from cdr.vocabulary import Flag
from portal.lib.periods import Month

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# By name: tasks know services and not the other way round.
_RATE_UNRATED = signature("cdr.tasks.rate_unrated")


@dataclass(frozen=True, slots=True)
class Prices:
    """What everybody's calls cost now."""

    tariffs: Mapping[int, int]
    books: Mapping[int, TariffBook]
    overrides: Mapping[int, OverrideBook]

    @classmethod
    def now(cls) -> "Prices":
        """Read inside a crossing."""
        return cls(feeds.customer_tariffs(), feeds.tariff_books(), feeds.override_books())


@dataclass(frozen=True, slots=True)
class Change:
    """A record that costs something else now, or for another reason."""

    record: CallRecord
    micros: int
    rate: int
    call_type: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Calls of one customer and type (as it is now): how many change, and what they cost before and after, without bundles."""

    customer: Customer
    call_type: int
    calls: int
    old_micros: int
    new_micros: int


@dataclass(frozen=True, slots=True)
class Rerated:
    """What rating a customer's billing period again changes, or would change.

    `micros` is what the customer pays more or less for the period after bundles. Of a closed period, `adjusted` is what of
    it no adjustment says yet: that goes to a later invoice.
    """

    differences: tuple[Difference, ...]
    micros: int = 0
    adjusted: int = 0


def changes_of(records: Sequence[CallRecord], prices: Prices) -> list[Change]:
    """The records of which price, rate or type is another one now. One that has a price never loses it, and no tariff
    changes a price that the source of the call gave.
    """
    records = [record for record in records if not record.flags & Flag.PRICE_GIVEN]
    if not records:
        return []
    charged = charge(
        Legs(
            direction=np.array([record.direction for record in records], dtype=np.int64),
            left=np.ones(len(records), dtype=np.bool_),
            is_call=np.ones(len(records), dtype=np.bool_),
            own=Coded.of(pa.array([record.number for record in records], pa.string())),
            other=Coded.of(pa.array([record.other for record in records], pa.string())),
        ),
        start=np.array([(record.start - _EPOCH) // timedelta(microseconds=1) for record in records], dtype=np.int64),
        seconds=np.array([record.seconds for record in records], dtype=np.int64),
        customers=np.array([record.customer_id for record in records], dtype=np.int64),
        tariffs=prices.tariffs,
        books=prices.books,
        overrides=prices.overrides,
    )
    now = zip(charged.micros.tolist(), charged.rate.tolist(), charged.call_type.tolist(), strict=True)
    return [
        Change(record, micros, rate, kind)
        for record, (micros, rate, kind) in zip(records, now, strict=True)
        if micros != NO_CHARGE and (micros, rate, kind) != (record.micros, record.rate_id, record.call_type)
    ]


type Key = tuple[datetime, int]


def key_of(record: CallRecord) -> Key:
    """What tells the records of a customer apart."""
    return record.start, record.id


# --- a billing period ---


def rerate(*, actor: Actor, customer: Customer, month: Month, dry_run: bool = False) -> Rerated:
    """Rate a customer's billing period again with the tariffs of today; a second time, nothing changes any more."""
    period = month.first_day
    with alone_with_the_ledger():
        changes = priced_otherwise(customer.pk, month, list(charged(customer.pk, period)), Prices.now())
        closed = feeds.closed_periods()
        booked, counted, adjusted = changes, changes, 0
        if period in closed:
            booked = [change for change in changes if change.record.micros is None]
            counted = [change for change in changes if change.record.micros is not None]
        micros = sum(differences_after_bundles(customer.pk, month, counted).values())
        if period in closed:
            adjusted = micros - adjusted_so_far(customer.pk, period, Adjustment.Reason.TARIFF)
        found = Rerated(_differences(customer, changes), micros, adjusted)
        if not dry_run and (booked or adjusted):
            if period in closed:
                adjust(customer.pk, period, reason=Adjustment.Reason.TARIFF, micros=micros)
            _book_and_share_out(customer.pk, booked, closed)
            audit(actor=actor, verb="calls.rerate", obj=customer, note=f"{month}: {len(changes)}")
    return found


def _that_cost_otherwise(changes: Iterable[Change], *, in_bundles: bool) -> list[Change]:
    """Without those of which only the version of the price is another one: nobody pays more or less, so nothing is booked.

    Where bundles may split a call the whole price counts, for it says what the rest costs.
    """
    changes = list(changes)
    same = [one for one in changes if (one.micros, one.call_type) == (one.record.micros, one.record.call_type)]
    if in_bundles and same:
        found = prices_of({one.rate for one in same} | {one.record.rate_id for one in same})
        terms = {rate: (price, hours if price.has_bands else None) for rate, (price, hours) in found.items()}
        same = [one for one in same if one.record.rate_id in terms and terms[one.record.rate_id] == terms.get(one.rate)]
    left_out = {key_of(one.record) for one in same}
    return [one for one in changes if key_of(one.record) not in left_out]


def _differences(customer: Customer, changes: Iterable[Change]) -> tuple[Difference, ...]:
    sums: dict[int, tuple[int, int, int]] = {}
    for change in changes:
        calls, old, new = sums.get(change.call_type, (0, 0, 0))
        sums[change.call_type] = (calls + 1, old + (change.record.micros or 0), new + change.micros)
    return tuple(Difference(customer, kind, *sums[kind]) for kind in sorted(sums))


def priced_otherwise(customer: int, month: Month, records: Sequence[CallRecord], prices: Prices) -> list[Change]:
    """The changes among the records of a billing period for which somebody pays more or less."""
    return _that_cost_otherwise(changes_of(records, prices), in_bundles=bool(terms_of(customer, month)))


def differences_after_bundles(customer: int, month: Month, changes: Iterable[Change]) -> Mapping[Key, int]:
    """What the customer pays more for each call, by its start and id: those that change, and those for which other prices
    leave more or less of the bundles, with these as they are now over the old and over the new prices.
    """
    changes = list(changes)
    anew = {key_of(change.record): _anew(change) for change in changes}
    more = Counter({key_of(change.record): change.micros - (change.record.micros or 0) for change in changes})
    terms = terms_of(customer, month)
    if not terms or not anew:
        return more
    before = {(call.start, call.id): call for call in period_calls(customer, month.first_day).calls}
    prices = prices_of(record.rate_id for record in anew.values())
    after = before | {key: replace(priced(record, prices), id=key[1]) for key, record in anew.items()}
    for sign, calls in ((1, before), (-1, after)):
        for cover in allocate(terms, calls.values()):
            more[cover.start, cover.id] += sign * cover.micros
    return more


def _anew(change: Change, period: date | None = None) -> CallRecord:
    return successor(
        change.record,
        period=period or change.record.billing_period,
        micros=change.micros,
        rate_id=change.rate,
        call_type=change.call_type,
    )


def _book_and_share_out(customer: int, changes: Iterable[Change], closed: frozenset[date]) -> None:
    """Book back and anew, in their own billing period or, where it is closed, in the next open one."""
    entries: list[CallRecord] = []
    for change in changes:
        period = open_period(Month.of_day(change.record.billing_period), closed).first_day
        entries += [reversal(change.record, period=period), _anew(change, period)]
    book(entries)
    for period in sorted({entry.billing_period for entry in entries}):
        share_out(customer, period)


# --- calls without a price ---


@dataclass(frozen=True, slots=True)
class Filled:
    """How many calls got their price, and how many still have none."""

    rated: int = 0
    left: int = 0

    def __add__(self, other: "Filled") -> "Filled":
        return Filled(self.rated + other.rated, self.left + other.left)


def rate_unrated(*, actor: Actor, customers: Collection[int] | None = None, source: int | None = None) -> Filled:
    """Give calls that have no price theirs, where a tariff has one now: of some customers, of one source, or all.

    A customer at a time, so that loads go on in between. Running it twice, also beside itself, changes nothing more.
    """
    with crossing(Crossing.RATING):
        waiting = sorted({one.customer for one in unrated_months(customers)})
        prices = Prices.now() if waiting else Prices({}, {}, {})
    filled = Filled()
    for customer in waiting:
        filled += _rate_customer(actor, customer, prices, source)
    return filled


def _rate_customer(actor: Actor, customer: int, prices: Prices, source: int | None) -> Filled:
    with alone_with_the_ledger():
        records = [one for month in unrated_months([customer]) for one in unrated_records(month, source)]
        changes = changes_of(records, prices)
        if changes:
            _book_and_share_out(customer, changes, feeds.closed_periods())
            audit(actor=actor, verb="calls.rate", obj=Customer.objects.get(pk=customer), note=f"{len(changes)}")
    return Filled(len(changes), len(records) - len(changes))


def rate_unrated_later(*, actor: Actor, tariff: int | None = None, customer: int | None = None) -> None:
    """Let a worker rate what has no price yet, once a tariff is saved: of the customers that have it, of one, or of all."""
    queue(_RATE_UNRATED, tariff, customer, actor=actor)


def rate_again(*, actor: Actor) -> None:
    """Let a worker rate all calls without a price once more. Raises Refusal where there is none."""
    with crossing(Crossing.RATING):
        rules.calls_wait_for_a_price(bool(unrated_months()))
    rate_unrated_later(actor=actor)


def customers_with(tariff: int) -> list[int]:
    """The customers that a tariff holds for, inside a crossing."""
    return [customer for customer, theirs in feeds.customer_tariffs().items() if theirs == tariff]

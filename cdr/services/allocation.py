"""Share out bundles over the calls of a customer's billing period, and keep the totals equal to what comes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import connection
from django.db.models import Q

from cdr.models import Bundle, BundleAllocation, BundleNumber, CallRecord
from cdr.rating.allocate import Cover, PricedCall, allocate
from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price
from cdr.rating.rates import rating_key
from cdr.selectors.bundles import terms_of
from cdr.selectors.feeds import closed_periods
from cdr.selectors.ledger import LEAVING, records_of
from cdr.selectors.rates import prices_of
from cdr.services.locks import hold_customers
from cdr.vocabulary import BOOKED, CallType, Leg
from portal.lib.periods import Month, to_local

PIECE = 5_000


def hold(customers: Iterable[int]) -> frozenset[int]:
    """The customers among these that have bundles, which no other load writes about until the end of the transaction.

    Called once in a transaction that holds the billing periods, before it writes any record or total.
    """
    bundled = frozenset(Bundle.objects.order_by().values_list("customer_id", flat=True).distinct()) & set(customers)
    hold_customers(bundled)
    return bundled


def after_records(customers: Iterable[int], periods: Iterable[date]) -> None:
    """Share out again after records were added: customers are those that `hold` returned, periods those that they fell in.

    Runs in the crossing and the transaction that added the records.
    """
    closed = closed_periods()
    for customer, period in product(sorted(set(customers)), sorted(set(periods) - closed)):
        share_out(customer, period)


def share_out(customer: int, period: date) -> None:
    """Allocate the bundles of a customer over an open billing period anew, and change the totals by the differences."""
    found = period_calls(customer, period)
    before = {
        (row.start, row.id, row.bundle_id): row
        for row in BundleAllocation.objects.filter(customer=customer, billing_period=period)
    }
    if not before and not found.calls:
        return
    covers = allocate(terms_of(customer, Month.of_day(period)), found.calls)
    after = {(cover.start, cover.id, cover.bundle): _row(cover, found, customer, period) for cover in covers}
    gone = [row for key, row in before.items() if key not in after]
    changed = [row for key, row in after.items() if key not in before or _content(before[key]) != _content(row)]
    _write(customer, gone, changed)
    _change_totals(before.values(), after.values())


# --- the calls of a period ---


@dataclass(frozen=True, slots=True)
class PeriodCalls:
    """The calls of a customer in a billing period that bundles could cover, as records and as the pure step reads them."""

    records: Mapping[tuple[datetime, int], CallRecord]
    calls: Sequence[PricedCall]


def period_calls(customer: int, period: date) -> PeriodCalls:
    """All booked calls of numbers that ever had a place in a bundle; their number never changes, nor do places vanish."""
    numbers = sorted(set(BundleNumber.objects.filter(customer=customer).values_list("number", flat=True)))
    if not numbers:
        return PeriodCalls({}, ())
    records = {
        (record.start, record.id): record
        for record in records_of(customer, period).filter(
            ~Q(call_type=CallType.INTERNAL),  # what a colleague took costs nothing, and uses no minutes
            number__in=numbers,
            direction__in=LEAVING,
            leg__in=BOOKED,
            micros__isnull=False,
        )
    }
    prices = prices_of(record.rate_id for record in records.values())
    returned = _returned(customer, records.values())
    return PeriodCalls(
        records,
        [priced(record, prices, returned.get((record.start, record.id), ())) for record in records.values()],
    )


def priced(
    record: CallRecord, prices: Mapping[int, tuple[Price, PeakHours]], returned: tuple[Cover, ...] = ()
) -> PricedCall:
    """A record that has an amount, as bundles are shared out over it."""
    price, hours = prices.get(record.rate_id, (None, PeakHours()))
    return PricedCall(
        start=record.start,
        source=record.source_id,
        record_id=record.record_id,
        revision=record.revision,
        id=record.id,
        number=record.number,
        key=rating_key(record.other),
        call_type=record.call_type,
        seconds=record.seconds,
        micros=record.micros or 0,
        price=price,
        hours=hours,
        reversal=record.leg == Leg.REVERSAL,
        returned=returned,
    )


def _returned(customer: int, records: Iterable[CallRecord]) -> dict[tuple[datetime, int], tuple[Cover, ...]]:
    """What bundles covered of the records that rows of this period book back but that belong to a closed one."""
    every = list(records)
    here = {(one.source_id, one.record_id, one.revision) for one in every if one.leg == Leg.CALL}
    back = {
        (one.source_id, one.record_id, one.revision - 1): one
        for one in every
        if one.leg == Leg.REVERSAL and (one.source_id, one.record_id, one.revision - 1) not in here
    }
    if not back:
        return {}
    originals = CallRecord.objects.filter(
        customer=customer, start__in={one.start for one in back.values()}, leg=Leg.CALL
    ).order_by()
    reversal_of = {
        (one.start, one.id): back[one.source_id, one.record_id, one.revision]
        for one in originals
        if (one.source_id, one.record_id, one.revision) in back
    }
    returned: dict[tuple[datetime, int], tuple[Cover, ...]] = {}
    for row in BundleAllocation.objects.filter(customer=customer, start__in={start for start, _id in reversal_of}):
        reversal = reversal_of.get((row.start, row.id))
        if reversal is not None:
            cover = Cover(row.start, row.id, row.bundle_id, row.covered_seconds, row.discount_micros)
            key = (reversal.start, reversal.id)
            returned[key] = (*returned.get(key, ()), cover)
    return returned


# --- writing ---


def _row(cover: Cover, found: PeriodCalls, customer: int, period: date) -> BundleAllocation:
    record = found.records[cover.start, cover.id]
    return BundleAllocation(
        customer_id=customer,
        start=cover.start,
        id=cover.id,
        bundle_id=cover.bundle,
        billing_period=period,
        number=record.number,
        call_type=record.call_type,
        direction=record.direction,
        product=record.product,
        covered_seconds=cover.seconds,
        discount_micros=cover.micros,
    )


_CONTENT = ("number", "call_type", "direction", "product", "covered_seconds", "discount_micros")


def _content(row: BundleAllocation) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _CONTENT)


def _write(customer: int, gone: Sequence[BundleAllocation], changed: Sequence[BundleAllocation]) -> None:
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM cdr_bundleallocation WHERE customer_id = %s AND (start, id, bundle_id) IN "
                "(SELECT * FROM unnest(%s::timestamptz[], %s::bigint[], %s::bigint[]))",
                [customer, *_columns((row.start, row.id, row.bundle_id) for row in gone)],
            )
    BundleAllocation.objects.bulk_create(
        changed,
        batch_size=PIECE,
        update_conflicts=True,
        unique_fields=["customer", "start", "id", "bundle"],
        update_fields=_CONTENT,
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


_DAILY = """UPDATE cdr_dailytotal AS t SET discount = t.discount + d.micros
FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::int[], %s::int[], %s::bigint[])
    AS d (customer, day, call_type, direction, product, micros)
WHERE t.customer_id = d.customer AND t.day = d.day AND t.call_type = d.call_type AND t.direction = d.direction
    AND t.product = d.product"""
_MONTHLY = """UPDATE cdr_monthlytotal AS t SET discount = t.discount + d.micros
FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::text[], %s::int[], %s::int[], %s::int[], %s::bigint[])
    AS d (customer, month, billing_period, number, call_type, direction, product, micros)
WHERE t.customer_id = d.customer AND t.month = d.month AND t.billing_period = d.billing_period AND t.number = d.number
    AND t.call_type = d.call_type AND t.direction = d.direction AND t.product = d.product"""


def _change_totals(before: Iterable[BundleAllocation], after: Iterable[BundleAllocation]) -> None:
    """Add differences of discounts to the totals of their records. Only whoever holds the customer writes these rows."""
    daily: dict[tuple[Any, ...], int] = {}
    monthly: dict[tuple[Any, ...], int] = {}
    for rows, sign in ((before, -1), (after, 1)):
        for row in rows:
            day = to_local(row.start).date()
            kinds = (row.call_type, row.direction, row.product)
            of_day = (row.customer_id, day, *kinds)
            of_month = (row.customer_id, day.replace(day=1), row.billing_period, row.number, *kinds)
            daily[of_day] = daily.get(of_day, 0) + sign * row.discount_micros
            monthly[of_month] = monthly.get(of_month, 0) + sign * row.discount_micros
    with connection.cursor() as cursor:
        for statement, sums in ((_DAILY, daily), (_MONTHLY, monthly)):
            changed = sorted((*key, micros) for key, micros in sums.items() if micros)
            if changed:
                cursor.execute(statement, _columns(changed))

"""Take a call that is booked back out of what later invoices say of the period that it was billed in.

After a closed period was rated again, or got another bundle, an adjustment charges what each of its calls costs more or less.
When such a call is corrected, the row that books it back undoes what was billed, and this the call's part of the adjustment.
It is worked out with the prices and bundles of today, as the adjustment was; where those changed since, rating the period
again sets right what is left.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from cdr.models import Adjustment, BundleAllocation, CallRecord
from cdr.rating.allocate import allocate
from cdr.selectors.bundles import terms_of
from cdr.selectors.ledger import LEAVING, charged
from cdr.services.adjusting import adjust_by
from cdr.services.allocation import period_calls
from cdr.services.rerating import Key, Prices, differences_after_bundles, key_of, priced_otherwise
from cdr.vocabulary import CallType
from portal.lib.periods import Month


def withdraw(records: Iterable[CallRecord], closed: frozenset[date]) -> None:
    """Take these calls out of the adjustments of their closed periods, before they are booked back, in a crossing that holds
    the customers.
    """
    billed = [one for one in records if one.billing_period in closed and one.direction in LEAVING]
    billed = [one for one in billed if one.call_type != CallType.INTERNAL]
    billed.sort(key=_where)
    for (customer, period), group in groupby(billed, key=_where):
        theirs = list(group)
        said = Adjustment.objects.filter(customer=customer, period=period).values_list("reason", flat=True)
        for reason in sorted(set(said)):
            adjust_by(
                customer, period, reason=reason, micros=-_PARTS[Adjustment.Reason(reason)](customer, period, theirs)
            )


def _where(record: CallRecord) -> tuple[int, date]:
    return record.customer_id, record.billing_period


def _of_prices(customer: int, period: date, records: Sequence[CallRecord]) -> int:
    month = Month.of_day(period)
    # Where bundles split calls the prices of all of them tell what each costs.
    among = list(charged(customer, period)) if terms_of(customer, month) else records
    changes = [one for one in priced_otherwise(customer, month, among, Prices.now()) if one.record.micros is not None]
    return _sum(differences_after_bundles(customer, month, changes).items(), records)


def _of_bundles(customer: int, period: date, records: Sequence[CallRecord]) -> int:
    covers = allocate(terms_of(customer, Month.of_day(period)), period_calls(customer, period).calls)
    before = BundleAllocation.objects.filter(customer=customer, start__in={record.start for record in records})
    billed = _sum((((row.start, row.id), row.discount_micros) for row in before), records)
    return billed - _sum((((cover.start, cover.id), cover.micros) for cover in covers), records)


def _sum(parts: Iterable[tuple[Key, int]], records: Iterable[CallRecord]) -> int:
    wanted = {key_of(record) for record in records}
    return sum(micros for key, micros in parts if key in wanted)


_PARTS = {Adjustment.Reason.TARIFF: _of_prices, Adjustment.Reason.BUNDLE: _of_bundles}

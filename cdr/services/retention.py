"""Mask the numbers of other parties once their time of keeping is over; amounts, times and totals stay as they are.

A billing period is masked day by day, each day in a transaction of its own, so that a run that was broken off goes on
where it was and a second one finds nothing. Everything that can open a dispute waits for the day that is being masked.
"""

import hashlib
import hmac
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from celery import signature
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.access import Actor, Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import queue
from cdr import rules
from cdr.models import BilledPeriod, KeepingTime, MaskedPeriod, Reject, Source
from cdr.selectors import retention
from cdr.selectors.retention import DUE, HELD, NUMBER
from cdr.services.known import forget_rows
from cdr.services.periods import hold_loads_off
from cdr.services.runs import NOT_KEPT
from cdr.vocabulary import BOOKED, HIDDEN_TYPES
from portal.lib.periods import Month, day_bounds, days
from telephony.models import PhoneNumber

log = logging.getLogger(__name__)

DONE_FOLDERS = ("done", "failed")

_MASK = signature("cdr.tasks.mask_customer")


def _masked(column: str) -> str:
    # The prefix stays, so that country, kind and price can still be told.
    return (
        f"CASE WHEN {column} ~ '{NUMBER}' AND {column} <> ALL(%(own)s::text[]) "
        f"THEN left({column}, length({column}) - 4) || 'xxxx' ELSE {column} END"
    )


def _renamed(column: str) -> str:
    """A name in which the digits of a party stand becomes another one that tells nothing, the same for each row of it."""
    holds_digits = " OR ".join(
        f"({party} ~ '{NUMBER}' AND {party} <> ALL(%(own)s::text[]) AND position(right({party}, 7) in {column}) > 0)"
        for party in ("other", "origin")
    )
    return f"CASE WHEN {holds_digits} THEN 'masked:' || md5(%(salt)s || {column}) ELSE {column} END"


_UPDATE = f"""UPDATE cdr_callrecord SET other = {_masked("other")}, origin = {_masked("origin")},
    record_id = {_renamed("record_id")}, call_group = {_renamed("call_group")}, facts = {NOT_KEPT}
WHERE {DUE} AND NOT {HELD}"""  # noqa: S608 - constants
_FORGET_NUMBERS = """DELETE FROM cdr_partynumber AS known WHERE customer_id = %(customer)s
    AND NOT EXISTS (SELECT FROM cdr_callrecord WHERE customer_id = %(customer)s AND other = known.number)
    AND NOT EXISTS (SELECT FROM cdr_callrecord WHERE customer_id = %(customer)s AND origin = known.number)"""
_LEARN_MASKED = f"""INSERT INTO cdr_partynumber (customer_id, number)
SELECT DISTINCT customer_id, party FROM cdr_callrecord CROSS JOIN LATERAL (VALUES (other), (origin)) AS both_of (party)
WHERE customer_id = %(customer)s AND billing_period = %(period)s AND start >= %(start)s AND start < %(end)s
    AND leg IN ({", ".join(str(int(leg)) for leg in BOOKED)})
    AND call_type NOT IN ({", ".join(str(int(kind)) for kind in HIDDEN_TYPES)}) AND party LIKE '%%xxxx'
ON CONFLICT DO NOTHING"""  # noqa: S608 - constants


@contextmanager
def alone_with(customer: Customer) -> Iterator[None]:
    """Until the end of the transaction nobody else masks calls of the customer or opens a dispute about them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('centrale_retention'), %s)", [customer.pk])
    yield


def mask_customer(*, customer: Customer, actor: Actor, now: datetime | None = None) -> int:
    """Mask every billing period of the customer that is past its time; returns how many records were masked."""
    now = now or timezone.now()
    with tenant(customer):
        due = retention.due_periods(customer, now)
    return sum(_mask_period(customer, period, actor, now) for period in due)


def _mask_period(customer: Customer, period: date, actor: Actor, now: datetime) -> int:
    with tenant(customer):
        first, end = retention.days_of(period)
        own = own_numbers()
    masked = 0
    for day in days(first, end):
        masked += _mask_day(customer, period, day, own)
    with crossing(Crossing.RETENTION), connection.cursor() as cursor:
        # A load that has not finished its chunk may be about to use a number that seems unused.
        hold_loads_off()
        bounds = {"start": Month.of_day(first).start, "end": Month.of_day(end).start}
        cursor.execute(_LEARN_MASKED, {"customer": customer.pk, "period": period, **bounds})
        cursor.execute(_FORGET_NUMBERS, {"customer": customer.pk})
    with tenant(customer):
        left = sum(retention.count_due(customer, period, own))
        done, made = MaskedPeriod.objects.update_or_create(
            customer=customer, billing_period=period, defaults={"masked_at": now, "held": left}
        )
        if made or masked:
            audit.record(actor=actor, verb="calls.mask", obj=done, changes={"masked": (0, masked), "held": (0, left)})
    return masked


def own_numbers() -> list[str]:
    """The customer's own numbers, which are no other party's."""
    return sorted(PhoneNumber.objects.values_list("e164", flat=True))


def _mask_day(customer: Customer, period: date, day: date, own: list[str]) -> int:
    bounds = day_bounds(day)
    with crossing(Crossing.RETENTION), alone_with(customer):
        with tenant(customer):
            held = retention.holds(period)
        if held.period:
            return 0
        values: dict[str, Any] = {
            "customer": customer.pk, "period": period, "start": bounds.start, "end": bounds.end, "own": own,
            "records": list(held.records), "groups": list(held.groups), "salt": _salt(),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, values)
            return int(cursor.rowcount)


def _salt() -> str:
    """What is needed to guess a name back from its hash, and does not stand in the database."""
    return hmac.new(settings.SECRET_KEY.encode(), b"centrale retention", hashlib.sha256).hexdigest()


def clear_raw(*, now: datetime | None = None) -> None:
    """Forget the rows as they came (of rejects, of calls that may go on, and the files) after the shortest time of keeping."""
    now = now or timezone.now()
    before = Month.of_day(retention.last_due(retention.shortest_months(), now)).end
    with crossing(Crossing.RETENTION):
        Reject.objects.filter(created_at__lt=before).delete()
        forget_rows(before=before)
        with connection.cursor() as cursor:
            # What comes again is then known by its id alone: digests of what it said could be used to guess digits.
            cursor.execute(
                "UPDATE cdr_keptrows SET facts = decode(repeat('00', octet_length(facts)), 'hex') "
                "WHERE last_start < %s AND facts <> decode(repeat('00', octet_length(facts)), 'hex')",
                [before],
            )
    for source in Source.objects.all():
        for folder in DONE_FOLDERS:
            _clear_folder(Path(settings.DROP_FOLDER) / source.name / folder, before)


def _clear_folder(folder: Path, before: datetime) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < before.timestamp():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def queue_masking(*, now: datetime | None = None) -> int:
    """One task for each customer with records that may be past their time."""
    with crossing(Crossing.RETENTION):
        found = retention.customers_due(now or timezone.now())
    for customer in found:
        queue(_MASK, customer, actor=system(door=Door.TASK))
    return len(found)


def set_keeping_time(*, actor: Actor, customer: Customer, months: int) -> KeepingTime:
    """Set for how many months after a billing period the customer's numbers are kept. What is masked stays masked."""
    rules.keeping_time_is_sensible(months)
    with crossing(Crossing.OPERATE):
        before = retention.months_of(customer)
        made, _new = KeepingTime.objects.update_or_create(customer=customer, defaults={"months": months})
        changed = audit.changes({"months": before}, {"months": months})
        if changed:
            audit.record(actor=actor, verb="customer.keeping_time", obj=customer, changes=changed)
    return made


def mark_billed(*, customer: Customer, month: Month, invoice: str = "") -> None:
    """Remember, inside the customer's door, that a billing period was billed or had nothing to bill, and the invoice's number."""
    known, made = BilledPeriod.objects.get_or_create(
        customer=customer, first_day=month.first_day, defaults={"invoice": invoice}
    )
    if invoice and not made:
        known.invoice = invoice
        known.save(update_fields=["invoice"])

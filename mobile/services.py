"""What can be done with mobile subscriptions. Usage files cross customers; everything else happens in one customer's rooms."""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched

from celery import signature
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from accounts.selectors import registered_for
from accounts.tenancy import Crossing, crossing
from accounts.work import queue
from mobile import rules
from mobile.models import (
    BundleShare,
    GroupBundle,
    MobileLimits,
    MobileSubscription,
    MonthUsage,
    Usage,
    UsageBatch,
    UsageReject,
)
from mobile.usage_file import Counter, Reading, Reason, Reject, parse
from portal.lib import crypto
from portal.lib.periods import Month

_CHUNK = 5000


# --- usage files ---


@dataclass(slots=True)
class Outcome:
    """What became of the rows of a file: read = loaded + duplicate + rejected."""

    read: int = 0
    loaded: int = 0
    duplicate: int = 0
    rejected: dict[str, int] = field(default_factory=dict)


def load_usage(*, content: bytes, file_name: str) -> Outcome:
    """Load a usage file in one transaction; the second time everything is a duplicate. Raises NotAUsageFile."""
    rows = parse(content)
    digest = hashlib.sha256(content).hexdigest()
    outcome = Outcome()
    reasons: Tally[str] = Tally()
    with crossing(Crossing.USAGE):
        batch = UsageBatch.objects.create(file_name=file_name[:255], sha256=digest)
        for chunk in batched(rows, _CHUNK):
            outcome.read += len(chunk)
            known, rejects = _told_apart(chunk)
            _put_aside(batch, rejects)
            reasons.update(one.reason.value for one in rejects)
            new = _append(known)
            outcome.loaded += new
            outcome.duplicate += len(known) - new
        outcome.rejected = dict(reasons)
        batch.read, batch.loaded, batch.duplicate = outcome.read, outcome.loaded, outcome.duplicate
        batch.rejected = sum(reasons.values())
        batch.save()
    return outcome


type _Known = tuple[MobileSubscription, Reading]


def _told_apart(rows: Sequence[Reading | Reject]) -> tuple[list[_Known], list[Reject]]:
    """Readings with their subscription, and what has to be put aside."""
    readings = [row for row in rows if isinstance(row, Reading)]
    rejects = [row for row in rows if isinstance(row, Reject)]
    by_number: dict[str, list[MobileSubscription]] = {}
    wanted = {row.msisdn for row in readings}
    for one in MobileSubscription.objects.filter(msisdn__in=wanted).order_by("active_since", "pk"):
        by_number.setdefault(one.msisdn, []).append(one)
    known = []
    for row in readings:
        found = _holder(by_number.get(row.msisdn, ()), row.period)
        if found is None:
            rejects.append(Reject(row.line, row.raw, Reason.UNKNOWN_SUBSCRIPTION))
        else:
            known.append((found, row))
    return known, rejects


def _holder(candidates: Iterable[MobileSubscription], month: Month) -> MobileSubscription | None:
    """Who had the number in the month; of several the latest, because a number moves but a counter does not say when."""
    holding = [
        one
        for one in candidates
        if one.active_since < month.end_day and (one.ended_on is None or one.ended_on > month.first_day)
    ]
    return holding[-1] if holding else None


def _put_aside(batch: UsageBatch, rejects: Sequence[Reject]) -> None:
    UsageReject.objects.bulk_create(
        [
            UsageReject(
                batch=batch,
                line=one.line,
                raw=one.raw,
                reason=one.reason,
                fingerprint=hashlib.sha256(one.raw.encode()).hexdigest(),
            )
            for one in rejects
        ],
        ignore_conflicts=True,
    )


_COLUMNS = ("customer_id", "subscription_id", "period", "counter", "cause", "country", "as_of", "used")
_TYPES = ("bigint", "bigint", "date", "text", "text", "text", "timestamptz", "bigint")


def _append(known: Sequence[_Known]) -> int:
    """Add readings to the history and move the month's counter on; returns how many were new."""
    if not known:
        return 0
    values = [
        (one.customer_id, one.pk, row.period.first_day, row.counter, row.cause, row.country, row.as_of, row.used)
        for one, row in known
    ]
    columns, arrays = ", ".join(_COLUMNS), ", ".join(f"%s::{kind}[]" for kind in _TYPES)
    unnested = [list(column) for column in zip(*values, strict=True)]
    with connection.cursor() as cursor:
        for month in {Month.of(row.as_of) for _, row in known}:
            cursor.execute("SELECT centrale_make_month(%s, %s)", [Usage._meta.db_table, month.first_day])
        cursor.execute(
            f"INSERT INTO {Usage._meta.db_table} ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING",  # noqa: S608
            unnested,
        )
        new: int = cursor.rowcount
        cursor.execute(_MOVE_ON.format(columns=columns, arrays=arrays), unnested)
    return new


# A file may hold several moments of one counter, in any order: the latest counts, and never an earlier one than is there.
_MOVE_ON = """
INSERT INTO mobile_monthusage AS kept ({columns}, billed)
SELECT DISTINCT ON (customer_id, period, subscription_id, counter, cause, country) {columns}, 0
FROM unnest({arrays}) AS row ({columns})
ORDER BY customer_id, period, subscription_id, counter, cause, country, as_of DESC
ON CONFLICT (customer_id, period, subscription_id, counter, cause, country)
DO UPDATE SET used = excluded.used, as_of = excluded.as_of WHERE excluded.as_of > kept.as_of
"""


# --- billing ---


@dataclass(frozen=True, slots=True)
class OutsideCost:
    """What fell outside bundles in a month and is on no invoice yet: micro-euros, and over how many subscriptions."""

    month: Month
    micros: int
    subscriptions: int


def take_costs(*, customer: Customer, until: Month) -> list[OutsideCost]:
    """Hand what is not billed yet, up to and including the month, to an invoice, and remember that it is.

    A counter that came in after its month was billed thus stands on the next invoice, once. Runs in the customer's door
    and in the transaction of the invoice.
    """
    rows = (
        MonthUsage.objects.select_for_update()
        .filter(customer=customer, counter=Counter.COST.value, period__lte=until.first_day)
        .order_by("pk")
    )
    taken: dict[Month, list[MonthUsage]] = {}
    for row in rows:
        if row.used != row.billed:
            taken.setdefault(Month.of_day(row.period), []).append(row)
    costs = [
        OutsideCost(month, sum(row.used - row.billed for row in found), len({row.subscription_id for row in found}))
        for month, found in sorted(taken.items())
    ]
    changed = [row for found in taken.values() for row in found]
    for row in changed:
        row.billed = row.used
    MonthUsage.objects.bulk_update(changed, ["billed"], batch_size=1000)
    return costs


# --- subscriptions ---


def add_subscriptions(
    *, actor: Actor, customer: Customer, subscriptions: Sequence[MobileSubscription]
) -> list[MobileSubscription]:
    """Add subscriptions in bulk; one entry in the trail says how many."""
    for one in subscriptions:
        one.customer = customer
    made = MobileSubscription.objects.bulk_create(subscriptions)
    audit.record(actor=actor, verb="mobile.add", obj=customer, note=f"{len(made)}")
    return made


def share_bundle(
    *, actor: Actor, bundle: GroupBundle, shares: Sequence[tuple[MobileSubscription, int]], since: date
) -> GroupBundle:
    """Make a group bundle, if it is new, and let subscriptions contribute to it from a day on."""
    if bundle._state.adding:
        bundle.save()
    BundleShare.objects.bulk_create(
        [
            BundleShare(customer_id=bundle.customer_id, bundle=bundle, subscription=one, amount=amount, since=since)
            for one, amount in shares
        ]
    )
    audit.record(actor=actor, verb="mobile.bundle", obj=bundle, note=f"{len(shares)}")
    return bundle


def keep_puk(*, subscription: MobileSubscription, puk: str) -> None:
    """Encrypt the PUK onto the subscription; the caller saves."""
    subscription.puk_secret = crypto.encrypt(puk)


def reveal_puk(*, actor: Actor, subscription: MobileSubscription) -> str:
    """The PUK in the clear; that it was looked at stays in the trail."""
    rules.may_see_puk(actor, subscription)
    audit.record(actor=actor, verb="mobile.puk", obj=subscription)
    return crypto.decrypt(subscription.puk_secret)


def set_account_limit(*, actor: Actor, customer: Customer, micros: int | None) -> MobileLimits:
    """Set the warning limit of all subscriptions together: None and 0 are no limit."""
    rules.may_edit_limits(actor)
    rules.limit_is_not_negative(micros)
    with transaction.atomic():
        limits, _made = MobileLimits.objects.select_for_update().get_or_create(customer=customer)
        before = audit.snapshot(limits, ["account_limit_micros"])
        limits.account_limit_micros = micros
        limits.save(update_fields=["account_limit_micros"])
        changed = audit.changes(before, audit.snapshot(limits, ["account_limit_micros"]))
        if changed:
            audit.record(actor=actor, verb="mobile.limit", obj=limits, changes=changed)
    return limits


# By name: tasks know services and not the other way round.
_MAIL = signature("mobile.tasks.mail_sim_change")


def set_sim(*, actor: Actor, subscription: MobileSubscription, blocked: bool, at: datetime | None = None) -> bool:
    """Block or unblock a SIM and mail everybody registered for it. False when it already was so."""
    rules.may_block(actor)
    with transaction.atomic():
        locked = MobileSubscription.objects.select_for_update().get(pk=subscription.pk)
        rules.is_not_ended(locked)
        if locked.is_blocked == blocked:
            return False
        before = audit.snapshot(locked, ["sim"])
        locked.sim = MobileSubscription.Sim.BLOCKED if blocked else MobileSubscription.Sim.ACTIVE
        locked.sim_changed_at = at or timezone.now()
        locked.save(update_fields=["sim", "sim_changed_at"])
        audit.record(
            actor=actor,
            verb="mobile.sim_block" if blocked else "mobile.sim_unblock",
            obj=locked,
            changes=audit.changes(before, audit.snapshot(locked, ["sim"])),
        )
        for reader in registered_for(locked.customer, "mails_sim_block"):
            queue(_MAIL, locked.customer_id, locked.pk, reader.pk, blocked, actor=actor)
    subscription.sim, subscription.sim_changed_at = locked.sim, locked.sim_changed_at
    return True

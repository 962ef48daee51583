"""Watching what calls cost: warnings at parts of a limit, each told once, and the guard that stops paid calls.

Checked after each file of calls, after each change of a limit, and every quarter of an hour for what slipped through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from celery import signature
from django.db import connection
from django.urls import reverse

from accounts.access import Actor, Capability, system
from accounts.models import Customer, Notice, User
from accounts.selectors import registered_for
from accounts.services import notify
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import queue
from cdr import spending
from cdr.models import GuardEvent, LimitWarning, SpendSettings
from cdr.selectors import limits as selectors
from portal.lib.periods import Month, day_bounds, local_day
from telephony.models import SpendGuardState
from telephony.selectors import spend_guard
from telephony.services import set_spend_guard

MAIL_KIND = "mails_voip_usage"
# A day of the feed may come late; hours before that stop nothing any more.
HOURS_LOOKED_BACK = timedelta(hours=24)

# By name: tasks know services and not the other way round.
_CHECK = signature("cdr.limit_tasks.check_limits")
_MAIL_WARNING = signature("cdr.limit_tasks.mail_limit_warning")
_MAIL_GUARD = signature("cdr.limit_tasks.mail_guard")

_TELL_ONCE = """INSERT INTO cdr_limitwarning
    (customer_id, number, period, threshold, limit_micros, spent_micros, at, covered, told)
VALUES (%s, %s, %s, %s, %s, %s, %s, false, 0)
ON CONFLICT (customer_id, number, period, threshold) WHERE rearmed_at IS NULL DO NOTHING RETURNING id"""


def after_records(customers: Iterable[int], periods: Iterable[date] | None = None) -> None:
    """Call records were loaded: check the customers among these that have a limit, each in a task of its own.

    `periods` are first days of billing periods that took records, beside the running one and the one before it, which are
    always looked at.
    """
    with crossing(Crossing.LIMITS):
        found = selectors.watched().intersection(customers)
    months = sorted({str(Month.of_day(day)) for day in periods or ()})
    for customer in sorted(found):
        queue(_CHECK, customer, months, actor=system())


@dataclass(frozen=True, slots=True)
class _Watch:
    """For whom the cost is looked at, and when."""

    actor: Actor
    customer: Customer
    now: datetime
    readers: Sequence[User]


def check(*, actor: Actor, customer: Customer, now: datetime, months: Iterable[Month] = ()) -> None:
    """Tell what must be told and stop what must be stopped, once however many workers look at the same moment.

    The running period and the one before it are always looked at; of these and `months` those that still take calls, and
    in which the limit already held.
    """
    running = Month.of(now)
    watch = _Watch(actor, customer, now, registered_for(customer, MAIL_KIND))
    with tenant(customer):
        one_at_a_time(customer)
        settings = selectors.settings_of(customer)
        for month in sorted({running, running.previous(), *months}):
            if month == running or not selectors.is_closed(month):
                _warn(watch, month, settings)
        _guard(watch, running, settings)


def one_at_a_time(customer: Customer) -> None:
    """Until the end of the transaction nobody else checks this customer or changes its limits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('centrale_call_limits'), %s)", [customer.pk])


# --- warnings ---


def _warn(watch: _Watch, month: Month, settings: SpendSettings | None) -> None:
    limits = _limits_in(watch.customer, month, settings)
    spent = selectors.spent_in(month)
    standing: dict[str, dict[int, LimitWarning]] = {}
    for warning in selectors.standing_warnings(month):
        standing.setdefault(warning.number, {})[warning.threshold] = warning
    thresholds = settings.thresholds if settings else frozenset(spending.THRESHOLDS)
    for number, limit in limits.items():
        cost = spent.by_number.get(number, 0) if number else spent.micros
        kept = {
            threshold: warning
            for threshold, warning in standing.get(number, {}).items()
            if not _settle(warning, cost, limit, watch.now)
        }
        fresh = [threshold for threshold in spending.crossed(cost, limit, thresholds) if threshold not in kept]
        _tell(watch, month, number, fresh, cost=cost, limit=limit)


def _limits_in(customer: Customer, month: Month, settings: SpendSettings | None) -> dict[str, int]:
    """The limits that hold in a period, by number, the customer's own under the empty one. One that was chosen after the
    end of the period says nothing of it.
    """
    limit = selectors.limit_of(customer, settings)
    found = {"": (limit.micros, limit.since)}
    found |= {one.number: (one.amount_micros, one.since) for one in selectors.number_limits()}
    return {number: micros for number, (micros, since) in found.items() if micros and since and since < month.end}


def _settle(warning: LimitWarning, cost: int, limit: int, now: datetime) -> bool:
    """Keep a warning up with the limit and the cost; True when a higher limit armed it again."""
    is_over = spending.is_over(cost, limit, warning.threshold)
    if limit > warning.limit_micros and not is_over:
        warning.rearmed_at = now
    elif is_over == (warning.below_since is None):
        return False
    else:
        warning.below_since = None if is_over else now
    warning.save(update_fields=["rearmed_at", "below_since"])
    return warning.rearmed_at is not None


def _tell(watch: _Watch, month: Month, number: str, thresholds: Sequence[int], *, cost: int, limit: int) -> None:
    """Put in a row for each threshold; of those that nobody put in before, the highest is told."""
    mine: list[int] = []
    with connection.cursor() as cursor:
        for threshold in thresholds:
            cursor.execute(_TELL_ONCE, [watch.customer.pk, number, month.first_day, threshold, limit, cost, watch.now])
            mine += [key for (key,) in cursor.fetchall()]
    if not mine:
        return
    LimitWarning.objects.filter(pk__in=mine[:-1]).update(covered=True)
    LimitWarning.objects.filter(pk=mine[-1]).update(told=len(watch.readers))
    values: dict[str, str | int] = {
        "percent": thresholds[-1],
        "month": str(month),
        "spent": cost,
        "limit": limit,
    }
    notify(
        customer=watch.customer,
        kind="call_limit.number_warning" if number else "call_limit.warning",
        values=values | ({"number": number} if number else {}),
        capability=Capability.VIEW_CALLS,
        level=Notice.Level.WARNING,
        link=reverse("cdr:limits"),
        key=f"call_limit:{mine[-1]}",
    )
    for reader in watch.readers:
        queue(_MAIL_WARNING, watch.customer.pk, mine[-1], reader.pk, actor=watch.actor)


# --- the guard ---


def _guard(watch: _Watch, month: Month, settings: SpendSettings | None) -> None:
    state = spend_guard(watch.customer)
    if settings is None and state is None:
        return
    cost = selectors.spent_in(month).micros
    held = state.level_in(month) if state else spending.OPEN
    level, cause = _wanted(watch, month, settings, state, cost)
    changed = set_spend_guard(actor=watch.actor, customer=watch.customer, month=month, level=level, cause=cause)
    if not changed:
        return
    stricter = spending.SEVERITY[level] > spending.SEVERITY[held]
    event = GuardEvent.objects.create(
        customer=watch.customer,
        period=month.first_day,
        at=watch.now,
        change=GuardEvent.Change.CLOSED if level != spending.OPEN else GuardEvent.Change.OPENED,
        level=level,
        cause=cause,
        spent_micros=cost,
        told=len(watch.readers) if stricter else 0,
    )
    if stricter:
        _tell_of_guard(watch, event)


def _wanted(
    watch: _Watch, month: Month, settings: SpendSettings | None, state: SpendGuardState | None, cost: int
) -> tuple[str, str]:
    """How far the guard must be closed, and why."""
    if settings is None:
        return spending.OPEN, ""
    unlock = selectors.last_unlock(month)
    too_fast = False
    if settings.velocity_micros:
        since = max(month.start, watch.now - HOURS_LOOKED_BACK, unlock.at if unlock else month.start)
        calls = selectors.dear_calls(since, day_bounds(local_day(watch.now)).end)
        # What stopped for its pace stays so when the hour is over: only somebody, or the next period, lets it go on.
        latched = (
            state is not None
            and state.level_in(month) != spending.OPEN
            and state.cause == SpendGuardState.Cause.VELOCITY
        )
        too_fast = latched or spending.dearest_hour(calls) >= settings.velocity_micros
    level = spending.guard_level(
        cost,
        stop=settings.stop_micros,
        all_at_once=settings.mode == SpendSettings.Mode.EVERYTHING,
        holds_until=unlock.holds_until_micros if unlock else None,
    )
    if level != spending.OPEN:
        return level, SpendGuardState.Cause.LIMIT
    return (spending.PREMIUM, SpendGuardState.Cause.VELOCITY) if too_fast else (spending.OPEN, "")


def _tell_of_guard(watch: _Watch, event: GuardEvent) -> None:
    notify(
        customer=watch.customer,
        kind=f"spend_guard.{event.level}",
        values={"month": str(event.month), "spent": event.spent_micros},
        capability=Capability.VIEW_CALLS,
        level=Notice.Level.ALARM,
        link=reverse("cdr:limits"),
        key=f"spend_guard:{event.pk}",
    )
    for reader in watch.readers:
        queue(_MAIL_GUARD, watch.customer.pk, event.pk, reader.pk, actor=watch.actor)

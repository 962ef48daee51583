"""Choosing limits and unlocking the guard. Each change is checked at once, so that a limit below the cost tells it at once."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer, Partner
from cdr import limit_rules as rules
from cdr import spending
from cdr.models import GuardEvent, NumberLimit, PartnerLimit, SpendSettings
from cdr.selectors import limits as selectors
from cdr.services.limits import check, one_at_a_time
from portal.lib.periods import Month
from telephony.selectors import spend_guard
from telephony.services import set_spend_guard

# What decides how far the guard closes.
_GUARD = frozenset({"stop_micros", "mode", "velocity_micros"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a customer chooses, by the names of the columns. Amounts ex VAT; None and 0 are none."""

    own_limit: bool = True
    amount_micros: int | None = None
    warn_50: bool = True
    warn_80: bool = True
    warn_100: bool = True
    stop_micros: int | None = None
    mode: str = SpendSettings.Mode.PREMIUM_FIRST
    velocity_micros: int | None = None


def chosen(settings: SpendSettings | None) -> Chosen:
    """What is chosen now."""
    if settings is None:
        return Chosen(own_limit=False)
    return Chosen(**{name: getattr(settings, name) for name in asdict(Chosen())})


@transaction.atomic
def save_limits(*, actor: Actor, customer: Customer, choice: Chosen, now: datetime) -> SpendSettings:
    """Choose the limit, its warnings and the guard. Runs inside the customer's door, as everything here."""
    rules.may_edit_limits(actor)
    rules.amount_is_not_negative(choice.amount_micros, "amount")
    rules.amount_is_not_negative(choice.stop_micros, "stop")
    rules.amount_is_not_negative(choice.velocity_micros, "velocity")
    one_at_a_time(customer)
    values = asdict(choice)
    if not choice.own_limit:
        values["amount_micros"] = None
    settings = selectors.settings_of(customer) or SpendSettings(customer=customer, since=now)
    changed = audit.changes(audit.snapshot(settings, values), values)
    if settings.pk is not None and not changed:
        return settings
    if {"amount_micros", "own_limit"} & set(changed):
        settings.since = now
    for name, value in values.items():
        setattr(settings, name, value)
    settings.save()
    audit.record(actor=actor, verb="spend_settings.change", obj=settings, changes=changed)
    held = _guard_level(customer, now)
    check(actor=actor, customer=customer, now=now)
    if _GUARD & set(changed):
        rules.change_lets_nothing_out(actor, held, _guard_level(customer, now))
    return settings


def _guard_level(customer: Customer, now: datetime) -> str:
    state = spend_guard(customer)
    return state.level_in(Month.of(now)) if state else spending.OPEN


@transaction.atomic
def set_number_limit(*, actor: Actor, customer: Customer, number: str, micros: int, now: datetime) -> NumberLimit:
    """Give one own number a limit of its own, or another one."""
    rules.may_edit_limits(actor)
    rules.number_limit_is_an_amount(micros)
    rules.number_is_own(number)
    one_at_a_time(customer)
    limit = NumberLimit.objects.filter(number=number).first() or NumberLimit(customer=customer, number=number)
    before = audit.snapshot(limit, ["amount_micros"])
    limit.amount_micros, limit.since = micros, now
    changed = audit.changes(before, audit.snapshot(limit, ["amount_micros"]))
    if changed:
        limit.save()
        audit.record(actor=actor, verb="number_limit.set", obj=limit, changes=changed)
        check(actor=actor, customer=customer, now=now)
    return limit


@transaction.atomic
def remove_number_limit(*, actor: Actor, limit: NumberLimit) -> None:
    """Let a number be held by the customer's limit only."""
    rules.may_edit_limits(actor)
    audit.record(actor=actor, verb="number_limit.remove", obj=limit)
    limit.delete()


@transaction.atomic
def set_partner_limit(*, actor: Actor, partner: Partner, micros: int | None, now: datetime) -> PartnerLimit:
    """Choose the limit of those customers of a partner that chose none of their own; it holds from the next check."""
    rules.may_set_default(actor, partner)
    rules.amount_is_not_negative(micros, "amount")
    limit = selectors.partner_limit(partner.pk) or PartnerLimit(partner=partner, since=now)
    changed = audit.changes(audit.snapshot(limit, ["amount_micros"]), {"amount_micros": micros})
    if limit.pk is not None and not changed:
        return limit
    limit.amount_micros, limit.since = micros, now
    limit.save()
    audit.record(actor=actor, verb="partner_limit.set", obj=limit, changes=changed)
    return limit


@transaction.atomic
def unlock(*, actor: Actor, customer: Customer, reason: str, now: datetime) -> GuardEvent:
    """Let paid calls out again although the guard stopped them, with a reason that stays in the log book.

    It holds until the period is over or the cost reaches the next fifth of the hard limit, where the guard closes again.
    """
    rules.may_unlock(actor)
    rules.reason_is_given(reason)
    one_at_a_time(customer)
    month, settings = Month.of(now), selectors.settings_of(customer)
    rules.guard_is_closed(spend_guard(customer), month)
    spent = selectors.spent_in(month).micros
    set_spend_guard(actor=actor, customer=customer, month=month, level=spending.OPEN, note=reason.strip())
    return GuardEvent.objects.create(
        customer=customer,
        period=month.first_day,
        at=now,
        change=GuardEvent.Change.UNLOCKED,
        level=spending.OPEN,
        spent_micros=spent,
        holds_until_micros=spending.next_stop(spent, settings.stop_micros if settings else None),
        user=actor.user,
        user_name=actor.name,
        reason=reason.strip(),
    )

"""What holds for the whole company: its number, and night mode."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from pbx.models import ExchangeSettings
from telephony.models import Destination, HolidaySchedule, PhoneNumber, Schedule
from telephony.selectors import Target
from telephony.services.dialables import usable_destination


@transaction.atomic
def start_exchange(
    *,
    actor: Actor,
    customer: Customer,
    company_number: PhoneNumber | None = None,
    presentation: str = ExchangeSettings.Presentation.COMPANY,
) -> ExchangeSettings:
    """Give a customer an exchange. Without a company number nobody can call out yet, except to help lines."""
    settings = ExchangeSettings.objects.create(
        customer=customer, company_number=company_number, presentation=presentation
    )
    audit.record(actor=actor, verb="exchange.start", obj=settings)
    return settings


@transaction.atomic
def change_company(
    *, actor: Actor, settings: ExchangeSettings, company_number: PhoneNumber | None, presentation: str
) -> ExchangeSettings:
    """Set the company number and which number others see."""
    settings = _locked(settings)
    before: dict[str, object] = audit.snapshot(settings, ("company_number", "presentation"))
    settings.company_number, settings.presentation = company_number, presentation
    return _save(actor, settings, "exchange.company", before)


@transaction.atomic
def change_night(
    *,
    actor: Actor,
    settings: ExchangeSettings,
    mode: str,
    target: Target | None,
    schedule: Schedule | None,
    holidays: HolidaySchedule | None,
) -> ExchangeSettings:
    """Set all of the company's night mode."""
    settings = _locked(settings)
    found = usable_destination(customer=settings.customer, target=target, field="night_target")
    rules.night_has_a_target(mode, found)
    rules.automatic_has_a_schedule(mode, schedule)
    before = _night(settings)
    settings.night_mode, settings.night_target, settings.night_until = mode, found, None
    settings.night_schedule, settings.night_holidays = schedule, holidays
    return _save(actor, settings, "exchange.night", before)


@transaction.atomic
def set_night_mode(*, actor: Actor, settings: ExchangeSettings, mode: str) -> ExchangeSettings:
    """Turn the switch: automatic, open or closed; all else stays."""
    settings = _locked(settings)
    rules.night_has_a_target(mode, settings.night_target)
    rules.automatic_has_a_schedule(mode, settings.night_schedule)
    before = _night(settings)
    settings.night_mode, settings.night_until = mode, None
    return _save(actor, settings, "exchange.night_mode", before)


@transaction.atomic
def close_until(*, actor: Actor, settings: ExchangeSettings, until: datetime) -> ExchangeSettings:
    """Close now, until a moment from which on night mode is automatic again."""
    settings = _locked(settings)
    rules.night_has_a_target(ExchangeSettings.NightMode.ON, settings.night_target)
    rules.automatic_has_a_schedule(ExchangeSettings.NightMode.AUTO, settings.night_schedule)
    rules.closing_ends_in_the_future(until, timezone.now())
    before = _night(settings)
    settings.night_mode, settings.night_until = ExchangeSettings.NightMode.ON, until
    return _save(actor, settings, "exchange.night_mode", before)


def _locked(settings: ExchangeSettings) -> ExchangeSettings:
    ExchangeSettings.objects.select_for_update(no_key=True).get(pk=settings.pk)
    # Read apart: a query that waits joins what night mode led to before, and finds no target where that changed.
    related = ("company_number", "night_target__dialable", "night_schedule", "night_holidays", "customer")
    return ExchangeSettings.objects.select_related(*related).get(pk=settings.pk)


def _night(settings: ExchangeSettings) -> dict[str, object]:
    return {
        "night_mode": settings.night_mode,
        "night_until": settings.night_until,
        "night_target": _shown(settings.night_target),
        "night_schedule": str(settings.night_schedule or ""),
        "night_holidays": str(settings.night_holidays or ""),
    }


def _shown(target: Destination | None) -> str:
    return str(target) if target else ""


def _save(actor: Actor, settings: ExchangeSettings, verb: str, before: dict[str, object]) -> ExchangeSettings:
    after = _night(settings) if "night_mode" in before else {name: getattr(settings, name) for name in before}
    changed = audit.changes(before, after)
    if changed:
        settings.save()
        audit.record(actor=actor, verb=verb, obj=settings, changes=changed)
    return settings

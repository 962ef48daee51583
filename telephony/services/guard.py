"""Stopping paid calls and letting them out again. What it costs is measured elsewhere; here only the state is kept."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from portal.lib.periods import Month
from telephony.models import SpendGuardState

_KEPT = ("level", "cause", "period")


@transaction.atomic
def set_spend_guard(
    *, actor: Actor, customer: Customer, month: Month, level: str, cause: str = "", note: str = ""
) -> bool:
    """Stop or let out paid calls in a billing period, with why in `note`. True when that changes what callers meet.

    Of two that close it at the same moment one waits for the other and is told False, so that one of them says it.
    """
    now = timezone.now()
    SpendGuardState.objects.bulk_create(
        [SpendGuardState(customer=customer, period=month.first_day, since=now)], ignore_conflicts=True
    )
    state = SpendGuardState.objects.select_for_update().get(customer=customer)
    is_open = level == SpendGuardState.Level.OPEN
    held, before = state.level_in(month), audit.snapshot(state, _KEPT)
    state.level, state.period, state.cause = level, month.first_day, "" if is_open else cause
    changed = audit.changes(before, audit.snapshot(state, _KEPT))
    if "level" in changed or held != level:
        state.since = now
        audit.record(
            actor=actor,
            verb="spend_guard.open" if is_open else "spend_guard.close",
            obj=state,
            changes=changed,
            note=note,
        )
    if changed:
        state.save()
    return held != level

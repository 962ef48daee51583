"""Callers that a line refuses: lists under a name, always or while a schedule says so."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from telephony import rules
from telephony.callers import Pattern
from telephony.models import CallerFilter, CallerFilterNumber, Line, Schedule


@transaction.atomic
def set_caller_filter(
    *,
    actor: Actor,
    line: Line,
    name: str,
    patterns: Sequence[Pattern],
    schedule: Schedule | None = None,
    caller_filter: CallerFilter | None = None,
) -> CallerFilter:
    """Make a list of callers that the line refuses, or change the one that is given. Without a schedule always."""
    plain = rules.name_is_plain(name, field="name")
    wanted = list(dict.fromkeys(patterns))
    rules.callers_may_be_refused(wanted)
    rules.caller_filter_name_is_free(line, plain, but_for=caller_filter)
    before = _shown(caller_filter) if caller_filter else {}
    row = caller_filter or CallerFilter(customer=line.customer, line=line)
    row.name, row.schedule = plain, schedule
    row.save()
    row.numbers.all().delete()
    CallerFilterNumber.objects.bulk_create(
        CallerFilterNumber(customer=line.customer, caller_filter=row, digits=each.digits, is_prefix=each.is_prefix)
        for each in wanted
    )
    changed = audit.changes(before, _shown(row))
    if changed:
        verb = "caller_filter.change" if caller_filter else "caller_filter.create"
        audit.record(actor=actor, verb=verb, obj=row, changes=changed)
    return row


@transaction.atomic
def remove_caller_filter(*, actor: Actor, caller_filter: CallerFilter) -> None:
    """Let these callers through again."""
    audit.record(actor=actor, verb="caller_filter.remove", obj=caller_filter)
    caller_filter.delete()


def _shown(row: CallerFilter) -> dict[str, object]:
    return {
        "name": row.name,
        "schedule": str(row.schedule) if row.schedule else "",
        "numbers": sorted(str(number.pattern()) for number in CallerFilterNumber.objects.filter(caller_filter=row)),
    }

"""Putting a schedule or a list of holidays back as it was, also after it was removed. What it was travels in a signed
address, as that of a line does.
"""

import datetime as dt
from typing import Any, Final

from django.core import signing

from telephony.hours import DayRow, PeriodRow
from telephony.models import HolidaySchedule, Schedule

SALT: Final = "telephony.schedule"
SECONDS: Final = 3600
# Servers refuse addresses that are much longer.
LONGEST: Final = 6000


def remember(schedule: Schedule | HolidaySchedule) -> str:
    """What it is now, for `recall` by the same customer within the hour; nothing when it is too long for an address."""
    if isinstance(schedule, Schedule):
        rows = [_plain_period(row.row()) for row in schedule.periods.all()]
        state: list[Any] = ["week", schedule.customer_id, schedule.pk, schedule.name, rows, None]
    else:
        rows = [_plain_day(row.row()) for row in schedule.days.all()]
        state = ["holidays", schedule.customer_id, schedule.pk, schedule.name, rows, schedule.public_until]
    token = signing.dumps(state, salt=SALT, compress=True)
    return token if len(token) <= LONGEST else ""


def recall(token: str, customer_id: int) -> tuple[str, int, dict[str, Any]] | None:
    """Which kind, its id, and what a service takes to make it so; None for a token that is old, forged or another's."""
    try:
        kind, customer, pk, name, rows, until = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if customer != customer_id:
        return None
    if kind == "week":
        return kind, pk, {"name": name, "periods": [_period(*row) for row in rows]}
    return kind, pk, {"name": name, "days": [_day(*row) for row in rows], "public_until": until}


def _plain_period(row: PeriodRow) -> list[Any]:
    return [sorted(row.days), row.start, row.end, row.name]


def _period(days: list[int], start: int, end: int, name: str) -> PeriodRow:
    return PeriodRow(frozenset(days), start, end, name)


def _plain_day(row: DayRow) -> list[Any]:
    return [row.name, row.first.isoformat(), row.last.isoformat(), row.start, row.end, row.yearly]


def _day(name: str, first: str, last: str, start: int, end: int, yearly: bool) -> DayRow:
    days = {"first": dt.date.fromisoformat(first), "last": dt.date.fromisoformat(last)}
    return DayRow(name=name, start=start, end=end, yearly=yearly, **days)

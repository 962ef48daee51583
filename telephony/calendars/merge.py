"""What a calendar changes in a schedule or a list of holidays that is there already. No database, no clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telephony.hours import DayRow, PeriodRow


@dataclass(frozen=True, slots=True)
class Merged[Row]:
    """All rows as they would become, and which of them are new; `gone` are those that are there no longer."""

    rows: Sequence[Row]
    added: Sequence[Row]
    gone: Sequence[Row]


def merge[Row: PeriodRow | DayRow](
    stored: Sequence[Row], brought: Sequence[Row], *, instead: bool, today: dt.date
) -> Merged[Row]:
    """What a calendar brings beside what is there, or ``instead`` of it.

    Beside it, the same hours under another name are no second period. Instead of it, days that are over stay, because
    a calendar does not bring them. A calendar that brings nothing changes nothing.
    """
    if not brought:
        return Merged(stored, [], [])
    if not instead:
        there = {_unnamed(row) for row in stored}
        added = [row for row in dict.fromkeys(brought) if _unnamed(row) not in there]
        return Merged([*stored, *added], added, [])
    rows = list(dict.fromkeys([*(row for row in stored if _is_over(row, today)), *brought]))
    return Merged(rows, [row for row in rows if row not in stored], [row for row in stored if row not in rows])


def _unnamed(row: PeriodRow | DayRow) -> PeriodRow | DayRow:
    return replace(row, name="")


def _is_over(row: PeriodRow | DayRow, today: dt.date) -> bool:
    return isinstance(row, DayRow) and not row.yearly and row.last < today

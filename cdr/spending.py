"""The arithmetic of spending limits: which thresholds are crossed, what a period will cost, how far the guard closes.

Pure: no clock, no database. Amounts are micro-euros ex VAT.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from portal.lib.money import divide_half_up
from portal.lib.periods import Month, day_bounds, local_day, to_utc

THRESHOLDS = (50, 80, 100)
# What a day of the week counts for, from Monday, where a customer's own weeks say nothing yet.
TYPICAL_WEEK = (100, 100, 100, 100, 100, 15, 10)
# A pace of less than two average days says nothing.
LEAST_DAYS = 2
# The guard's steps beyond the hard limit: a fifth of it.
STEP = 5
OPEN, PREMIUM, EMERGENCY_ONLY = "open", "premium", "emergency_only"
_SECOND = timedelta(seconds=1)
SEVERITY = {OPEN: 0, PREMIUM: 1, EMERGENCY_ONLY: 2}


def is_over(spent: int, limit: int, threshold: int) -> bool:
    """Whether the cost has reached a percentage of the limit."""
    return spent * 100 >= threshold * limit


def crossed(spent: int, limit: int | None, thresholds: Iterable[int]) -> list[int]:
    """The thresholds that the cost has reached, lowest first; none without a limit."""
    return [threshold for threshold in sorted(thresholds) if limit and is_over(spent, limit, threshold)]


def week_of(history: Mapping[date, int]) -> tuple[int, ...]:
    """What each day of the week, from Monday, costs by the days of whole weeks; the typical week where they cost nothing."""
    days = [0] * 7
    for day, micros in history.items():
        days[day.weekday()] += micros
    return tuple(max(micros, 0) for micros in days) if max(days) > 0 else TYPICAL_WEEK


def forecast(spent: int, *, month: Month, now: datetime, week: Sequence[int] = TYPICAL_WEEK) -> int | None:
    """What the period will have cost at its end, if its days go on as their days of the week do.

    None while it is too early to tell. Days count by their real length, so the day of a change of the clock has 23 or 25
    hours. A period that is over costs what it cost.
    """
    if to_utc(now) >= month.end:
        return spent
    today, counted = local_day(now), Fraction(0)
    for day in month.days():
        if day < today:
            counted += week[day.weekday()]
        elif day == today:
            bounds = day_bounds(day)
            counted += week[day.weekday()] * Fraction(
                (to_utc(now) - bounds.start) // _SECOND, (bounds.end - bounds.start) // _SECOND
            )
    if counted * 7 < LEAST_DAYS * sum(week):
        return None
    whole = sum(week[day.weekday()] for day in month.days())
    return max(spent, divide_half_up(spent * whole * counted.denominator, counted.numerator))


def dearest_hour(calls: Iterable[tuple[datetime, int]]) -> int:
    """The most that calls which began within one hour cost together; (start, micros) in order of start."""
    window: deque[tuple[datetime, int]] = deque()
    running = most = 0
    for start, micros in calls:
        window.append((start, micros))
        running += micros
        while start - window[0][0] >= timedelta(hours=1):
            running -= window.popleft()[1]
        most = max(most, running)
    return most


def guard_level(spent: int, *, stop: int | None, all_at_once: bool, holds_until: int | None = None) -> str:
    """How far paid calls are stopped. Somebody who unlocked the guard moves its limit to `holds_until`."""
    first = max(stop or 0, holds_until or 0)
    if not stop or spent < first:
        return OPEN
    return EMERGENCY_ONLY if all_at_once or spent >= first + _step(stop) else PREMIUM


def next_stop(spent: int, stop: int | None) -> int | None:
    """Where an unlocked guard closes again: the hard limit while that is ahead, else the next fifth of it."""
    if not stop or spent < stop:
        return stop or None
    return stop + ((spent - stop) // _step(stop) + 1) * _step(stop)


def _step(stop: int) -> int:
    return max(stop // STEP, 1)

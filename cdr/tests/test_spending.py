"""The arithmetic of limits: thresholds, the forecast, the dearest hour and the guard."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.spending import (
    EMERGENCY_ONLY,
    OPEN,
    PREMIUM,
    TYPICAL_WEEK,
    crossed,
    dearest_hour,
    forecast,
    guard_level,
    next_stop,
    week_of,
)
from portal.lib.periods import AMSTERDAM, Month

EURO = 1_000_000
OCTOBER = Month(2026, 10)
EVERY_DAY = (1,) * 7


def local(day: int, hour: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("spent", "over"), [(49, []), (50, [50]), (79, [50]), (80, [50, 80]), (100, [50, 80, 100]), (-5, [])]
)
def test_a_threshold_is_crossed_when_it_is_reached(spent: int, over: list[int]) -> None:
    assert crossed(spent * EURO, 100 * EURO, (100, 50, 80)) == over


@pytest.mark.parametrize("limit", [None, 0])
def test_without_a_limit_nothing_is_crossed(limit: int | None) -> None:
    assert crossed(100 * EURO, limit, (50, 80, 100)) == []


def test_only_thresholds_that_are_on_count() -> None:
    assert crossed(100 * EURO, 100 * EURO, (80,)) == [80]


def test_a_steady_pace_goes_on_to_the_end() -> None:
    assert forecast(100 * EURO, month=OCTOBER, now=local(11), week=EVERY_DAY) == 310 * EURO


def test_a_weekend_behind_weighs_less_than_working_days_ahead() -> None:
    # 1 October 2026 is a Thursday: 2 working days and a weekend are behind on the 5th.
    behind, ahead = 2 * 100 + 15 + 10, 22 * 100 + 5 * 15 + 4 * 10
    found = forecast(90 * EURO, month=OCTOBER, now=local(5))
    assert found == (90 * EURO * ahead * 2 + behind) // (2 * behind)


def test_it_is_too_early_to_tell_on_the_first_day_and_never_at_the_end() -> None:
    assert forecast(5 * EURO, month=OCTOBER, now=local(1, 12)) is None
    assert forecast(5 * EURO, month=OCTOBER, now=local(31, 23)) is not None


def test_a_period_that_is_over_costs_what_it_cost() -> None:
    assert forecast(5 * EURO, month=OCTOBER, now=local(1, month=11)) == 5 * EURO


def test_a_day_of_25_hours_is_one_day() -> None:
    # The clock goes back in the night of 25 October; its noon is 13 hours after its midnight.
    noon = forecast(1000 * EURO, month=OCTOBER, now=local(25, 12), week=EVERY_DAY)
    assert noon == round(1000 * EURO * 31 / (24 + 13 / 25))
    assert forecast(250 * EURO, month=OCTOBER, now=local(26), week=EVERY_DAY) == 310 * EURO


@given(spent=st.integers(0, 10**12), hours=st.integers(0, 31 * 24))
def test_a_forecast_is_never_below_what_is_spent(spent: int, hours: int) -> None:
    found = forecast(spent, month=OCTOBER, now=OCTOBER.start + timedelta(hours=hours), week=TYPICAL_WEEK)
    assert found is None or found >= spent


def test_a_customers_own_weeks_say_what_a_day_counts_for() -> None:
    monday = date(2026, 10, 5)
    assert week_of({monday: 3, monday + timedelta(days=7): 4, monday + timedelta(days=5): 1}) == (7, 0, 0, 0, 0, 1, 0)
    assert week_of({}) == TYPICAL_WEEK
    assert week_of({monday: -3}) == TYPICAL_WEEK


def test_the_dearest_hour_slides() -> None:
    start = datetime(2026, 10, 1, 12, tzinfo=UTC)
    calls = [(start + timedelta(minutes=minute), 10) for minute in (0, 50, 59, 70, 200)]
    assert dearest_hour(calls) == 30
    assert dearest_hour([(start, 10), (start + timedelta(hours=1), 10)]) == 10
    assert dearest_hour([]) == 0


@pytest.mark.parametrize(
    ("spent", "all_at_once", "level"),
    [
        (99, False, OPEN),
        (100, False, PREMIUM),
        (119, False, PREMIUM),
        (120, False, EMERGENCY_ONLY),
        (99, True, OPEN),
        (100, True, EMERGENCY_ONLY),
    ],
)
def test_the_guard_closes_at_the_hard_limit(spent: int, all_at_once: bool, level: str) -> None:
    assert guard_level(spent * EURO, stop=100 * EURO, all_at_once=all_at_once) == level


@pytest.mark.parametrize("stop", [None, 0])
def test_without_a_hard_limit_nothing_is_stopped(stop: int | None) -> None:
    assert guard_level(10**12, stop=stop, all_at_once=True) == OPEN
    assert next_stop(10**12, stop) is None


def test_an_unlocked_guard_closes_again_at_the_next_fifth() -> None:
    holds = next_stop(105 * EURO, 100 * EURO)
    assert holds == 120 * EURO
    assert next_stop(120 * EURO, 100 * EURO) == 140 * EURO
    assert next_stop(80 * EURO, 100 * EURO) == 100 * EURO
    assert guard_level(119 * EURO, stop=100 * EURO, all_at_once=True, holds_until=holds) == OPEN
    assert guard_level(120 * EURO, stop=100 * EURO, all_at_once=True, holds_until=holds) == EMERGENCY_ONLY


def test_a_higher_hard_limit_takes_the_place_of_an_unlocking() -> None:
    assert guard_level(150 * EURO, stop=200 * EURO, all_at_once=True, holds_until=120 * EURO) == OPEN

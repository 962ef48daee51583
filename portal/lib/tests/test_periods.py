from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import periods
from portal.lib.periods import AMSTERDAM, Month, Period


def wall(text: str) -> datetime:
    """A wall-clock time, without zone on purpose."""
    return datetime.fromisoformat(text)


MONTHS = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))
MOMENTS = st.datetimes(wall("1990-01-01"), wall("2090-01-01")).map(lambda naive: naive.replace(tzinfo=UTC))


def test_october_ends_an_hour_later_in_utc_than_it_began() -> None:
    assert Month(2026, 10).bounds == (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))


@given(MONTHS)
def test_months_follow_each_other_without_gap_or_overlap(month: Month) -> None:
    assert month.end == month.next().start
    assert month.next().previous() == month
    assert Month.parse(str(month)) == month
    assert month < month.next()
    assert list(month.days())[-1] == month.last_day


@given(MOMENTS)
def test_every_moment_lies_in_exactly_the_month_and_day_of_its_wall_clock(moment: datetime) -> None:
    month = periods.month_of(moment)
    assert moment in month
    assert month.contains(moment)
    assert moment not in month.previous()
    assert moment not in month.next()
    assert moment in periods.day_bounds(periods.local_day(moment))


@pytest.mark.parametrize("text", ["", "2026", "2026-1", "2026-13", "2026-00", "10-2026", "２０２６-10", "2026-10-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no month"):
        Month.parse(text)


@pytest.mark.parametrize("text", ["0001-01", "1900-01", "1999-12", "2101-01", "9000-12", "9999-12"])
def test_a_month_near_the_ends_of_the_calendar_cannot_be_typed(text: str) -> None:
    with pytest.raises(ValueError, match="between 2000 and 2100"):
        Month.parse(text)


def test_months_are_listed_with_the_last_one() -> None:
    assert [str(month) for month in periods.months(Month(2026, 11), Month(2027, 1))] == [
        "2026-11",
        "2026-12",
        "2027-01",
    ]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 7, 1), 24)])
def test_a_day_has_as_many_hours_as_the_clock_gives_it(day: date, hours: int) -> None:
    bounds = periods.day_bounds(day)
    assert bounds.end - bounds.start == timedelta(hours=hours)
    assert (bounds.first_day, bounds.end_day) == (day, day + timedelta(days=1))


def test_the_doubled_hour_is_the_first_unless_something_settles_it() -> None:
    naive = wall("2026-10-25 02:30")
    guessed = periods.local_to_utc(naive)
    assert (guessed.utc, guessed.ambiguous, guessed.guessed) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True, True)
    second = periods.local_to_utc(naive, fold_hint=1)
    assert (second.utc, second.ambiguous, second.guessed) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True, False)
    assert not periods.local_to_utc(naive, fold_hint=0).guessed


def test_the_skipped_hour_is_flagged_and_shifted() -> None:
    found = periods.local_to_utc(wall("2027-03-28 02:30"))
    assert (found.utc, found.imaginary, found.ambiguous) == (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), True, False)
    assert periods.to_local(found.utc).hour == 3


def test_a_duration_over_the_change_settles_the_hour() -> None:
    start, end = wall("2026-10-25 02:50"), wall("2026-10-25 03:10")
    assert periods.fold_between(start, end, 80 * 60) == 0
    assert periods.fold_between(start, end, 20 * 60) == 1
    assert periods.fold_between(start, end, 50 * 60) is None
    assert periods.fold_between(start, wall("2026-10-25 02:55"), 5 * 60) is None
    assert periods.fold_between(start, wall("2026-10-25 02:10"), 20 * 60) == 0


@given(MOMENTS)
def test_a_wall_clock_time_leads_back_to_its_moment(moment: datetime) -> None:
    local = moment.astimezone(AMSTERDAM)
    found = periods.local_to_utc(local.replace(tzinfo=None, fold=0), fold_hint=local.fold)
    assert found.utc == moment
    assert not found.imaginary
    assert not found.guessed


def test_moments_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        periods.to_utc(wall("2026-10-01"))
    with pytest.raises(ValueError, match="has no time zone"):
        periods.local_to_utc(datetime(2026, 10, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="UTC"):
        Period(datetime(2026, 10, 1, tzinfo=AMSTERDAM), datetime(2026, 10, 2, tzinfo=UTC))
    with pytest.raises(ValueError, match="before"):
        Period(datetime(2026, 10, 2, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))


def test_a_period_of_days_holds_its_first_moment_and_not_its_end() -> None:
    period = periods.days_bounds(date(2013, 1, 1), date(2013, 2, 1))
    assert period.start in period
    assert period.end not in period
    assert len(list(periods.days(date(2013, 1, 1), date(2013, 2, 1)))) == 31

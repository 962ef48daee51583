from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.timetable import (
    ALWAYS,
    DAY,
    NEVER,
    WEEK,
    ZONE,
    Holiday,
    Moment,
    Period,
    Timetable,
    Week,
    format_clock,
    minute_of_week,
    parse_clock,
)

WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
OFFICE = Timetable(Week.of([Period(WEEKDAYS, parse_clock("8:30"), parse_clock("17:30"))]))
SPRING = date(2027, 3, 28)
AUTUMN = date(2026, 10, 25)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold)


def open_minutes(table: Timetable, day: date) -> int:
    """Counted the slow way: minute by minute of real time over one local day."""
    start = datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONE).astimezone(UTC)
    return sum(table.is_open(start + timedelta(minutes=m)) for m in range(int((end - start).total_seconds()) // 60))


def test_office_hours_include_their_start_and_exclude_their_end() -> None:
    assert not OFFICE.is_open(local("2026-11-19 08:29"))
    assert OFFICE.is_open(local("2026-11-19 08:30"))
    assert OFFICE.is_open(local("2026-11-19 17:29:59"))
    assert not OFFICE.is_open(local("2026-11-19 17:30"))
    assert not OFFICE.is_open(local("2026-11-21 12:00"))


def test_the_next_change_skips_the_weekend() -> None:
    assert OFFICE.next_change(local("2026-11-19 14:10")) == local("2026-11-19 17:30")
    assert OFFICE.next_change(local("2026-11-20 17:30")) == local("2026-11-23 08:30")


def test_a_night_period_belongs_to_the_day_on_which_it_starts() -> None:
    table = Timetable(Week.of([Period(frozenset({6}), parse_clock("22:00"), parse_clock("6:00"))]))
    assert table.is_open(local("2026-11-22 23:00"))
    assert table.is_open(local("2026-11-23 05:59"))
    assert not table.is_open(local("2026-11-23 06:00"))
    assert not table.is_open(local("2026-11-22 05:00"))
    assert table.next_change(local("2026-11-22 23:00")) == local("2026-11-23 06:00")


def test_a_period_may_end_at_midnight_as_24_00_or_as_0_00() -> None:
    late = Week.of([Period(WEEKDAYS, parse_clock("18:00"), DAY)])
    assert late == Week.of([Period(WEEKDAYS, parse_clock("18:00"), 0)])
    assert Timetable(late).is_open(local("2026-11-20 23:59"))
    assert not Timetable(late).is_open(local("2026-11-21 00:00"))


def test_touching_and_overlapping_periods_merge() -> None:
    week = Week.of([Period(frozenset({0}), 60, 120), Period(frozenset({0}), 120, 180), Period(frozenset({0}), 90, 200)])
    assert week.spans == ((60, 200),)


def test_all_days_all_day_never_changes() -> None:
    assert Week.of([Period(EVERY_DAY)]) == ALWAYS
    assert Timetable(ALWAYS).next_change(local("2026-11-19 14:10")) is None
    assert Timetable(NEVER).next_change(local("2026-11-19 14:10")) is None


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [((), 0, DAY), ((7,), 0, DAY), ((0,), 60, 60), ((0,), DAY, 60), ((0,), 0, DAY + 1), ((0,), -1, 5)],
)
def test_a_period_that_cannot_be_is_refused(days: tuple[int, ...], start: int, end: int) -> None:
    with pytest.raises(ValueError, match="period"):
        Period(frozenset(days), start, end)


def test_a_holiday_closes_a_working_day_and_the_next_change_knows() -> None:
    table = Timetable(OFFICE.week, (Holiday("Eerste kerstdag", date(2026, 12, 25), date(2026, 12, 25)),))
    assert table.moment(local("2026-12-25 10:00")) is Moment.HOLIDAY
    assert table.next_change(local("2026-12-24 18:00")) == local("2026-12-28 08:30")


def test_a_holiday_with_times_closes_only_those_hours() -> None:
    table = Timetable(
        OFFICE.week, (Holiday("Oudejaarsdag", date(2026, 12, 31), date(2026, 12, 31), parse_clock("16:00")),)
    )
    assert table.is_open(local("2026-12-31 15:59"))
    assert table.next_change(local("2026-12-31 12:00")) == local("2026-12-31 16:00")
    assert table.moment(local("2026-12-31 20:00")) is Moment.HOLIDAY


def test_a_yearly_holiday_comes_back_and_may_cross_new_year() -> None:
    closed = Holiday("Kerstvakantie", date(2020, 12, 24), date(2021, 1, 1), yearly=True)
    assert [closed.is_on(date(*d)) for d in [(2026, 12, 23), (2026, 12, 24), (2027, 1, 1), (2027, 1, 2)]] == [
        False,
        True,
        True,
        False,
    ]


def test_a_single_holiday_does_not_come_back() -> None:
    assert not Holiday("Verhuizing", date(2026, 5, 1), date(2026, 5, 2)).is_on(date(2027, 5, 1))


def test_coming_holidays_are_listed_once_and_in_order() -> None:
    christmas = Holiday("Kerst", date(2026, 12, 25), date(2026, 12, 26))
    eve = Holiday("Kerstavond", date(2026, 12, 24), date(2026, 12, 24), parse_clock("16:00"))
    assert Timetable(ALWAYS, (christmas, eve)).upcoming(date(2026, 11, 20)) == [
        (date(2026, 12, 24), eve),
        (date(2026, 12, 25), christmas),
    ]


def test_when_summer_time_begins_a_period_in_the_skipped_hour_is_shorter() -> None:
    table = Timetable(Week.of([Period(EVERY_DAY, parse_clock("2:30"), parse_clock("3:30"))]))
    assert open_minutes(table, SPRING) == 30
    assert table.next_change(local("2027-03-28 01:00")) == local("2027-03-28 03:00")


def test_a_period_that_lies_wholly_in_the_skipped_hour_does_not_happen_that_day() -> None:
    table = Timetable(Week.of([Period(EVERY_DAY, parse_clock("2:10"), parse_clock("2:50"))]))
    assert open_minutes(table, SPRING) == 0
    assert table.next_change(local("2027-03-28 01:00")) == local("2027-03-29 02:10")


def test_when_summer_time_ends_a_period_in_the_doubled_hour_happens_twice() -> None:
    table = Timetable(Week.of([Period(EVERY_DAY, parse_clock("2:30"), parse_clock("3:30"))]))
    assert open_minutes(table, AUTUMN) == 90
    first = local("2026-10-25 02:30").astimezone(UTC)
    assert table.next_change(first) == first + timedelta(minutes=30)
    assert table.next_change(first + timedelta(minutes=30)) == first + timedelta(minutes=60)
    assert table.next_change(first + timedelta(minutes=60)) == first + timedelta(minutes=120)


def test_a_whole_day_has_23_or_25_hours_when_the_clock_jumps() -> None:
    assert open_minutes(Timetable(ALWAYS), SPRING) == 23 * 60
    assert open_minutes(Timetable(ALWAYS), AUTUMN) == 25 * 60


@pytest.mark.parametrize(
    ("text", "minute"), [("8:30", 510), ("08:30", 510), ("8.30", 510), ("24:00", DAY), ("0:00", 0), ("9", 540)]
)
def test_clock_times_are_read_as_people_write_them(text: str, minute: int) -> None:
    assert parse_clock(text) == minute


@pytest.mark.parametrize("text", ["", "25:00", "24:01", "8:60", "8:3", "half negen", "-1:00", "٨:30"])
def test_other_clock_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the text itself is the message)
        parse_clock(text)


def test_clock_times_are_shown_without_a_leading_zero() -> None:
    assert [format_clock(m) for m in (0, 510, DAY)] == ["0:00", "8:30", "24:00"]


minutes = st.integers(0, DAY - 1)
periods = st.builds(
    lambda days, start, length: Period(days, start, (start + length) % DAY),
    st.frozensets(st.integers(0, 6), min_size=1),
    minutes,
    st.integers(1, DAY - 1),
)
weeks = st.lists(periods, max_size=5).map(Week.of)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
holidays = st.builds(
    lambda first, length, times, yearly: Holiday(
        "vrij", first, first + timedelta(days=length), times[0], times[1], yearly=yearly
    ),
    days,
    st.integers(0, 10),
    st.lists(st.integers(0, DAY), min_size=2, max_size=2, unique=True).map(sorted),
    st.booleans(),
)
tables = st.builds(Timetable, weeks, st.lists(holidays, max_size=3).map(tuple))
moments = st.integers(0, 3 * 365 * DAY).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
edges_of_summer_time = st.builds(
    lambda day, minute: datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minute),
    st.sampled_from([SPRING, AUTUMN, SPRING - timedelta(days=1), AUTUMN - timedelta(days=1)]),
    st.integers(0, 2 * DAY),
)


@given(st.lists(periods, max_size=6))
def test_a_merged_week_is_ordered_apart_and_within_the_week(some: list[Period]) -> None:
    spans = Week.of(some).spans
    assert all(0 <= start < end <= WEEK for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@given(st.lists(periods, max_size=4), st.integers(0, WEEK - 1))
def test_merging_changes_no_minute(some: list[Period], minute: int) -> None:
    assert Week.of(some).covers(minute) == any(Week.of([period]).covers(minute) for period in some)


@given(weeks, st.integers(0, WEEK - 1))
def test_the_days_of_a_week_together_are_the_week(week: Week, minute: int) -> None:
    day, rest = divmod(minute, DAY)
    assert week.covers(minute) == any(start <= rest < end for start, end in week.on_day(day))


@settings(max_examples=60)
@given(tables, moments | edges_of_summer_time)
def test_nothing_changes_before_the_next_change_and_then_it_does(table: Timetable, at: datetime) -> None:
    change = table.next_change(at)
    step = timedelta(minutes=1)
    until = change if change is not None else at + timedelta(days=30)
    probe = at.replace(second=0, microsecond=0) + step
    while probe < min(until, at + timedelta(days=9)):
        assert table.is_open(probe) == table.is_open(at)
        probe += step
    if change is not None:
        assert change > at
        assert table.is_open(change) != table.is_open(at)


@given(weeks, moments)
def test_without_holidays_only_the_wall_clock_counts(week: Week, at: datetime) -> None:
    assert Timetable(week).is_open(at) == week.covers(minute_of_week(at))

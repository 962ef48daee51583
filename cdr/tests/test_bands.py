"""Peak and off-peak by the clock on the wall, on ordinary days, holidays and the days on which the clock changes."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.rating.bands import Band, PeakHours, Timeline, is_holiday, stretches
from cdr.rating.prices import Price, PriceColumns, billed_seconds, calculate
from portal.lib.money import divide_half_up
from portal.lib.periods import AMSTERDAM, to_local

CLASSIC = PeakHours()
HOLIDAYS = PeakHours(holidays_off_peak=True)
SPLIT = PeakHours(splits=True)
CHEAP_EVENING = Price(45_000, 60_000, offpeak_setup_micros=10_000, offpeak_minute_micros=30_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "band"),
    [
        (local(2026, 10, 15, 7, 59, 59), Band.OFF_PEAK),
        (local(2026, 10, 15, 8), Band.PEAK),
        (local(2026, 10, 15, 19, 59, 59), Band.PEAK),
        (local(2026, 10, 15, 20), Band.OFF_PEAK),
        (local(2026, 10, 17, 12), Band.OFF_PEAK),  # Saturday
        (local(2026, 10, 18, 12), Band.OFF_PEAK),  # Sunday, and the clock goes back a week later
        (local(2026, 10, 26, 8), Band.PEAK),  # the Monday after the clock went back
        (local(2026, 3, 30, 8), Band.PEAK),  # the Monday after it went forward
        (local(2026, 3, 30, 7, 59, 59), Band.OFF_PEAK),
    ],
)
def test_the_local_clock_at_the_start_tells_the_band(start: datetime, band: Band) -> None:
    assert CLASSIC.band(start) is band


def test_fractions_of_a_second_do_not_move_the_edge() -> None:
    assert CLASSIC.band(local(2026, 10, 15, 7, 59, 59) + timedelta(microseconds=999_999)) is Band.OFF_PEAK


@pytest.mark.parametrize("day", [(2026, 1, 1), (2026, 4, 6), (2026, 4, 27), (2026, 5, 14), (2026, 12, 25)])
def test_a_public_holiday_is_off_peak_only_where_the_version_says_so(day: tuple[int, int, int]) -> None:
    noon = local(*day, 12)
    assert is_holiday(to_local(noon).date())
    assert (CLASSIC.band(noon), HOLIDAYS.band(noon)) == (Band.PEAK, Band.OFF_PEAK)


def test_the_kings_day_moves_away_from_a_sunday() -> None:
    assert (is_holiday(local(2025, 4, 26, 12).date()), is_holiday(local(2025, 4, 27, 12).date())) == (True, False)


def test_a_peak_until_midnight_ends_with_the_day() -> None:
    hours = PeakHours(start=time(18), end=time(0))
    assert hours.band(local(2026, 10, 15, 23, 59, 59)) is Band.PEAK
    assert hours.band(local(2026, 10, 16, 0)) is Band.OFF_PEAK


@pytest.mark.parametrize(
    "wrong",
    [{"first_weekday": 0}, {"last_weekday": 8}, {"first_weekday": 6}, {"start": time(20)}],
)
def test_peak_hours_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="peak"):
        PeakHours(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "hours", "micros"),
    [
        (local(2026, 10, 15, 19, 59), CLASSIC, 45_000 + 120_000),  # the start decides for both minutes
        (local(2026, 10, 15, 19, 59), SPLIT, 45_000 + 60_000 + 30_000),
        (local(2026, 10, 15, 7, 59), CLASSIC, 10_000 + 60_000),
        (local(2026, 10, 15, 7, 59), SPLIT, 10_000 + 30_000 + 60_000),
        (local(2026, 10, 15, 20), SPLIT, 10_000 + 60_000),
    ],
)
def test_a_call_over_an_edge_is_split_only_where_the_version_says_so(
    start: datetime, hours: PeakHours, micros: int
) -> None:
    assert calculate(CHEAP_EVENING, hours, seconds=120, start=start).micros == micros


def test_a_split_call_is_rounded_once() -> None:
    price = Price(0, 100_001, offpeak_minute_micros=50_001)
    made = calculate(price, SPLIT, seconds=3, start=local(2026, 10, 15, 19, 59, 59))
    assert [(part.band, part.seconds) for part in made.stretches] == [(Band.PEAK, 1), (Band.OFF_PEAK, 2)]
    assert made.micros == divide_half_up(100_001 + 2 * 50_001, 60)


def test_no_answer_costs_no_set_up_fee_in_either_band() -> None:
    assert {calculate(CHEAP_EVENING, SPLIT, seconds=0, start=local(2026, 10, 15, hour)).micros for hour in (9, 22)} == {
        0
    }


def test_a_price_that_is_the_same_at_all_times_names_no_band() -> None:
    made = calculate(Price(1, 2, offpeak_setup_micros=1), CLASSIC, seconds=60, start=local(2026, 10, 15, 22))
    assert (made.band, made.stretches[0].band) == (None, None)


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@st.composite
def peak_hours(draw: st.DrawFn) -> PeakHours:
    one, other = sorted((draw(clocks), draw(clocks)))
    days = sorted((draw(st.integers(1, 7)), draw(st.integers(1, 7))))
    return PeakHours(
        first_weekday=days[0],
        last_weekday=days[1],
        start=one,
        end=other if one < other else time(0),
        holidays_off_peak=draw(st.booleans()),
        splits=draw(st.booleans()),
    )


# Days on which the clock changes, holidays, turns of the year, and any other moment.
INTERESTING = (local(2026, 3, 29, 0), local(2026, 10, 25, 0), local(2026, 4, 26, 22), local(2025, 12, 31, 20))
moments = st.one_of(
    st.builds(
        lambda base, seconds: base + timedelta(seconds=seconds), st.sampled_from(INTERESTING), st.integers(0, 100_000)
    ),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001 the zone is added
        lambda moment: moment.replace(microsecond=0)
    ),
)
prices = st.builds(
    Price,
    setup_micros=st.integers(0, 5_000_000),
    minute_micros=st.integers(0, 20_000_000),
    first_seconds=st.integers(1, 600),
    step_seconds=st.integers(1, 600),
    offpeak_setup_micros=st.none() | st.integers(0, 5_000_000),
    offpeak_minute_micros=st.none() | st.integers(0, 20_000_000),
)
durations = st.integers(0, 20_000)


def second(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


@given(peak_hours(), st.lists(moments, min_size=1, max_size=20))
def test_columns_tell_the_same_band_as_the_wall_clock(hours: PeakHours, starts: list[datetime]) -> None:
    seconds = np.array([second(start) for start in starts], dtype=np.int64)
    over = Timeline.over(hours, int(seconds.min()), int(seconds.max()))
    assert over.is_peak(seconds).tolist() == [hours.band(start) is Band.PEAK for start in starts]


@given(peak_hours(), moments, st.integers(1, 3_000))
def test_a_stretch_is_cut_where_each_second_by_itself_changes_its_band(
    hours: PeakHours, start: datetime, seconds: int
) -> None:
    by_second = [hours.band(start + timedelta(seconds=passed)) for passed in range(seconds)]
    cut = stretches(hours, start, seconds)
    assert [band for band, length in cut for _ in range(length)] == by_second
    assert all(one[0] is not other[0] for one, other in pairwise(cut))


@given(st.lists(prices, min_size=1, max_size=6), peak_hours(), st.data())
def test_columns_price_to_the_same_digit_as_one_call(rates: list[Price], hours: PeakHours, data: st.DataObject) -> None:
    which = st.integers(0, len(rates) - 1)
    calls = data.draw(st.lists(st.tuples(which, durations, moments), min_size=1, max_size=40))
    charged = PriceColumns.of(rates).charges(
        np.array([position for position, _, _ in calls], dtype=np.int64),
        np.array([seconds for _, seconds, _ in calls], dtype=np.int64),
        np.array([second(start) for _, _, start in calls], dtype=np.int64),
        hours,
    )
    assert charged.tolist() == [
        calculate(rates[position], hours, seconds=seconds, start=start).micros for position, seconds, start in calls
    ]


@given(prices, peak_hours(), durations, moments)
def test_the_stretches_add_up_to_what_is_billed(price: Price, hours: PeakHours, seconds: int, start: datetime) -> None:
    made = calculate(price, hours, seconds=seconds, start=start)
    assert sum(part.seconds for part in made.stretches) == made.billed_seconds == billed_seconds(seconds, price)

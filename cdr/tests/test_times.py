"""Wall-clock times of switches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest.times import (
    NO_MOMENT,
    SECOND,
    Witness,
    changed_between,
    compact,
    epoch,
    gaps,
    iso,
    settle,
    to_utc,
    wall_clock,
)
from portal.lib.periods import AMSTERDAM


def micros(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-02-30 10:00:00", "2026-13-01 10:00:00", "2020/2/10 22:41", "2026-1-1 1:00:00", "15-10-2026 09:12"],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert wall_clock(pa.array([text])).tolist() == [NO_MOMENT]


def test_offsets_and_fractions_are_read() -> None:
    clock, offset = iso(pa.array(["2026-10-15T09:12:00+02:00", "2026-10-15 09:12:00.25Z", "2026-10-15T09:12:00-0330"]))
    assert (clock - np.where(offset == NO_MOMENT, 0, offset)).tolist() == [
        micros(2026, 10, 15, 7, 12),
        micros(2026, 10, 15, 9, 12) + SECOND // 4,
        micros(2026, 10, 15, 12, 42),
    ]


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - a wall clock
    st.sampled_from(["Europe/Amsterdam", "UTC", "America/Curacao"]),
)
def test_columns_turn_to_utc_as_single_times_do(naive: datetime, zone: str) -> None:
    naive = naive.replace(microsecond=0)
    local = ZoneInfo(zone)
    utc, odd = to_utc(wall_clock(pa.array([f"{naive:%Y-%m-%d %H:%M:%S}"])), local)
    first, second = (naive.replace(tzinfo=local, fold=fold).astimezone(UTC) for fold in (0, 1))
    assert bool(odd[0]) == (first != second)
    if first == second:
        assert utc[0] == int(first.timestamp()) * SECOND


@pytest.mark.parametrize(
    ("unique", "end", "duration", "hour", "guessed"),
    [
        ("1792888200.1", NO_MOMENT, -1, 0, False),
        ("main-1792891800.1", NO_MOMENT, -1, 1, False),
        ("", micros(2026, 10, 25, 3, 10), 2400, 1, False),
        ("", micros(2026, 10, 25, 2, 20), 3000, 0, False),
        ("", micros(2026, 10, 25, 2, 40), 600, 0, True),
        ("", NO_MOMENT, -1, 0, True),
    ],
)
def test_the_doubled_hour_is_settled_by_what_else_the_row_says(
    unique: str, end: int, duration: int, hour: int, guessed: bool
) -> None:
    witness = Witness(unique_id=unique, end=end, duration=duration)
    found = settle(micros(2026, 10, 25, 2, 30), AMSTERDAM, witness)
    assert found == (micros(2026, 10, 25, hour, 30), guessed)


def test_an_hour_that_the_clock_skips_does_not_exist() -> None:
    assert settle(micros(2027, 3, 28, 2, 30), AMSTERDAM, Witness()) is None


@given(st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 31)), max_size=5), st.text(max_size=20))  # noqa: DTZ001
def test_columns_of_times_are_read_as_single_times_are(moments: list[datetime], other: str) -> None:
    moments = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    known = [int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * SECOND for moment in moments]
    fine = [whole + moment.microsecond for whole, moment in zip(known, moments, strict=True)]
    local = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments]
    digits = [f"{moment:%Y%m%d%H%M%S}.{moment.microsecond // 1000:03d}" for moment in moments]
    assert wall_clock(pa.array([*local, other, ""])).tolist()[: len(known)] == known
    assert compact(pa.array([*digits, other, ""])).tolist()[: len(known)] == fine
    assert compact(pa.array([text[:14] for text in digits], pa.string())).tolist() == known


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1792048320", 1_792_048_320_000_000),
        ("1792048320123", 1_792_048_320_123_000),
        ("1792048320123456", 1_792_048_320_123_456),
        ("0", NO_MOMENT),
        ("", NO_MOMENT),
        ("-1792048320", NO_MOMENT),
        ("17920483x0", NO_MOMENT),
    ],
)
def test_digits_since_1970_are_seconds_thousandths_or_millionths(text: str, moment: int) -> None:
    assert epoch(pa.array([text])).tolist() == [moment]


@pytest.mark.parametrize(
    ("witness", "hour", "guessed"),
    [
        (Witness(answer=micros(2026, 10, 25, 3, 0)), 1, False),
        (Witness(answer=micros(2026, 10, 25, 2, 31)), 0, True),
        (Witness(answer=micros(2026, 10, 25, 2, 31), end=micros(2026, 10, 25, 3, 1), seconds=1800), 1, False),
        (Witness(answer=micros(2026, 10, 25, 2, 31), end=micros(2026, 10, 25, 2, 1), seconds=1800), 0, False),
    ],
)
def test_the_doubled_hour_is_settled_by_the_answer(witness: Witness, hour: int, guessed: bool) -> None:
    assert settle(micros(2026, 10, 25, 2, 30), AMSTERDAM, witness) == (micros(2026, 10, 25, hour, 30), guessed)


def test_the_time_between_two_times_on_the_wall_counts_the_hour_that_was_put_back_or_skipped() -> None:
    hours = [
        [gap // (3600 * SECOND) for gap in gaps(first, second, AMSTERDAM)]
        for first, second in (
            (micros(2026, 10, 25, 1, 0), micros(2026, 10, 25, 4, 0)),
            (micros(2026, 3, 29, 1, 0), micros(2026, 3, 29, 4, 0)),
            (micros(2026, 10, 25, 2, 0), micros(2026, 10, 25, 2, 0)),
            (micros(2026, 3, 29, 2, 30), micros(2026, 3, 29, 4, 0)),
        )
    ]
    assert hours == [[4], [2], [-1, 0, 1], []]


@pytest.mark.parametrize("far", [0, 200])
@pytest.mark.parametrize(
    ("first", "second", "changed"),
    [
        ((2026, 10, 25, 1, 50), (2026, 10, 25, 3, 10), True),
        ((2026, 3, 29, 1, 59), (2026, 3, 29, 3, 1), True),
        ((2026, 10, 25, 2, 30), (2026, 10, 25, 2, 31), True),
        ((2026, 10, 25, 3, 0), (2026, 10, 25, 3, 1), False),
        ((2026, 10, 15, 9, 0), (2026, 10, 15, 10, 0), False),
    ],
)
def test_a_change_of_the_clock_between_two_times_is_seen(
    first: tuple[int, ...], second: tuple[int, ...], changed: bool, far: int
) -> None:
    days = far * 86_400 * SECOND  # other rows of the chunk may lie far off
    starts = np.array([micros(*first), NO_MOMENT, micros(2026, 7, 1, 12) + days], dtype=np.int64)
    ends = np.array([micros(*second), micros(*second), micros(2026, 7, 1, 13) + days], dtype=np.int64)
    assert changed_between(starts, ends, AMSTERDAM).tolist() == [changed, False, False]


WALLS = st.integers(micros(2026, 1, 1) // SECOND, micros(2027, 1, 1) // SECOND) | st.sampled_from(
    [
        micros(2026, month, day, hour, minute) // SECOND
        for month, day in ((3, 29), (10, 25))
        for hour in range(5)
        for minute in (0, 59)
    ]
)


@given(
    st.lists(st.tuples(WALLS, st.integers(-4000, 90_000)), min_size=1, max_size=6),
    st.sampled_from(["Europe/Amsterdam", "Africa/Casablanca"]),
)
def test_where_no_change_is_seen_the_clock_on_the_wall_tells_how_long_it_was(
    rows: list[tuple[int, int]], zone: str
) -> None:
    starts = np.array([start * SECOND for start, _ in rows], dtype=np.int64)
    ends = np.array([(start + lasts) * SECOND for start, lasts in rows], dtype=np.int64)
    for start, end, changed in zip(
        starts.tolist(), ends.tolist(), changed_between(starts, ends, ZoneInfo(zone)).tolist(), strict=True
    ):
        assert changed or gaps(start, end, ZoneInfo(zone)) == (end - start,)

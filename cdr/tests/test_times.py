"""Wall-clock times of switches."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest.times import NO_MOMENT, SECOND, Witness, iso, settle, to_utc, wall_clock
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

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import formats, money
from portal.lib.periods import Month

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)


def plain(text: str) -> str:
    """With ordinary spaces, so that the expectations below can be read."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("micros", "dutch", "english"),
    [
        (1_234_560_000, "€ 1.234,56", "€1,234.56"),
        (0, "€ 0,00", "€0.00"),
        (-18_840_000, "− € 18,84", "−€18.84"),
        (-4_999, "€ 0,00", "€0.00"),
        (5_000, "€ 0,01", "€0.01"),
        (1_234_567_890_000_000, "€ 1.234.567.890,00", "€1,234,567,890.00"),
    ],
)
def test_an_amount_reads_as_in_the_users_language(micros: int, dutch: str, english: str) -> None:
    assert plain(formats.euro(micros, "nl")) == dutch
    assert formats.euro(micros, "en-gb") == english


def test_an_amount_never_breaks_over_two_lines() -> None:
    assert " " not in formats.euro(-1_234_560_000, "nl")


def test_a_call_has_four_decimals_and_a_difference_its_sign() -> None:
    assert plain(formats.euro4(60_250, "nl")) == "€ 0,0603"
    assert formats.euro4(250, "en") == "€0.0003"
    assert plain(formats.euro(18_840_000, "nl", signed=True)) == "+ € 18,84"
    assert plain(formats.euro(0, "nl", signed=True)) == "€ 0,00"


@given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from(["nl", "en"]))
def test_what_is_shown_is_read_back_as_its_whole_cents(micros: int, language: str) -> None:
    assert money.parse_amount(formats.euro(micros, language)) == money.round_half_up_to_whole_cents(micros)


def test_percentages_and_shares() -> None:
    assert plain(formats.percent(36, "nl")) == "36 %"
    assert formats.percent(36, "en") == "36%"
    assert plain(formats.percent(Decimal("6.45"), "nl", decimals=1)) == "6,5 %"
    assert plain(formats.share(296, 100, "nl")) == "296 %"
    assert plain(formats.share(1, 3, "nl", decimals=1)) == "33,3 %"
    assert plain(formats.share(1, 0, "nl")) == "0 %"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (14_800_000_000, "14,8 GB"),
        (5_000_000_000, "5 GB"),
        (1_992_000_000, "2 GB"),
        (995_000_000, "995 MB"),
        (999_600_000, "1 GB"),
        (1_234_000_000_000, "1.234 GB"),
        (0, "0 kB"),
        (1, "1 kB"),
        (999_999, "999 kB"),
    ],
)
def test_data_is_in_decimal_units(size: int, shown: str) -> None:
    assert plain(formats.data(size, "nl")) == shown


@pytest.mark.parametrize(
    ("seconds", "read", "exact"),
    [
        (0, "0 s", "0:00"),
        (58, "58 s", "0:58"),
        (521, "9 min", "8:41"),
        (3532, "59 min", "58:52"),
        (3599, "1 u 00 min", "59:59"),
        (4805, "1 u 20 min", "1:20:05"),
        (354_060, "98 u 21 min", "98:21:00"),
    ],
)
def test_durations_to_read_and_exact(seconds: int, read: str, exact: str) -> None:
    assert plain(formats.duration(seconds, "nl")) == read
    assert formats.call_time(seconds) == exact


def test_days_are_written_as_people_write_them() -> None:
    assert plain(formats.day(date(2026, 10, 15), "nl")) == "do 15 okt."
    assert plain(formats.day(date(2026, 5, 1), "nl")) == "vr 1 mei"
    assert plain(formats.day(date(2025, 3, 1), "nl", today=TODAY)) == "za 1 mrt. 2025"
    assert plain(formats.day(date(2026, 10, 15), "en")) == "Thu 15 Oct"
    assert formats.long_day(date(2026, 10, 15), "nl", today=TODAY) == "donderdag 15 oktober"
    assert formats.full_date(date(2026, 10, 15), "en") == "15 October 2026"


def test_moments_are_near_days_on_the_clock_of_amsterdam() -> None:
    assert formats.moment(datetime(2026, 11, 22, 7, 2, tzinfo=UTC), "nl", now=NOW) == "vandaag 08:02"
    assert formats.moment(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "nl", now=NOW) == "vandaag 00:30"
    assert formats.moment(datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "en", now=NOW) == "yesterday 23:30"
    assert formats.near_day(date(2026, 11, 23), "nl", today=TODAY) == "morgen"
    assert plain(formats.moment(datetime(2026, 10, 15, 14, 42, tzinfo=UTC), "nl", now=NOW)) == "do 15 okt. 16:42"


@pytest.mark.parametrize(
    ("first", "end", "dutch", "english"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), "1 t/m 31 oktober", "1–31 October"),
        (date(2026, 9, 28), date(2026, 10, 5), "28 september t/m 4 oktober", "28 September – 4 October"),
        (date(2026, 10, 15), date(2026, 10, 16), "15 oktober", "15 October"),
        (date(2013, 1, 1), date(2013, 2, 1), "1 t/m 31 januari 2013", "1–31 January 2013"),
        (
            date(2026, 12, 31),
            date(2027, 1, 3),
            "31 december 2026 t/m 2 januari 2027",
            "31 December 2026 – 2 January 2027",
        ),
    ],
)
def test_half_open_ranges_are_shown_with_their_last_day(first: date, end: date, dutch: str, english: str) -> None:
    assert formats.day_range(first, end, "nl", today=TODAY) == dutch
    assert formats.day_range(first, end, "en", today=TODAY) == english


def test_a_range_without_a_day_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no day"):
        formats.day_range(TODAY, TODAY, "nl")


def test_months_and_periods() -> None:
    october = Month(2026, 10)
    assert formats.month(october, "nl") == "oktober 2026"
    assert formats.month_name(october, "en") == "October"
    assert formats.period(october.period, "nl") == "1 t/m 31 oktober"


def test_an_unknown_language_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="language 'de'"):
        formats.euro(1, "de")

"""Rating one call, and the same in columns."""

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.rating.prices import Price, PriceColumns, billed_seconds, charge_micros
from cdr.rating.tariffs import NO_RATE, PrefixRate, TariffBook, Version, rate_call, rating_key
from portal.lib.money import euros, round_half_up_to_cents

prices = st.builds(
    Price,
    setup_micros=st.integers(0, 5_000_000),
    minute_micros=st.integers(0, 20_000_000),
    first_seconds=st.integers(1, 600),
    step_seconds=st.integers(1, 600),
)
durations = st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("seconds", "price", "billed", "exact"),
    [
        (61, Price(45_000, 15_000, 1, 1), 61, "0.06025"),
        (61, Price(45_000, 15_000, 60, 60), 120, "0.0750"),
        (17, Price(0, 90_000, 60, 1), 60, "0.0900"),
        (37, Price(0, 275_000, 30, 6), 42, "0.1925"),
        (37, Price(0, 275_000, 6, 6), 42, "0.1925"),
        (1, Price(0, 15_000, 1, 1), 1, "0.00025"),
        (0, Price(45_000, 0, 1, 1), 0, "0"),
    ],
)
def test_the_golden_cases_cost_what_they_should(seconds: int, price: Price, billed: int, exact: str) -> None:
    assert billed_seconds(seconds, price) == billed
    assert euros(charge_micros(seconds, price)) == Decimal(exact)


def test_a_thousand_short_calls_are_summed_before_they_are_rounded() -> None:
    each = charge_micros(1, Price(0, 15_000))
    assert round_half_up_to_cents(1000 * each) == 25


@given(prices, durations)
def test_a_longer_call_never_costs_less(price: Price, seconds: int) -> None:
    assert charge_micros(seconds, price) <= charge_micros(seconds + 1, price)


@given(prices, st.integers(1, 100_000))
def test_billed_seconds_cover_the_call_by_less_than_a_step(price: Price, seconds: int) -> None:
    billed = billed_seconds(seconds, price)
    assert seconds <= billed < max(price.first_seconds, seconds + price.step_seconds) + 1


@given(st.lists(prices, min_size=1, max_size=8), st.data())
def test_columns_price_to_the_same_digit_as_one_call(rates: list[Price], data: st.DataObject) -> None:
    calls = data.draw(st.lists(st.tuples(st.integers(0, len(rates) - 1), durations), min_size=1, max_size=50))
    which = np.array([position for position, _ in calls], dtype=np.int64)
    seconds = np.array([length for _, length in calls], dtype=np.int64)
    expected = [charge_micros(length, rates[position]) for position, length in calls]
    assert PriceColumns.of(rates).charges(which, seconds).tolist() == expected


digits = st.text("0123456789", min_size=1, max_size=12)


@given(st.dictionaries(digits, prices, min_size=1, max_size=20), st.lists(digits, min_size=1, max_size=30))
def test_columns_find_the_same_prefix_as_the_loop(deck: dict[str, Price], numbers: list[str]) -> None:
    rates = [PrefixRate(position, prefix, 1, price) for position, (prefix, price) in enumerate(deck.items())]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    version = Version.of(start, rates)
    book = TariffBook((version,))
    found = version.positions(np.array(numbers, dtype=str))
    for number, position in zip(numbers, found.tolist(), strict=True):
        rated = rate_call(book, number="+" + number, seconds=60, start=start)
        assert (rates[position] if position != NO_RATE else None) == rated.rate


def test_the_version_that_holds_at_the_start_is_used() -> None:
    old = Version.of(datetime(2026, 1, 1, tzinfo=UTC), [PrefixRate(1, "31", 1, Price(0, 60_000))])
    new = Version.of(datetime(2026, 10, 1, tzinfo=UTC), [PrefixRate(2, "31", 1, Price(0, 120_000))])
    book = TariffBook((old, new))
    before = rate_call(book, number="+31201234567", seconds=60, start=datetime(2026, 9, 30, 23, 59, tzinfo=UTC))
    after = rate_call(book, number="+31201234567", seconds=60, start=datetime(2026, 10, 1, tzinfo=UTC))
    assert (before.micros, after.micros) == (60_000, 120_000)


def test_a_call_without_prefix_or_before_the_first_version_is_unrated_and_not_free() -> None:
    book = TariffBook((Version.of(datetime(2026, 1, 1, tzinfo=UTC), [PrefixRate(1, "31", 1, Price(0, 60_000))]),))
    assert rate_call(book, number="+4930901820", seconds=9, start=datetime(2026, 5, 1, tzinfo=UTC)).micros is None
    assert rate_call(book, number="+31201234567", seconds=9, start=datetime(2025, 5, 1, tzinfo=UTC)).micros is None


def test_short_codes_never_meet_a_country_prefix() -> None:
    assert rating_key("short:1850") == "01850"
    assert rating_key("+18505551234") == "18505551234"
    assert rating_key("ext:101") == ""

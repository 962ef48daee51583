"""Rating one call, and the same in columns."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price, billed_seconds, calculate
from portal.lib.formats import euro4
from portal.lib.money import euros, round_half_up_to_cents

prices = st.builds(
    Price,
    setup_micros=st.integers(0, 5_000_000),
    minute_micros=st.integers(0, 20_000_000),
    first_seconds=st.integers(1, 600),
    step_seconds=st.integers(1, 600),
)
durations = st.integers(0, 100_000)
START = datetime(2026, 10, 15, 9, 12, tzinfo=UTC)


def charge_micros(seconds: int, price: Price) -> int:
    return calculate(price, PeakHours(), seconds=seconds, start=START).micros


@pytest.mark.parametrize(
    ("seconds", "price", "billed", "exact", "shown"),
    [
        (61, Price(45_000, 15_000, 1, 1), 61, "0.06025", "€\u00a00,0603"),
        (61, Price(45_000, 15_000, 60, 60), 120, "0.0750", "€\u00a00,0750"),
        (17, Price(0, 90_000, 60, 1), 60, "0.0900", "€\u00a00,0900"),
        (37, Price(0, 275_000, 30, 6), 42, "0.1925", "€\u00a00,1925"),
        (37, Price(0, 275_000, 6, 6), 42, "0.1925", "€\u00a00,1925"),
        (1, Price(0, 15_000, 1, 1), 1, "0.00025", "€\u00a00,0003"),
        (0, Price(45_000, 0, 1, 1), 0, "0", "€\u00a00,0000"),
    ],
)
def test_the_golden_cases_cost_what_they_should(
    seconds: int, price: Price, billed: int, exact: str, shown: str
) -> None:
    made = calculate(price, PeakHours(), seconds=seconds, start=START)
    assert (made.billed_seconds, billed_seconds(seconds, price)) == (billed, billed)
    assert euros(made.micros) == Decimal(exact)
    assert euro4(made.micros, "nl") == shown


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

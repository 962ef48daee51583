from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import money

AMOUNTS = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@given(AMOUNTS)
def test_an_amount_survives_the_way_to_decimal_and_back(micros: int) -> None:
    assert money.micros(money.euros(micros)) == micros
    assert money.micros(str(money.euros(micros))) == micros


@given(AMOUNTS, st.integers(min_value=1, max_value=10**9))
def test_division_agrees_with_decimals_half_up(numerator: int, denominator: int) -> None:
    with localcontext(prec=60):  # 28 digits cannot tell a tie of two large numbers from its neighbours
        expected = int((Decimal(numerator) / denominator).quantize(Decimal(1), ROUND_HALF_UP))
    assert money.divide_half_up(numerator, denominator) == expected


@given(AMOUNTS)
def test_cents_agree_with_decimals_half_up(micros: int) -> None:
    expected = int((Decimal(micros) / 10_000).quantize(Decimal(1), ROUND_HALF_UP))
    assert money.round_half_up_to_cents(micros) == expected
    assert money.round_half_up_to_whole_cents(micros) == expected * 10_000


def test_a_tie_goes_away_from_zero() -> None:
    assert money.round_half_up_to_cents(2_675_000) == 268
    assert money.round_half_up_to_cents(-2_675_000) == -268
    assert money.round_half_up_to_cents(2_674_999) == 267


@pytest.mark.parametrize("bad", ["", "abc", "1,5", "NaN", "Infinity", "0.0000001", "1e99", 1.5, True, None])
def test_inexact_or_foreign_amounts_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals|range"):
        money.micros(bad)  # type: ignore[arg-type] # what a caller may hand over by mistake


def test_vat_is_over_the_sum_and_not_per_line() -> None:
    assert money.vat_over_sum([1_020_000] * 5, percent=Decimal(21)) == 1_070_000
    assert money.vat_over_sum([], percent=Decimal(21)) == 0
    assert money.vat_over_sum([-1_020_000] * 5, percent=Decimal(21)) == -1_070_000
    with pytest.raises(ValueError, match="rounded to cents"):
        money.vat_over_sum([60_250], percent=Decimal(21))


@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("€ 1.234,56", "1234.56"),
        ("€\u00a01.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1.234.567,5", "1234567.5"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("0,045", "0.045"),
        ("0.0450", "0.045"),
        ("1234,567", "1234.567"),
        (",50", "0.5"),
        ("5,", "5"),
        ("25,-", "25"),
        ("€ 25", "25"),
        ("25 euro", "25"),
        ("EUR 25", "25"),
        ("-3", "-3"),
        ("− € 18,84", "-18.84"),
        ("+7", "7"),
        ("€ -12,34", "-12.34"),
        ("12 345,00", "12345"),
        ("１２", "12"),
    ],
)
def test_typed_amounts_are_read_as_people_mean_them(typed: str, euros: str) -> None:
    assert money.parse_amount(typed) == money.micros(euros)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [("1.234", ("1234", "1,2340")), ("1,234", ("1234", "1,2340")), ("€ 12.000", ("12000", "12,0000"))],
)
def test_a_thousand_or_three_decimals_is_asked_and_not_guessed(typed: str, readings: tuple[str, str]) -> None:
    with pytest.raises(money.AmbiguousAmountError) as caught:
        money.parse_amount(typed)
    assert caught.value.readings == readings
    assert [money.parse_amount(reading) for reading in readings]


@pytest.mark.parametrize(
    "typed", ["", " ", "€", "abc", "1,2,3", "1.2.3", "1.234,5.6", "1,23.456,7", "--3", "1e5", ".", "0.000.001"]
)
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(money.AmountError, match=r"\."):
        money.parse_amount(typed)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_what_is_shown_with_two_decimals_can_be_typed_back(cents: int) -> None:
    dutch = f"{abs(cents) // 100:,}".replace(",", ".") + f",{abs(cents) % 100:02d}"
    assert money.parse_amount(("− € " if cents < 0 else "€ ") + dutch) == cents * 10_000

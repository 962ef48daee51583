"""Money: integers of millionths of a euro inside, Decimal at the edges, never a float.

`micros` in a name is an integer number of millionths of a euro (1 € = 1_000_000). There is one rounding rule in the
whole project, half up (a tie goes away from zero), and one function that applies it: `divide_half_up`.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

MICROS_PER_EURO = 1_000_000
MICROS_PER_CENT = 10_000


class AmountError(ValueError):
    """A typed amount that is no amount; `code` is stable, the message says what to type."""

    code = "amount_unreadable"


class AmbiguousAmountError(AmountError):
    """`1.234` is a thousand in Dutch and one and a bit in English; `readings` holds both in unmistakable spelling."""

    code = "amount_ambiguous"

    def __init__(self, typed: str, readings: tuple[str, str]) -> None:
        super().__init__(f"{typed} can be read in two ways. Type {readings[0]} or {readings[1]}.")
        self.readings = readings


def divide_half_up(numerator: int, denominator: int) -> int:
    """Quotient as the nearest integer, ties away from zero: decimal's ROUND_HALF_UP on integers of any size."""
    if denominator == 0:
        raise ZeroDivisionError("division of an amount by zero")
    quotient, rest = divmod(abs(numerator), abs(denominator))
    if 2 * rest >= abs(denominator):
        quotient += 1
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def round_half_up_to_cents(micros: int) -> int:
    """Cents of an amount, half up."""
    return divide_half_up(micros, MICROS_PER_CENT)


def round_half_up_to_whole_cents(micros: int) -> int:
    """The amount, still in micros, as a whole number of cents, half up: what an invoice line holds."""
    return round_half_up_to_cents(micros) * MICROS_PER_CENT


def euros(micros: int) -> Decimal:
    """Exact Decimal with six decimals."""
    sign, digits = (1 if micros < 0 else 0), tuple(int(digit) for digit in str(abs(micros)))
    return Decimal((sign, digits, -6))  # built from digits: arithmetic would round to the context's precision


def euros_of_cents(cents: int) -> Decimal:
    """Exact Decimal with two decimals."""
    sign, digits = (1 if cents < 0 else 0), tuple(int(digit) for digit in str(abs(cents)))
    return Decimal((sign, digits, -2))


def micros(amount: Decimal | str | int) -> int:
    """Micros of an exact euro amount; a str is a plain decimal with a dot (a file or database, not a typed value).

    ValueError for floats, for what is no number and for more than six decimals: nothing is rounded silently.
    """
    if isinstance(amount, bool) or not isinstance(amount, Decimal | str | int):
        raise ValueError(f"{amount!r} is no exact amount")  # noqa: TRY004 one error type for callers to catch
    try:
        exact = Decimal(amount)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is no amount") from error
    sign, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{amount!r} is no amount")  # noqa: TRY004 NaN and Infinity carry a letter there
    units = int("".join(map(str, digits)))
    shift = exponent + 6
    if abs(shift) > 40 and units:
        raise ValueError(f"{amount!r} is out of range")
    if shift >= 0:
        value = units * 10**shift if units else 0
    else:
        value, rest = divmod(units, 10**-shift) if units else (0, 0)
        if rest:
            raise ValueError(f"{amount!r} has more than six decimals")
    return -value if sign else value


def vat_over_sum(line_micros: Iterable[int], *, percent: Decimal) -> int:
    """VAT in micros (whole cents) over the sum of lines of one rate, half up once (EN 16931).

    Each line must already be whole cents; ValueError otherwise, because the VAT would not match the shown lines.
    """
    total = 0
    for line in line_micros:
        if line % MICROS_PER_CENT:
            raise ValueError("an invoice line must be rounded to cents before VAT")
        total += line
    rate = percent.as_integer_ratio()
    return divide_half_up(total * rate[0], rate[1] * 100 * MICROS_PER_CENT) * MICROS_PER_CENT


_CURRENCY = re.compile(r"€|\beur(?:o)?\b", re.IGNORECASE)
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in (".", ",")
}  # 1.234 and 1.234.567, not 1.23 or 12345.678


def _whole_and_decimals(digits: str, typed: str) -> tuple[str, str]:
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return digits, ""
    last = marks[-1]
    if len(set(marks)) == 2:
        whole, decimals = digits.rsplit(last, 1)
        thousands = marks[0]
        if last in whole or not _GROUPED[thousands].fullmatch(whole):
            raise AmountError(f"{typed} is no amount. Type it as 1234,56.")
        return whole.replace(thousands, ""), decimals
    if len(marks) > 1:
        if not _GROUPED[last].fullmatch(digits) or digits.startswith("0"):
            raise AmountError(f"{typed} is no amount. Type it as 1234,56.")
        return digits.replace(last, ""), ""
    whole, decimals = digits.split(last)
    if len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        raise AmbiguousAmountError(typed, (f"{whole}{decimals}", f"{whole},{decimals}0"))
    return whole, decimals


def parse_amount(typed: str) -> int:
    """Micros of an amount as people type it, Dutch or English: `€ 1.234,56`, `1,234.56`, `12,5`, `12.5`, `-3`, `3,-`.

    The mark that stands last is the decimal mark when both occur, and a mark that occurs twice separates thousands.
    One mark followed by exactly three digits (`1.234`, `1,234`) could be either, a factor of thousand apart: that is
    refused with AmbiguousAmountError and both readings. `0,045` is not ambiguous: no thousand starts with a zero.
    """
    text = unicodedata.normalize("NFKC", typed).replace("\u2212", "-")
    text = "".join(_CURRENCY.sub("", text).split())
    text = text.removesuffix(",-").removesuffix(".-")
    negative = text.startswith("-")
    digits = text.removeprefix("-") if negative else text.removeprefix("+")
    if not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", digits) or len(digits) > 30:
        raise AmountError(f"{typed.strip() or 'Nothing'} is no amount. Type it as 1234,56.")
    whole, decimals = _whole_and_decimals(digits, typed.strip())
    if len(decimals) > 6:
        raise AmountError(f"{typed.strip()} has more than six decimals.")
    value = int(whole or "0") * MICROS_PER_EURO + int(decimals.ljust(6, "0"))
    return -value if negative else value

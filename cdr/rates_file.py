"""A list of rates as a CSV file: read with a reason for each line that is wrong. Pure."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.vocabulary import CallType
from portal.lib.money import AmountError, parse_amount

COLUMNS = ("prefix", "destination", "call_type", "setup", "minute", "first", "step")
CALL_TYPES = {
    "nl_fixed": CallType.NL_FIXED,
    "nl_mobile": CallType.NL_MOBILE,
    "abroad": CallType.ABROAD,
    "service": CallType.SERVICE,
}
MOST_RATES = 50_000
STANDARD = Path(__file__).parent / "data" / "standard_rates.csv"


@dataclass(frozen=True, slots=True)
class RateProblem:
    """What is wrong with a line (counted from 1), as a stable code."""

    line: int
    code: str


def read_rates(text: str) -> tuple[list[RateLine], list[RateProblem]]:
    """Rates of a file with a header; `;` or `,` between cells, amounts in euros with comma or dot.

    The header names prefix, destination, call_type (nl_fixed, nl_mobile, abroad, service), setup, minute, first and step,
    in any order.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines:
        return [], [RateProblem(1, "empty")]
    delimiter = ";" if lines[0].count(";") >= lines[0].count(",") else ","
    names = [name.strip().lower() for name in lines[0].split(delimiter)]
    if set(COLUMNS) - set(names):
        return [], [RateProblem(1, "header")]
    rates: list[RateLine] = []
    problems: list[RateProblem] = []
    seen: set[str] = set()
    for number, cells in enumerate(csv.reader(lines[1:], delimiter=delimiter), start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        found = _rate(row) if len(cells) == len(names) else "columns"
        if isinstance(found, RateLine) and found.prefix in seen:
            found = "twice"
        if isinstance(found, str):
            problems.append(RateProblem(number, found))
        else:
            seen.add(found.prefix)
            rates.append(found)
        if len(rates) > MOST_RATES:
            return [], [RateProblem(number, "too_many")]
    return rates, problems


def _rate(row: dict[str, str]) -> RateLine | str:
    prefix = row["prefix"].removeprefix("+")
    digits = prefix.removeprefix("short:")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        return "prefix"
    if row["call_type"] not in CALL_TYPES:
        return "call_type"
    if not row["destination"]:
        return "destination"
    try:
        price = Price(
            parse_amount(row["setup"]), parse_amount(row["minute"]), int(row["first"] or 1), int(row["step"] or 1)
        )
    except (AmountError, ValueError):
        return "price"
    return RateLine(prefix, row["destination"][:80], CALL_TYPES[row["call_type"]], price)


@cache
def standard_rates() -> tuple[RateLine, ...]:
    """The price list that the demonstration starts with: the Netherlands, service numbers and the whole world."""
    rates, problems = read_rates(STANDARD.read_text("utf-8"))
    if problems:
        raise ValueError(f"{STANDARD.name}: {problems}")
    return tuple(rates)

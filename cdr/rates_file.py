"""A list of rates as a CSV file: read with a reason for each line that is wrong. Pure."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.vocabulary import CallType
from portal.lib.money import AmountError, parse_amount

COLUMNS = ("prefix", "destination", "call_type", "setup", "minute", "first", "step")
OWN_COLUMNS = ("prefix", "setup", "minute")  # of a customer's own prices; the others may be left out
OPTIONAL = ("offpeak_setup", "offpeak_minute")
CALL_TYPES = {
    "nl_fixed": CallType.NL_FIXED,
    "nl_mobile": CallType.NL_MOBILE,
    "abroad": CallType.ABROAD,
    "service": CallType.SERVICE,
}
MOST_RATES = 50_000
MOST_SECONDS = 86_400
LONGEST_SHOWN = 160  # of a line that is wrong
MOST_MICROS = 1_000_000_000  # a thousand euros: more is a slip of the pen, and the sums of it have an end
STANDARD = Path(__file__).parent / "data" / "standard_rates.csv"


@dataclass(frozen=True, slots=True)
class RateProblem:
    """What is wrong with a line (counted from 1), as a stable code."""

    line: int
    code: str

    def text_in(self, text: str) -> str:
        """The beginning of the line in the file's text."""
        lines = text.splitlines()
        return lines[self.line - 1][:LONGEST_SHOWN] if self.line <= len(lines) else ""


def read_rates(text: str, *, own: bool = False) -> tuple[list[RateLine], list[RateProblem]]:
    """Rates of a file with a header; `;` or `,` between cells, amounts in euros with comma or dot.

    The header names prefix, destination, call_type (nl_fixed, nl_mobile, abroad, service), setup, minute, first and step,
    in any order, and if wanted offpeak_setup and offpeak_minute; an empty off-peak cell is the same price at all times.
    With `own` they are a customer's own prices, and prefix, setup and minute suffice.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines:
        return [], [RateProblem(1, "empty")]
    delimiter = ";" if lines[0].count(";") >= lines[0].count(",") else ","
    names = [name.strip().lower() for name in lines[0].split(delimiter)]
    if set(OWN_COLUMNS if own else COLUMNS) - set(names):
        return [], [RateProblem(1, "header")]
    rates: list[RateLine] = []
    problems: list[RateProblem] = []
    seen: set[str] = set()
    for number, cells in _rows(lines[1:], delimiter):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        found = _rate(row, own=own) if len(cells) == len(names) else "columns"
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


def _rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row below the header and the line on which it begins: a cell in quotes can go over several."""
    reader = csv.reader(lines, delimiter=delimiter)
    begins = 2
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 2


def _rate(row: dict[str, str], *, own: bool) -> RateLine | str:
    prefix = row["prefix"].removeprefix("+")
    if not good_prefix(prefix):
        return "prefix"
    kind, destination = row.get("call_type", ""), row.get("destination", "")
    if kind not in CALL_TYPES and not (own and not kind):
        return "call_type"
    if not destination and not own:
        return "destination"
    try:
        price = _price(row)
    except (AmountError, ValueError):
        return "price"
    return RateLine(prefix, destination[:80], int(CALL_TYPES.get(kind, 0)), price)


def good_prefix(prefix: str) -> bool:
    """Whether it is digits with the country first, or a national short code."""
    digits = prefix.removeprefix("short:")
    return digits.isascii() and digits.isdigit() and len(digits) <= (6 if prefix.startswith("short:") else 15)


def _price(row: dict[str, str]) -> Price:
    steps = [int(row.get(name) or 1) for name in ("first", "step")]
    if max(steps) > MOST_SECONDS:
        raise ValueError("a step is not that long")
    offpeak = [parse_amount(row[name]) if row.get(name) else None for name in OPTIONAL]
    amounts = (parse_amount(row["setup"]), parse_amount(row["minute"]))
    if max(*amounts, *(amount or 0 for amount in offpeak)) > MOST_MICROS:
        raise ValueError("a price is not that high")
    return Price(*amounts, *steps, *offpeak)


@cache
def standard_rates() -> tuple[RateLine, ...]:
    """The price list that the demonstration starts with: the Netherlands, service numbers and the whole world."""
    rates, problems = read_rates(STANDARD.read_text("utf-8"))
    if problems:
        raise ValueError(f"{STANDARD.name}: {problems}")
    return tuple(rates)

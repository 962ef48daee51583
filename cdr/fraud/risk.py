"""Numbers that telephone thieves like, as data: `cdr/data/risky_numbers.csv`, each prefix with the days on which it counts."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from portal.lib.numbers import country_of

FILE = Path(__file__).parent.parent / "data" / "risky_numbers.csv"


@dataclass(frozen=True, slots=True)
class Risk:
    """Numbers that begin with `prefix` (digits, or `short:` and digits) are risky in `[valid_from, valid_until)`."""

    prefix: str
    group: str
    name: str  # empty for a country, which is named by its number
    valid_from: date
    valid_until: date | None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number is: a region such as `CU`, or the name of a range such as `0900`; `group` of the risk, or empty."""

    code: str
    group: str = ""
    is_country: bool = True


class RiskBook:
    """The risky numbers; the longest prefix that counts on the day wins."""

    def __init__(self, risks: Iterable[Risk]) -> None:
        self._risks: dict[str, list[Risk]] = {}
        for risk in risks:
            self._risks.setdefault(risk.prefix, []).append(risk)
        self._lengths = sorted({len(prefix) for prefix in self._risks}, reverse=True)

    def place(self, number: str, day: date) -> Place | None:
        """Where a stored number is; None for ordinary Dutch numbers, extensions and what no country has."""
        digits = number.removeprefix("+")
        for length in self._lengths:
            for risk in self._risks.get(digits[:length], ()):
                if risk.holds(day):
                    return _risky(risk, number)
        if not number.startswith("+") or number.startswith("+31"):
            return None
        region = country_of(number)
        return Place(region) if region else None


def _risky(risk: Risk, number: str) -> Place:
    if risk.name:
        return Place(risk.name, risk.group, is_country=False)
    region = country_of(number)
    return Place(region, risk.group) if region else Place(f"+{risk.prefix}", risk.group, is_country=False)


def read_risks(lines: Iterable[str]) -> list[Risk]:
    """The rows of the file; ValueError where a day is none."""
    return [
        Risk(
            row["prefix"],
            row["group"],
            row["name"],
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        )
        for row in csv.DictReader(lines)
    ]


@lru_cache(maxsize=1)
def risk_book() -> RiskBook:
    """The book of the file."""
    return RiskBook(read_risks(FILE.read_text("utf-8").splitlines()))

"""Totals by number and type, by day or otherwise: one question for the files of the page and for the API."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cdr.asking import language
from cdr.selectors import calls
from cdr.selectors.calls import Selection, Sums
from portal.lib import formats
from portal.lib.periods import Month


class By(StrEnum):
    """How calls are added up."""

    NUMBER_AND_TYPE = "number_and_type"
    NUMBER = "number"
    TYPE = "type"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Line:
    """Sums, and what they are of; what they are not told apart by is None. An own number that is unknown is empty."""

    sums: Sums
    number: str | None = None
    kind: int | None = None
    month: Month | None = None
    day: date | None = None


def lines(selection: Selection, by: By) -> list[Line]:
    """All that is selected, in the order of the numbers, types or days; of what has no calls there is no line."""
    match by:
        case By.DAY:
            return [Line(sums, day=day) for day, sums in sorted(calls.by_day(selection).items())]
        case By.MONTH:
            return [Line(sums, month=month) for month, sums in sorted(calls.by_month(selection).items())]
    pairs = calls.by_number_and_type(selection)
    match by:
        case By.NUMBER:
            numbers = _grouped((number, sums) for (number, _kind), sums in pairs.items())
            return [Line(sums, number=number) for number, sums in sorted(numbers.items())]
        case By.TYPE:
            kinds = _grouped((kind, sums) for (_number, kind), sums in pairs.items())
            return [Line(sums, kind=kind) for kind, sums in sorted(kinds.items())]
    return [Line(sums, number=number, kind=kind) for (number, kind), sums in sorted(pairs.items())]


def _grouped[K](several: Iterable[tuple[K, Sums]]) -> dict[K, Sums]:
    found: defaultdict[K, Sums] = defaultdict(Sums)
    for key, sums in several:
        found[key] += sums
    return found


def month_words(selection: Selection, month: Month) -> str:
    """`oktober 2026`; of a month that is selected in part only its days."""
    part = selection.between(month.first_day, month.end_day)
    if (part.first, part.end) == (month.first_day, month.end_day):
        return formats.month(month, language())
    return formats.day_range(part.first, part.end, language())

"""The table of the totals: by day, by month, by type, by number, or by number and type. Each amount leads to its calls."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cdr.adding import By, month_words
from cdr.asking import Asked, language
from cdr.filters import UNKNOWN_NUMBER, type_label
from cdr.selectors.calls import Sums, add_up
from cdr.views.periods import address, calls_of_day, calls_of_month
from portal.charts import tint
from portal.lib import formats
from portal.lib.periods import Month
from portal.lib.ui import Choice

VIEWS: Mapping[str, By] = {
    "matrix": By.NUMBER_AND_TYPE,
    "type": By.TYPE,
    "number": By.NUMBER,
    "total": By.MONTH,
    "day": By.DAY,
}

type Pairs = Mapping[tuple[str, int], Sums]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: micro-euros (None where there were no calls) and its tint."""

    micros: int | None
    tint: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of totals."""

    name: str
    second: str
    url: str
    cells: tuple[Cell, ...]
    sums: Sums
    place: str = ""  # what it is sorted by when its name does not tell


def of_type(pairs: Pairs, kind: int) -> Sums:
    """Sums of one call type."""
    return add_up(sums for (_number, call_type), sums in pairs.items() if call_type == kind)


def paid_types(pairs: Pairs) -> list[int]:
    """Types that cost something, in their own order; those that did not are in the counts only."""
    return sorted({kind for (_number, kind), sums in pairs.items() if sums.micros})


def segments(request: HttpRequest, view: str) -> list[Choice]:
    """The ways to add up, as a row of choices."""
    labels = {
        "day": _("By day"),
        "total": _("By month"),
        "type": _("By type"),
        "number": _("By number"),
        "matrix": _("Number and type"),
    }
    return [Choice(label, address(request, view=name, sort=None), name == view) for name, label in labels.items()]


def usual_order(view: str) -> str:
    """The order of a table until another is asked for: days as they come, all else by cost."""
    return "name" if view == "day" else "-cost"


def rows(
    request: HttpRequest,
    asked: Asked,
    pairs: Pairs,
    *,
    months: Mapping[Month, Sums],
    days: Mapping[date, Sums],
    view: str,
) -> list[Row]:
    """The rows of a table, in the order that was asked for."""
    if view == "day":
        found = [_day_row(request, asked, day, sums) for day, sums in days.items()]
    elif view == "total":
        found = [_month_row(request, asked, month, sums) for month, sums in months.items()]
    elif view == "type":
        found = [_type_row(request, kind, of_type(pairs, kind)) for kind in sorted({kind for _number, kind in pairs})]
    else:
        found = _number_rows(request, asked, pairs, paid_types(pairs) if view == "matrix" else [])
    keys = {
        "name": lambda row: (row.place, (row.name or row.second).casefold()),
        "calls": lambda row: row.sums.calls,
        "time": lambda row: row.sums.seconds,
        "cost": lambda row: row.sums.micros,
    }
    order = request.GET.get("sort", usual_order(view))
    key = keys.get(order.lstrip("-"), keys["cost"])
    return sorted(found, key=key, reverse=order.startswith("-"))


def _day_row(request: HttpRequest, asked: Asked, day: date, sums: Sums) -> Row:
    url = calls_of_day(request, asked, day)
    return Row(formats.long_day(day, language(), today=asked.today), "", url, (), sums, place=day.isoformat())


def _month_row(request: HttpRequest, asked: Asked, month: Month, sums: Sums) -> Row:
    return Row(
        month_words(asked.selection, month), "", calls_of_month(request, asked, month), (), sums, place=str(month)
    )


def _type_row(request: HttpRequest, kind: int, sums: Sums) -> Row:
    url = address(request, reverse("cdr:details"), view=None, sort=None, type=str(kind))
    return Row(type_label(kind), "", url, (), sums)


def _number_rows(request: HttpRequest, asked: Asked, pairs: Pairs, types: Sequence[int]) -> list[Row]:
    detail = reverse("cdr:details")
    by_number: defaultdict[str, dict[int, Sums]] = defaultdict(dict)
    for (number, kind), sums in pairs.items():
        by_number[number][kind] = sums
    largest = max([sums.micros for sums in pairs.values()] or [0])
    found = []
    for number, kinds in by_number.items():
        name, second = asked.own(number)
        own = number or UNKNOWN_NUMBER
        cells = tuple(
            Cell(
                kinds[kind].micros if kind in kinds else None,
                tint(kinds[kind].micros, largest) if kind in kinds else "",
                address(request, detail, view=None, sort=None, number=own, type=str(kind)),
            )
            for kind in types
        )
        url = address(request, detail, view=None, sort=None, number=own)
        found.append(Row(name or second, second if name else "", url, cells, add_up(kinds.values())))
    return found

"""Totals as a CSV file: small enough to be made at once, with the rows and the total of the page."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Customer
from cdr.adding import By, Line, lines, month_words
from cdr.asking import Asked, shown
from cdr.filters import type_label
from cdr.selectors.calls import Sums, add_up
from cdr.vocabulary import CallType
from portal.lib.csvsafe import Cell, CsvForm, stream
from portal.lib.money import euros

# What a line is of, as a program reads it.
KEYS = {
    By.NUMBER_AND_TYPE: ("number", "name", "call_type"),
    By.NUMBER: ("number", "name"),
    By.TYPE: ("call_type",),
    By.MONTH: ("month",),
    By.DAY: ("day",),
}
_SUMS = ("calls", "seconds", "amount", "unrated")


def totals_file(*, customer: Customer, asked: Asked, by: By, form: CsvForm) -> HttpResponse:
    """All that is selected, added up; the form for people ends with a total line."""
    found = lines(asked.selection, by)
    rows = [[*_of(line, asked, by, form), *_sums(line.sums)] for line in found]
    if form is CsvForm.DUTCH:
        rest = [""] * (len(KEYS[by]) - 1)
        rows.append([_("Total"), *rest, *_sums(add_up(line.sums for line in found))])
    name = f"{customer.reference}-{by.replace('_', '-')}-{asked.selection.first}-{asked.last_day}.csv"
    return HttpResponse(
        b"".join(stream(_header(by, form), rows, form)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _header(by: By, form: CsvForm) -> list[str]:
    names = [*KEYS[by], *_SUMS]
    if form is CsvForm.ISO:
        return names
    words = {
        "number": _("Own number"),
        "name": _("Name"),
        "call_type": _("Call type"),
        "month": _("Month"),
        "day": _("Day"),
        "calls": _("Calls"),
        "seconds": _("Seconds"),
        "amount": _("Amount ex VAT"),
        "unrated": _("Without price"),
    }
    return [words[name] for name in names]


def _sums(sums: Sums) -> list[Cell]:
    return [sums.calls, sums.seconds, euros(sums.micros), sums.unrated]


def _of(line: Line, asked: Asked, by: By, form: CsvForm) -> list[Cell]:
    people = form is CsvForm.DUTCH
    found: dict[str, Cell] = {"day": line.day}
    if line.number is not None:
        found["number"] = shown(line.number) if people else line.number
        found["name"] = asked.names.get(line.number, "")
    if line.kind is not None:
        found["call_type"] = type_label(line.kind) if people else CallType(line.kind).name.lower()
    if line.month is not None:
        found["month"] = month_words(asked.selection, line.month) if people else str(line.month)
    return [found[name] for name in KEYS[by]]

"""What a file of calls consists of, settled inside the request: its words, its SQL, and what its sums must be.

A plan holds no connection and no language of its own: it can be carried out later, elsewhere, by any thread.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cdr.asking import Asked, shown
from cdr.exporting import shapes
from cdr.filters import type_label
from cdr.models import ExportForm
from cdr.selectors import calls
from cdr.selectors.calls.selection import covered_seconds, net_micros
from cdr.selectors.rates import destinations_of
from cdr.vocabulary import CallType, Direction, Product
from portal.lib.csvsafe import CsvForm, cell
from portal.lib.numbers import mask

type Query = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that making the file needs. `rows` writes lines of CSV, `check` adds up the same records, `totals` is what the page shows."""

    customer: int
    form: ExportForm
    name: str
    header: tuple[str, ...]
    total_word: str
    rows: Query | None
    check: Query | None
    totals: Query | None
    expand: Callable[[bytes], bytes]


# What a program reads; the same in every language.
_FIELDS = (
    "start", "direction", "call_type", "product", "number", "name", "other", "destination", "seconds", "amount",
    "covered_seconds",
)  # fmt: skip
_RAW = ("start", "id", "direction", "call_type", "product", "number", "other", "rate_id", "seconds", "net", "covered")


def plan(customer: int, reference: str, asked: Asked, form: ExportForm) -> Plan:
    """Read what the file needs to know inside the customer's door, in the language that is active."""
    return Plan(
        customer=customer,
        form=form,
        name=f"{reference}-{asked.selection.first}-{asked.last_day}.{form.suffix}",
        header=_FIELDS if form is ExportForm.ISO else _words(),
        total_word=_("Total"),
        rows=_rows(asked, form),
        check=_compiled(calls.sums_of_records(asked.selection)),
        totals=_compiled(calls.totals_by_day(asked.selection)),
        expand=shapes.expander({shapes.OWN_MARK: _own(form), shapes.OTHER_MARK: _other(asked, form)}),
    )


def _words() -> tuple[str, ...]:
    return (
        _("Start"), _("Direction"), _("Call type"), _("Product"), _("Own number"), _("Name"), _("Other party"),
        _("Destination"), _("Seconds"), _("Amount ex VAT"), _("Seconds in bundle"),
    )  # fmt: skip


def _compiled(query: "QuerySet[Any, Any]") -> Query | None:
    """The SQL of a query as Django would run it; None where Django would not even ask, because nothing can be found."""
    try:
        text, values = query.query.sql_with_params()
    except EmptyResultSet:
        return None
    return text, tuple(values)


def _rows(asked: Asked, form: ExportForm) -> Query | None:
    found = _compiled(
        calls.records(asked.selection)
        .order_by()
        .annotate(net=net_micros(asked.selection), covered=covered_seconds(asked.selection))
        .values_list(*_RAW)
    )
    if found is None:
        return None
    text, values = found
    rates = calls.records(asked.selection).order_by().values_list("rate_id", flat=True).distinct()
    where = destinations_of(rates)
    columns = (
        _START[form],
        _choice("c.direction", {direction.value: _label(direction, form) for direction in Direction}, form),
        _choice("c.call_type", {kind: _kind(kind, form) for kind in calls.SHOWN}, form),
        _choice("c.product", {product.value: _label(product, form) for product in Product}, form),
        _number("c.number", form, shapes.OWN_MARK, masked=False),
        _looked_up("c.number", asked.names, form),
        _other_number(asked, form),
        _looked_up("c.rate_id::text", {str(rate): name for rate, name in where.items()}, form),
        "c.seconds",
        _AMOUNT[form],
        "c.covered",
    )
    made = ", ".join(f"{column} AS c{place}" for place, column in enumerate(columns)).replace("%", "%%")
    return f"SELECT {made} FROM ({text}) c ORDER BY c.start DESC, c.id DESC", values  # noqa: S608 - texts are quoted


# Local time for people, UTC for programs, and days since 1900 as a spreadsheet counts them.
_LOCAL = "c.start AT TIME ZONE 'Europe/Amsterdam'"
_UTC = "c.start AT TIME ZONE 'UTC'"
_ISO = """to_char({utc}, CASE WHEN date_trunc('second', c.start) = c.start
    THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' END)"""
_START = {
    ExportForm.DUTCH: f"to_char({_LOCAL}, 'DD-MM-YYYY HH24:MI:SS')",
    ExportForm.ISO: _ISO.format(utc=_UTC),
    ExportForm.XLSX: f"extract(epoch FROM {_LOCAL} - timestamp '1899-12-30')::float8 / 86400",
}
_EUROS = "(c.net * 0.000001)::text"
_AMOUNT = {ExportForm.DUTCH: f"replace({_EUROS}, '.', ',')", ExportForm.ISO: _EUROS, ExportForm.XLSX: _EUROS}


def _label(value: Direction | Product, form: ExportForm) -> str:
    return value.name.lower() if form is ExportForm.ISO else str(value.label)


def _kind(kind: int, form: ExportForm) -> str:
    return CallType(kind).name.lower() if form is ExportForm.ISO else type_label(kind)


def _text(text: str, form: ExportForm) -> str:
    """A text as its cell; on one line, because a line of the file is a call, and without what marks a number."""
    plain = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return plain if form is ExportForm.XLSX else cell(plain, form.csv)


def _choice(column: str, words: Mapping[int, str], form: ExportForm) -> str:
    branches = " ".join(f"WHEN {value} THEN {shapes.sql_text(_text(word, form))}" for value, word in words.items())
    return f"CASE {column} {branches} END"


def _looked_up(key: str, words: Mapping[str, str], form: ExportForm) -> str:
    found = {value: _text(word, form) for value, word in words.items() if word}
    if not found:
        return "''"
    return f"coalesce({shapes.sql_text(json.dumps(found, ensure_ascii=False))}::jsonb ->> {key}, '')"


def _shown(number: str) -> str:
    return shown(number)


def _masked(number: str) -> str:
    return mask(shown(number))


def _shown_cell(number: str) -> str:
    return cell(shown(number), CsvForm.DUTCH)


def _masked_cell(number: str) -> str:
    return cell(mask(shown(number)), CsvForm.DUTCH)


@lru_cache
def _number(column: str, form: ExportForm, mark: str, *, masked: bool) -> str:
    """The expression of a number; the first one of a process asks for every shape, in some 50 ms."""
    if form is ExportForm.ISO:
        return shapes.for_programs(column, mark, masked=masked)
    if form is ExportForm.XLSX:
        return shapes.for_people(column, _masked if masked else _shown, mark)
    return shapes.for_people(column, _masked_cell if masked else _shown_cell, mark)


def _other_number(asked: Asked, form: ExportForm) -> str:
    full = _number("c.other", form, shapes.OTHER_MARK, masked=False)
    if asked.selection.full_numbers:
        return full
    masked = _number("c.other", form, shapes.OTHER_MARK, masked=True)
    if not asked.names:
        return masked
    own = shapes.sql_text("{" + ",".join(json.dumps(number) for number in sorted(asked.names)) + "}")
    return f"CASE WHEN c.other = ANY ({own}::text[]) THEN {full} ELSE {masked} END"


def _own(form: ExportForm) -> shapes.Write:
    return _guarded(str if form is ExportForm.ISO else shown, form)


def _other(asked: Asked, form: ExportForm) -> shapes.Write:
    return _guarded(asked.plain_other if form is ExportForm.ISO else asked.other, form)


def _guarded(write: shapes.Write, form: ExportForm) -> shapes.Write:
    return write if form is ExportForm.XLSX else lambda number: cell(write(number), form.csv)

"""What a file of calls consists of, settled inside the request: its words, its SQL, and what its sums must be.

A plan holds no connection and no language of its own: it can be carried out later, elsewhere, by any thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cdr.asking import Asked, shown
from cdr.exporting.writing import Column, Write, dutch_moments, iso_moments
from cdr.filters import type_label
from cdr.models import CustomerRate, ExportForm, Rate
from cdr.selectors import calls
from cdr.selectors.calls.selection import covered_seconds, net_micros
from cdr.vocabulary import CallType, Direction, Product
from portal.lib.csvsafe import field
from portal.lib.money import euros

type Query = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that making the file needs. `rows` reads the records, `check` adds them up, `totals` is what the page shows.

    `columns` are made of the columns of `rows`, which are called READ. `destinations` reads what the rates of these
    records are called: with the records, so that none can come whose rate is not known. `columns_with` says so to them.
    """

    customer: int
    form: ExportForm
    name: str
    header: tuple[str, ...]
    total_word: str
    rows: Query | None
    check: Query | None
    totals: Query | None
    destinations: Query | None
    columns: tuple[Column, ...]

    def columns_with(self, destinations: Mapping[str, str]) -> tuple[Column, ...]:
        """The columns, now that it is known what each rate is called."""
        written = _one_of(destinations, self.form)
        return tuple(replace(each, write=written) if each.made_of == "rate_id" else each for each in self.columns)


# What a program reads; the same in every language.
_FIELDS = (
    "start", "direction", "call_type", "product", "number", "name", "other", "destination", "seconds", "amount",
    "covered_seconds",
)  # fmt: skip
READ = ("start", "direction", "call_type", "product", "number", "other", "rate_id", "seconds", "net", "covered")


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
        destinations=_destinations(asked),
        columns=_columns(asked, form),
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
        .values_list("id", *READ)
    )
    if found is None:
        return None
    text, values = found
    columns = ", ".join([f"{_START[form]} AS start", *(f"c.{name}" for name in READ[1:])])
    return f"SELECT {columns} FROM ({text}) c ORDER BY c.start DESC, c.id DESC", values  # noqa: S608 - our own names


def _destinations(asked: Asked) -> Query | None:
    """The rates of the records, as records name them, with what they are called: those of tariffs, and the customer's own."""
    found = _compiled(calls.records(asked.selection).order_by().values_list("rate_id").distinct())
    if found is None:
        return None
    text, values = found
    listed, own = Rate._meta.db_table, CustomerRate._meta.db_table
    named = f"""SELECT used.rate_id, coalesce(listed.destination, own.destination) FROM ({text}) used
        LEFT JOIN {listed} listed ON listed.id = used.rate_id LEFT JOIN {own} own ON own.id = -used.rate_id
        WHERE used.rate_id <> 0"""  # noqa: S608 - our own names
    return named, values


def _columns(asked: Asked, form: ExportForm) -> tuple[Column, ...]:
    program = form is ExportForm.ISO
    return (
        Column("start", shape=_MOMENTS.get(form)),
        Column("direction", _one_of({str(each.value): _label(each, form) for each in Direction}, form)),
        Column("call_type", _one_of({str(kind): _kind(kind, form) for kind in calls.SHOWN}, form)),
        Column("product", _one_of({str(each.value): _label(each, form) for each in Product}, form)),
        Column("number", _number(str if program else shown, form)),
        Column("number", _one_of(asked.names, form)),
        Column("other", _number(asked.plain_other if program else asked.other, form)),
        Column("rate_id"),
        Column("seconds"),
        Column("net", lambda micros: micros and _cell(euros(int(micros)), form)),
        Column("covered"),
    )


# Local time for people, UTC for programs, and days since 1900 as a spreadsheet counts them.
_LOCAL = "c.start AT TIME ZONE 'Europe/Amsterdam'"
_START = {
    ExportForm.DUTCH: _LOCAL,
    ExportForm.ISO: "c.start AT TIME ZONE 'UTC'",
    ExportForm.XLSX: f"extract(epoch FROM {_LOCAL} - timestamp '1899-12-30')::float8 / 86400",
}
_MOMENTS = {ExportForm.DUTCH: dutch_moments, ExportForm.ISO: iso_moments}


def _label(value: Direction | Product, form: ExportForm) -> str:
    return value.name.lower() if form is ExportForm.ISO else str(value.label)


def _kind(kind: int, form: ExportForm) -> str:
    return CallType(kind).name.lower() if form is ExportForm.ISO else type_label(kind)


def _cell(value: str | Decimal, form: ExportForm) -> str:
    """A value as its cell, whole: quoted, or for a workbook escaped."""
    return escape(f"{value}") if form is ExportForm.XLSX else field(value, form.csv)


def _one_of(words: Mapping[str, str], form: ExportForm) -> Write:
    """Writes the word of a value, or nothing; on one line, because a line of the file is a call."""
    return lambda value: _cell(_on_one_line(words.get(value, "")), form)


def _on_one_line(text: str) -> str:
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _number(write: Write, form: ExportForm) -> Write:
    """Writes a number; where there is none, in the language that is active now."""
    unknown = _cell(write(""), form)
    return lambda number: _cell(write(number), form) if number else unknown

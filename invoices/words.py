"""An invoice and its causes in the reader's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invoices.building import Group, Kind, Unit
from invoices.comparing import Cause, Change, Difference
from invoices.document import group_name, quantity_text
from invoices.models import InvoiceLine
from portal.lib import formats
from portal.lib.money import MICROS_PER_CENT
from portal.lib.periods import Month


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A row of "why it differs": title, second line, and the amount in micros."""

    title: str
    note: str
    micros: int


def causes(found: Difference, *, previous: Month, language: str) -> list[ShownCause]:
    """The causes in the order of their size."""
    name = formats.month_name(previous, language)
    return [ShownCause(_title(one), _note(one, name, language), one.cents * MICROS_PER_CENT) for one in found.causes]


def _title(cause: Cause) -> str:
    more = cause.change is Change.MORE
    if cause.change is Change.REST:
        count = cause.quantity or 0
        return ngettext("%(count)s smaller difference", "%(count)s smaller differences", count) % {"count": count}
    if cause.change in {Change.NEW, Change.GONE}:
        return cause.description
    if cause.key.startswith("calls:"):
        return _("Higher call charges") if more else _("Lower call charges")
    if cause.key == "mobile:outside":
        return _("More mobile outside the bundle") if more else _("Less mobile outside the bundle")
    return cause.description


def _note(cause: Cause, previous: str, language: str) -> str:
    if cause.change is Change.REST:
        return ""
    if cause.change is Change.NEW:
        return (
            _("one-off") if cause.kind is Kind.ONE_OFF else _("not on the invoice of %(month)s") % {"month": previous}
        )
    if cause.change is Change.GONE:
        if cause.kind is Kind.ONE_OFF:
            return _("one-off in %(month)s") % {"month": previous}
        return _("no longer, it was on the invoice of %(month)s") % {"month": previous}
    if not cause.quantity_change:
        return _("the same number")
    if cause.unit is Unit.PIECE:
        return _("from %(before)s to %(after)s") % {
            "before": formats.number(cause.previous_quantity or 0, language),
            "after": formats.number(cause.quantity or 0, language),
        }
    counted = quantity_text(abs(cause.quantity_change), cause.unit, language)
    return (_("%(counted)s more") if cause.quantity_change > 0 else _("%(counted)s fewer")) % {"counted": counted}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the invoice; `difference` is None where there is nothing to compare with or nothing differs."""

    description: str
    days: str
    quantity: str
    price_micros: int | None
    micros: int
    difference: int | None
    key: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group of lines with its sum."""

    name: str
    micros: int
    lines: list[ShownLine]


def groups(lines: Sequence[InvoiceLine], found: Difference | None, language: str) -> list[ShownGroup]:
    """The lines as they stand on the document, with the difference on the first line of each thing."""
    seen: set[str] = set()
    made = []
    for group, members in groupby(lines, key=lambda line: line.group):
        some = list(members)
        total = sum(line.amount_cents for line in some) * MICROS_PER_CENT
        made.append(ShownGroup(group_name(Group(group)), total, list(_lines(some, found, seen, language))))
    return made


def _lines(
    lines: Sequence[InvoiceLine], found: Difference | None, seen: set[str], language: str
) -> Iterator[ShownLine]:
    for line in lines:
        cents = found.by_key.get(line.key, 0) if found and line.key not in seen else 0
        seen.add(line.key)
        yield ShownLine(
            description=line.description,
            days=formats.day_range(line.since, line.until, language) if line.since and line.until else "",
            quantity=quantity_text(line.quantity, Unit(line.unit), language),
            price_micros=line.unit_price_micros,
            micros=line.amount_cents * MICROS_PER_CENT,
            difference=cents * MICROS_PER_CENT if cents else None,
            key=line.key,
        )

"""An invoice and its causes in the reader's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invoices.building import Group, Kind, Unit, VatCategory
from invoices.comparing import Cause, Change, Difference
from invoices.document import group_name, quantity_text, rate_text
from invoices.models import Invoice, InvoiceLine
from invoices.selectors import MonthSums
from portal.charts.columns import MonthColumn, Part, month_bars
from portal.charts.shares import Cause as ChartCause
from portal.charts.shares import cause_bars
from portal.lib import formats
from portal.lib.money import MICROS_PER_CENT, divide_half_up
from portal.lib.periods import Month


def causes(found: Difference, *, previous: Month, language: str) -> SafeString:
    """The causes as a picture, the largest first, with their sum."""
    name = formats.month_name(previous, language)
    shown = [
        ChartCause(_title(one), _note(one, name, language), one.cents, _signed(one.cents, language))
        for one in found.causes
    ]
    total = _("Difference with %(month)s") % {"month": name}
    return cause_bars(shown, total_label=total, total_shown=_signed(found.cents, language))


def _signed(cents: int, language: str) -> str:
    return formats.euro(cents * MICROS_PER_CENT, language, signed=True)


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
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group of lines with its sum."""

    name: str
    micros: int
    lines: list[ShownLine]


type Links = Mapping[str, tuple[str, str]]


def groups(lines: Sequence[InvoiceLine], found: Difference | None, language: str, links: Links) -> list[ShownGroup]:
    """The lines as they stand on the document, with the difference on the first line of each thing.

    `links` holds address and words by the first word of a line's key.
    """
    seen: set[str] = set()
    made = []
    for group, members in groupby(lines, key=lambda line: line.group):
        some = list(members)
        total = sum(line.amount_cents for line in some) * MICROS_PER_CENT
        made.append(ShownGroup(group_name(Group(group)), total, list(_lines(some, found, seen, language, links))))
    return made


def _lines(
    lines: Sequence[InvoiceLine], found: Difference | None, seen: set[str], language: str, links: Links
) -> Iterator[ShownLine]:
    for line in lines:
        cents = found.by_key.get(line.key, 0) if found and line.key not in seen else 0
        seen.add(line.key)
        url, link = links.get(line.key.partition(":")[0], ("", ""))
        yield ShownLine(
            description=line.description,
            days=formats.day_range(line.since, line.until, language) if line.since and line.until else "",
            quantity=quantity_text(line.quantity, Unit(line.unit), language),
            price_micros=line.unit_price_micros,
            micros=line.amount_cents * MICROS_PER_CENT,
            difference=cents * MICROS_PER_CENT if cents else None,
            url=url,
            link=link,
        )


def vat(invoice: Invoice, language: str) -> list[tuple[str, int]]:
    """Rate in words and amount in micros of each rate."""
    return [
        (
            _("VAT reverse charged")
            if one["category"] == VatCategory.REVERSE_CHARGE
            else _("VAT %(rate)s") % {"rate": rate_text(one["rate"], language)},
            one["vat_cents"] * MICROS_PER_CENT,
        )
        for one in invoice.vat
    ]


def year(sums: Sequence[MonthSums], language: str) -> SafeString:
    """The months up to this one as columns of fixed costs, usage and one-off."""
    kinds = [Part(_("fixed costs"), "fixed"), Part(_("usage"), "usage"), Part(_("one-off"), "once")]
    columns = [
        MonthColumn(
            label=formats.month(one.month, language),
            axis=formats.month_name(one.month, language)[:3],
            values=(max(one.recurring, 0), max(one.usage, 0), max(one.one_off, 0)),
            shown=_euro(one.total, language),
            url=reverse("invoices:invoice", args=[one.invoice_id]) if one.invoice_id and one is not sums[-1] else "",
            current=one is sums[-1],
        )
        for one in sums
    ]
    return month_bars(
        columns,
        kinds,
        title=_("Costs a month, excl. VAT"),
        tick=lambda cents: f"€{formats.NBSP}{formats.number(divide_half_up(cents, 100), language)}",
        heads=(_("Month"), _("Amount excl. VAT")),
        sentence=_sentence(sums, language),
    )


def _sentence(sums: Sequence[MonthSums], language: str) -> str:
    months = [one for one in sums if one.invoice_id]
    if len(months) < 2:
        return _("The picture grows with every invoice.")
    average = divide_half_up(sum(one.total for one in months), len(months))
    sentence = _("%(amount)s a month on average.") % {"amount": _euro(average, language)}
    usage = divide_half_up(sum(one.usage for one in months), len(months))
    if not usage:
        return sentence
    last = months[-1]
    names = {"month": formats.month_name(last.month, language)}
    percent = divide_half_up((last.usage - usage) * 100, usage)
    if percent == 0:
        same = _("Usage in %(month)s was average.") % names
        return f"{sentence} {same}"
    names["percent"] = formats.percent(abs(percent), language)
    more = _("Usage in %(month)s: %(percent)s above the average.") % names
    less = _("Usage in %(month)s: %(percent)s below the average.") % names
    return f"{sentence} {more if percent > 0 else less}"


def _euro(cents: int, language: str) -> str:
    return formats.euro(cents * MICROS_PER_CENT, language)

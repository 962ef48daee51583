"""From charges to the lines, VAT and totals of an invoice, and why it differs from the month before. Pure.

Charges are exact, in micro-euros. They are added per line first and each line is rounded once, half up, to cents;
VAT is taken per rate over the sum of the rounded lines (EN 16931, BR-CO-17), never per line.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from portal.lib.money import divide_half_up, round_half_up_to_cents
from portal.lib.periods import Month


class Group(StrEnum):
    """The part of the invoice a line stands in, in the order of the document."""

    EXCHANGE = "exchange"
    MOBILE = "mobile"
    ONE_OFF = "one_off"


class Kind(StrEnum):
    """What a line is in the picture of twelve months."""

    RECURRING = "recurring"
    USAGE = "usage"
    ONE_OFF = "one_off"


class Unit(StrEnum):
    """What the quantity of a line counts."""

    PIECE = "piece"
    CALL = "call"
    NUMBER = "number"


class VatCategory(StrEnum):
    """UNCL 5305 codes that a Dutch provider's invoices need."""

    STANDARD = "S"
    REVERSE_CHARGE = "AE"
    OUTSIDE_SCOPE = "O"


@dataclass(frozen=True, slots=True, order=True)
class Vat:
    """A category and its rate in hundredths of a per cent: 2100 is 21 %."""

    category: VatCategory = VatCategory.STANDARD
    rate: int = 2100


@dataclass(frozen=True, slots=True)
class Charge:
    """Something to pay: net amount in micro-euros.

    `key` names the same thing in every month ("product:user", "calls:exchange"); `since` and `until` are the half-open
    days of supply when they differ from the invoice's month.
    """

    key: str
    group: Group
    kind: Kind
    description: str
    amount_micros: int
    quantity: int = 1
    unit: Unit = Unit.PIECE
    unit_price_micros: int | None = None
    vat: Vat = Vat()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A charge on the invoice: the same, with its amount in cents and its place, counted from 1."""

    position: int
    charge: Charge
    amount_cents: int


@dataclass(frozen=True, slots=True)
class VatTotal:
    """VAT of one rate over the sum of its lines, all in cents."""

    vat: Vat
    base_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice without number, dates and parties; all totals in cents."""

    lines: tuple[Line, ...]
    vat: tuple[VatTotal, ...]
    net_cents: int
    vat_cents: int

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return self.net_cents + self.vat_cents


def draft(charges: Iterable[Charge]) -> InvoiceDraft:
    """Build the invoice. Equal things become one line; a line of nothing (no quantity and no amount) is left out."""
    merged = [one for one in merge(charges) if one.amount_micros or one.quantity]
    order = {group: at for at, group in enumerate(Group)}
    merged.sort(key=lambda one: order[one.group])
    lines = tuple(Line(at, one, round_half_up_to_cents(one.amount_micros)) for at, one in enumerate(merged, 1))
    vat = vat_totals(lines)
    return InvoiceDraft(lines, vat, sum(one.amount_cents for one in lines), sum(one.vat_cents for one in vat))


def merge(charges: Iterable[Charge]) -> list[Charge]:
    """Add charges that would read the same, in the order they first came, before anything is rounded."""
    merged: dict[tuple[object, ...], Charge] = {}
    for one in charges:
        same = (
            one.key,
            one.group,
            one.kind,
            one.description,
            one.unit,
            one.unit_price_micros,
            one.vat,
            one.since,
            one.until,
        )
        seen = merged.get(same)
        merged[same] = one if seen is None else _added(seen, one)
    return list(merged.values())


def _added(one: Charge, other: Charge) -> Charge:
    return replace(one, amount_micros=one.amount_micros + other.amount_micros, quantity=one.quantity + other.quantity)


def vat_totals(lines: Iterable[Line]) -> tuple[VatTotal, ...]:
    """VAT per category and rate, standard rate first, rounded half up once for each."""
    totals: dict[Vat, int] = {}
    for line in lines:
        totals[line.charge.vat] = totals.get(line.charge.vat, 0) + line.amount_cents
    ordered = sorted(totals.items(), key=lambda item: (-item[0].rate, item[0].category))
    return tuple(VatTotal(vat, base, divide_half_up(base * vat.rate, 10_000)) for vat, base in ordered)


def with_vat(charges: Iterable[Charge], vat: Vat) -> list[Charge]:
    """Put all charges under one treatment, for customers whose invoices are reverse charged or outside scope."""
    return [replace(one, vat=vat) for one in charges]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A subscription as billing sees it: price of a whole month, half-open days it runs, the day it is billed until."""

    key: str
    group: Group
    description: str
    price_micros: int
    quantity: int
    valid_from: date
    valid_to: date | None = None
    billed_until: date | None = None
    vat: Vat = Vat()


def recurring_charges(one: Recurring, month: Month) -> list[Charge]:
    """Charge a subscription up to the end of `month`: a whole month its price, part of a month its days.

    What was never billed of earlier months comes along as a line of its own per month, so that an order that came in
    late is neither lost nor billed twice.
    """
    start = max(one.valid_from, one.billed_until or one.valid_from)
    end = min(one.valid_to or month.end_day, month.end_day)
    charges = []
    while start < end:
        until = min(Month.of_day(start).end_day, end)
        charges.append(_days_charged(one, start, until, month))
        start = until
    return charges


def _days_charged(one: Recurring, since: date, until: date, month: Month) -> Charge:
    days, days_in_month = (until - since).days, monthrange(since.year, since.month)[1]
    ordinary = days == days_in_month and since == month.first_day
    return Charge(
        key=one.key,
        group=one.group,
        kind=Kind.RECURRING,
        description=one.description,
        amount_micros=divide_half_up(one.price_micros * one.quantity * days, days_in_month),
        quantity=one.quantity,
        unit_price_micros=one.price_micros,
        vat=one.vat,
        since=None if ordinary else since,
        until=None if ordinary else until,
    )


_WEST = ("AT", "BE", "DE", "DK", "ES", "FI", "FR", "GR", "IE", "IT", "LU", "NL", "PT", "SE")
_SINCE_2004 = ("BG", "CY", "CZ", "EE", "HR", "HU", "LT", "LV", "MT", "PL", "RO", "SI", "SK")
EU = frozenset((*_WEST, *_SINCE_2004))


def treatment(country: str, vat_number: str, *, seller_country: str = "NL") -> Vat:
    """VAT treatment of a buyer: own country standard, an EU business with a VAT number reverse charged, else outside.

    A buyer elsewhere in the EU without a VAT number pays the seller's rate: without the number nothing can be shifted.
    """
    if country == seller_country or (country in EU and not vat_number):
        return Vat()
    return Vat(VatCategory.REVERSE_CHARGE, 0) if country in EU else Vat(VatCategory.OUTSIDE_SCOPE, 0)

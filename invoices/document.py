"""The invoice as a document: HTML for paper, printed to PDF. Everything on it comes in as an argument.

What must stand on a Dutch invoice: article 35a of the Wet op de omzetbelasting 1968.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import segno.helpers
import weasyprint
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from weasyprint.urls import URLFetcher, URLFetcherResponse

from invoices.building import Group, InvoiceDraft, Line, Unit, VatCategory, VatTotal
from invoices.fonts import WEIGHTS, weight
from portal.lib import formats
from portal.lib.money import MICROS_PER_CENT
from portal.lib.periods import Month

# Names that only the fetcher below knows; no such files are read.
_FONTS = {f"file:///inter-{value}.ttf": value for value in WEIGHTS}


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as the law wants them named; a field may be empty where it does not apply."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    kvk_number: str = ""
    vat_number: str = ""
    iban: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """All that is on the paper. `brand` and `accent` (`#` and six digits) dress it; the seller is who is owed."""

    number: str
    issued_on: date
    due_on: date
    month: Month
    customer_reference: str
    seller: Party
    buyer: Party
    draft: InvoiceDraft
    brand: str
    accent: str
    language: str = "nl"


def render_pdf(document: Document) -> bytes:
    """The PDF. Nothing is fetched: all it may read are its fonts."""
    page = weasyprint.HTML(string=render_html(document), url_fetcher=_OnlyTheFonts())
    made = page.write_pdf(pdf_identifier=document.number.encode(), full_fonts=False)
    return bytes(made)


def render_html(document: Document) -> str:
    """The HTML that is printed, in the document's language."""
    with translation.override(document.language):
        return render_to_string("invoices/document.html", _context(document))


class _OnlyTheFonts(URLFetcher):  # type: ignore[misc]
    def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - the signature is WeasyPrint's
        if url not in _FONTS:
            msg = f"an invoice reads nothing from outside, not {url}"
            raise ValueError(msg)
        return URLFetcherResponse(url, weight(_FONTS[url]))


def _context(document: Document) -> dict[str, object]:
    language, draft = document.language, document.draft
    last = document.month.end_day - timedelta(days=1)
    return {
        "document": document,
        "fonts": [(SafeString(url), value) for url, value in _FONTS.items()],
        "groups": list(_groups(document)),
        "vat": [_vat(one, language) for one in draft.vat],
        "net": _euro(draft.net_cents, language),
        "total": _euro(draft.total_cents, language),
        "issued_on": formats.full_date(document.issued_on, language),
        "due_on": formats.full_date(document.due_on, language),
        "month": formats.month(document.month, language),
        "period": f"{formats.full_date(document.month.first_day, language)} – {formats.full_date(last, language)}",
        "reversed": any(one.vat.category is VatCategory.REVERSE_CHARGE for one in draft.vat),
        "outside": any(one.vat.category is VatCategory.OUTSIDE_SCOPE for one in draft.vat),
        "qr": _payment_code(document),
        "foreign": document.buyer.country != document.seller.country,
    }


def group_name(group: Group) -> str:
    """The heading of a group of lines, in the active language."""
    return {
        Group.EXCHANGE: gettext("Phone exchange"),
        Group.MOBILE: gettext("Mobile"),
        Group.ONE_OFF: gettext("One-off"),
    }[group]


def quantity_text(quantity: int, unit: Unit, language: str) -> str:
    """`14`, `1.850 gesprekken`, `3 nummers`, in the active language."""
    shown = formats.number(quantity, language)
    if unit is Unit.CALL:
        return ngettext("%(count)s call", "%(count)s calls", quantity) % {"count": shown}
    if unit is Unit.NUMBER:
        return ngettext("%(count)s number", "%(count)s numbers", quantity) % {"count": shown}
    return shown


def rate_text(rate: int, language: str) -> str:
    """`21 %` of 2100."""
    return formats.percent(Decimal(rate).scaleb(-2), language, decimals=0 if rate % 100 == 0 else 1)


def _groups(document: Document) -> Iterator[dict[str, object]]:
    for group, lines in groupby(document.draft.lines, key=lambda line: line.charge.group):
        members = list(lines)
        yield {
            "name": group_name(group),
            "total": _euro(sum(line.amount_cents for line in members), document.language),
            "lines": [_line(line, document.language) for line in members],
        }


def _line(line: Line, language: str) -> dict[str, object]:
    charge = line.charge
    days = ""
    if charge.since and charge.until:
        days = formats.day_range(charge.since, charge.until, language)
    price = "" if charge.unit_price_micros is None else formats.euro(charge.unit_price_micros, language)
    return {
        "description": charge.description,
        "days": days,
        "quantity": quantity_text(charge.quantity, charge.unit, language),
        "price": price,
        "rate": rate_text(charge.vat.rate, language),
        "amount": _euro(line.amount_cents, language),
    }


def _vat(one: VatTotal, language: str) -> dict[str, object]:
    return {
        "rate": rate_text(one.vat.rate, language),
        "base": _euro(one.base_cents, language),
        "amount": _euro(one.vat_cents, language),
        "standard": one.vat.category is VatCategory.STANDARD,
    }


def _euro(cents: int, language: str) -> str:
    return formats.euro(cents * MICROS_PER_CENT, language)


def _payment_code(document: Document) -> SafeString | None:
    """The EPC payment code (EPC069-12) as inline SVG; none where there is nothing to transfer."""
    total = document.draft.total_cents
    if total <= 0 or not document.seller.iban:
        return None
    code = segno.helpers.make_epc_qr(
        name=document.seller.name[:70],
        iban=document.seller.iban,
        amount=Decimal(total).scaleb(-2),
        text=document.number,
        encoding="utf-8",
    )
    return mark_safe(code.svg_inline(scale=2, border=0, svgclass="qr"))  # noqa: S308 - made by segno of checked parts

"""The paper invoice: what the law wants on it, in the language it is written in, and nothing fetched from outside."""

import io
from datetime import date
from pathlib import Path

import pypdf
import pytest

from invoices import document as documents
from invoices.building import Charge, Group, Kind, Unit, Vat, VatCategory, draft, treatment, with_vat
from invoices.document import Document, Party, render_html, render_pdf
from portal.lib.periods import Month

GOLDEN = Path(__file__).parent / "golden" / "invoice.txt"
SELLER = Party(
    "Centrale Telecom B.V.",
    "Voorbeeldstraat 1",
    "1234 AB",
    "Utrecht",
    "NL",
    kvk_number="12345678",
    vat_number="NL001234567B89",
    iban="NL91ABNA0417164300",
)
BUYER = Party("Acme Installatie B.V.", "Kade 12", "3011 AA", "Rotterdam", "NL", vat_number="NL009876543B21")
CHARGES = [
    Charge("product:user", Group.EXCHANGE, Kind.RECURRING, "Gebruikers", 139_300_000, 14, unit_price_micros=9_950_000),
    Charge("calls:exchange", Group.EXCHANGE, Kind.USAGE, "Gesprekskosten", 277_084_999, 1850, Unit.CALL),
    Charge("mobile:outside", Group.MOBILE, Kind.USAGE, "Buiten bundel", 46_300_000, 3, Unit.NUMBER),
    Charge(
        "product:mobile",
        Group.MOBILE,
        Kind.RECURRING,
        "Mobiel zakelijk",
        9_033_333,
        1,
        unit_price_micros=17_500_000,
        since=date(2026, 10, 16),
        until=date(2026, 11, 1),
    ),
    Charge(
        "once:1", Group.ONE_OFF, Kind.ONE_OFF, "Yealink T46U <b>& co</b>", 149_000_000, 1, unit_price_micros=149_000_000
    ),
]


def paper(**fields: object) -> Document:
    base: dict[str, object] = {
        "number": "2026-000017",
        "issued_on": date(2026, 11, 2),
        "due_on": date(2026, 12, 2),
        "month": Month(2026, 10),
        "customer_reference": "acme",
        "seller": SELLER,
        "buyer": BUYER,
        "draft": draft(CHARGES),
        "brand": "Centrale",
        "accent": "#2346A8",
    }
    return Document(**(base | fields))  # type: ignore[arg-type]


def text_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_text_of_the_pdf_is_the_golden_one() -> None:
    made = text_of(render_pdf(paper())).replace("\u00a0", " ").strip()
    assert made == GOLDEN.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    "duty",
    [
        "2026-000017",
        "2 november 2026",
        "Centrale Telecom B.V.",
        "Voorbeeldstraat 1, 1234 AB Utrecht",
        "12345678",
        "NL001234567B89",
        "Acme Installatie B.V.",
        "Kade 12",
        "1 oktober 2026 – 31 oktober 2026",
        "16 t/m 31 oktober",
        "€\u00a09,95",
        "21\u00a0%",
        "€\u00a0620,71",
        "€\u00a0130,35",
        "€\u00a0751,06",
    ],
)
def test_what_the_law_wants_stands_on_the_invoice(duty: str) -> None:
    assert duty in render_html(paper())


def test_a_reverse_charged_invoice_says_so_with_both_vat_numbers() -> None:
    vat = treatment("BE", "BE0123456789")
    assert vat == Vat(VatCategory.REVERSE_CHARGE, 0)
    buyer = Party("Birch NV", "Laan 1", "2000", "Antwerpen", "BE", vat_number="BE0123456789")
    made = render_html(paper(buyer=buyer, draft=draft(with_vat(CHARGES, vat))))
    assert "Btw verlegd naar BE0123456789." in made
    assert "NL001234567B89" in made


@pytest.mark.parametrize(
    ("country", "number", "category"),
    [("NL", "", "S"), ("DE", "", "S"), ("DE", "DE1", "AE"), ("CH", "", "O"), ("AW", "X", "O"), ("NL", "NL1", "S")],
)
def test_where_the_buyer_is_decides_about_vat(country: str, number: str, category: str) -> None:
    assert treatment(country, number).category == category


def test_a_description_cannot_bring_markup_along() -> None:
    assert "&lt;b&gt;&amp; co&lt;/b&gt;" in render_html(paper())


def test_an_invoice_of_nothing_asks_for_no_transfer() -> None:
    made = render_html(paper(draft=draft([Charge("c", Group.EXCHANGE, Kind.USAGE, "Gesprekken", 0, 3, Unit.CALL)])))
    assert "<svg" not in made


def test_the_same_invoice_reads_in_english_where_the_customer_does() -> None:
    made = render_html(paper(language="en"))
    assert "Period of supply" in made
    assert "€9.95" in made


def test_the_printer_reads_no_address_but_its_fonts() -> None:
    fetcher = documents._OnlyTheFonts()
    with pytest.raises(ValueError, match="nothing from outside"):
        fetcher.fetch("file:///etc/passwd")

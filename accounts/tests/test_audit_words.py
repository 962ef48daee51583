"""Every verb that any service writes has a sentence of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from accounts import audit_words
from accounts.models import AuditEntry

VERB = re.compile(
    r'verb=f?"([a-z_.{}]+)"(?: if \w+ else "([a-z_]+\.[a-z_]+)")?|"([a-z_]+\.[a-z_]+)" if \w+ else "([a-z_]+\.[a-z_]+)"'
)


def written() -> Iterator[str]:
    for app in ("accounts", "telephony", "pbx", "cdr", "mobile", "invoices", "portal"):
        for path in sorted((Path(settings.ROOT) / app).rglob("*.py")):
            if "tests" in path.parts or ("audit.record" not in (text := path.read_text()) and "record(" not in text):
                continue
            for found in VERB.findall(text):
                yield from (verb for verb in found if verb and "{" not in verb)


@pytest.mark.parametrize("verb", sorted(set(written())))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_log_book_has_a_sentence_for_the_verb(verb: str, language: str) -> None:
    entry = AuditEntry(user_name="Ada", verb=verb, object_type="x.y", object_name="Support (102)")
    with translation.override(language):
        said = audit_words.sentence(entry)
    assert said.startswith("Ada ")
    assert not said.endswith(")") or said.endswith("Support (102)")


def test_numbers_read_as_people_write_them() -> None:
    entry = AuditEntry(
        user_name="Ada", verb="number.assign", object_type="telephony.phonenumber", object_name="+31887654000"
    )
    with translation.override("en"):
        assert audit_words.sentence(entry) == "Ada let the number 088 765 40 00 reach somebody"


MADE = "2026-11-26T09:30:00+00:00"


@pytest.mark.parametrize(
    ("object_type", "changes", "dutch", "english"),
    [
        (
            "cdr.bundle",
            {"valid_from": [None, "2026-10-01"]},
            "Geldig vanaf: 1 oktober 2026",
            "Valid from: 1 October 2026",
        ),
        (
            "cdr.bundle",
            {"valid_to": ["2026-11-01", "2026-12-01"]},
            "Laatste dag: 31 oktober 2026 → 30 november 2026",
            "Last day: 31 October 2026 → 30 November 2026",
        ),
        ("cdr.bundle", {"valid_to": ["", None], "call_types": [None, []]}, "", ""),
        ("cdr.bundle", {"call_types": [[], [2, 3]]}, "Nederland mobiel, Buitenland", "Netherlands mobile, Abroad"),
        ("cdr.bundle", {"included_minutes": [None, 3600]}, "3.600", "3,600"),
        (
            "cdr.savedfilter",
            {"query": ["", "month=2026-10&q=06&type=2&new=1"]},
            "maand: oktober 2026, nummer of naam: 06, gesprekstype: Nederland mobiel, new: 1",
            "month: October 2026, number or name: 06, call type: Netherlands mobile, new: 1",
        ),
        (
            "cdr.savedfilter",
            {"query": ["", "month=previous&type=3"]},
            "maand: de vorige, gesprekstype: Buitenland",
            "month: the previous one, call type: Abroad",
        ),
        (
            "cdr.savedfilter",
            {"query": ["", "number=ext%3A101&number=%2B31887654000"]},
            "eigen nummer: 101, eigen nummer: 088 765 40 00",
            "own number: 101, own number: 088 765 40 00",
        ),
        (
            "cdr.fraudthreshold",
            {"micros": [50_000_000, 1_250_000_000]},
            "€\u00a050,00 → €\u00a01.250,00",
            "€50.00 → €1,250.00",
        ),
        ("x.y", {"until": [None, "2026-02-30"]}, "Until: 2026-02-30", "Until: 2026-02-30"),
        ("x.y", {"periods": ["", "Kantoor: mo tu 8:30-17:30"]}, "ma di 8:30–17:30", "Mon Tue 8:30–17:30"),
        ("x.y", {"numbers": [[], ["+31887654000", "short:14020"]]}, "088 765 40 00, 14 020", "088 765 40 00, 14 020"),
    ],
)
def test_days_and_numbers_of_changes_read_as_people_say_them(
    object_type: str, changes: dict[str, list[object]], dutch: str, english: str
) -> None:
    entry = AuditEntry(verb="x.change", object_type=object_type, changes=changes)
    for language, words in (("nl", dutch), ("en", english)):
        with translation.override(language):
            said = audit_words.details(entry)
        assert words in said if words else said == ""


@pytest.mark.parametrize(
    ("verb", "object_type", "name", "note", "dutch", "english"),
    [
        ("billing_period.closed", "cdr.billingperiod", "2026-08", "", "augustus 2026", "August 2026"),
        ("tariff.version_added", "cdr.tariffversion", "Basis 2026-08-01", "20", "20 prijzen", "20 prices"),
        ("batch.upload", "cdr.batch", "cdr-2026-10-01.csv (3)", "", "cdr-2026-10-01.csv (3)", "cdr-2026-10-01.csv (3)"),
        (
            "number_range.add",
            "x.y",
            "+31887654000 – +31887654299",
            "",
            "088 765 40 00 – 088 765 42 99",
            "088 765 42 99",
        ),
        (
            "calls.rerate",
            "accounts.customer",
            "Acme",
            "2026-10: 1",
            "oktober 2026 · 1 gesprek",
            "October 2026 · 1 call",
        ),
        ("rejects.dismiss", "cdr.source", "a", "no_number: 3. Test", "3 rijen · Test", "3 rows · Test"),
        ("menu.set", "pbx.autoattendant", "Menu", "business", "Onder werktijd", "In working hours"),
        ("spend_guard.open", "x.y", "open", "Goed zo", "Goed zo", "Goed zo"),
    ],
)
def test_names_and_notes_read_as_people_say_them(
    verb: str, object_type: str, name: str, note: str, dutch: str, english: str
) -> None:
    entry = AuditEntry(user_name="Ada", verb=verb, object_type=object_type, object_name=name, note=note)
    for language, words in (("nl", dutch), ("en", english)):
        with translation.override(language):
            said = f"{audit_words.sentence(entry)} | {audit_words.details(entry)}"
        assert words in said
        assert "2026-08" not in said


def test_a_moment_of_a_change_stands_on_the_clock_of_amsterdam() -> None:
    entry = AuditEntry(verb="x.change", object_type="x.y", changes={"until": [None, MADE]})
    with translation.override("en"):
        assert audit_words.details(entry).endswith("10:30")


def test_kinds_of_objects_have_names_for_people() -> None:
    kinds = ["accounts.customer", "accounts.membership", "cdr.batch", "cdr.tariff", "telephony.line"]
    with translation.override("nl"):
        said = [audit_words.object_label(kind) for kind in kinds]
    assert said == ["Klant", "Rechten van een gebruiker", "Gesprekkenbestand", "Tarief", "Lijn"]

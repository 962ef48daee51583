"""The story of one call, and what a correction looks like beside it."""

import re
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.services.corrections import book, reversal, successor
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import Leg
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)


@pytest.fixture
def corrected(acme: Customer, tmp_path: Path) -> list[CallRecord]:
    """A call that was booked back and booked anew, a little dearer: first, reversal, successor."""
    a_tariff()
    load(write(tmp_path, [asterisk_row(dst="0612345678", billsec=60)]), a_source())
    with tenant(acme):
        first = CallRecord.objects.get()
    with crossing(Crossing.INGEST):
        book(
            [
                reversal(first, period=OCTOBER.first_day),
                successor(first, period=OCTOBER.first_day, seconds=120, micros=180_000),
            ]
        )
    with tenant(acme):
        return list(CallRecord.objects.order_by("revision"))


def plain(client: Client, url: str) -> str:
    """The text of a page, without tags."""
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


def story(client: Client, call: CallRecord) -> str:
    return plain(client, f"/calls/{calls.cursor_of(call)}/")


def test_a_booking_back_is_a_row_with_a_minus_and_a_word(corrected: list[CallRecord], as_alice: Client) -> None:
    text = plain(as_alice, "/calls/details/?month=2026-10")
    assert "Correctie" in text
    assert "− € 0,0900" in text
    assert "−1:00" in text
    assert text.count("teruggeboekt") == 1
    assert "1 gesprek" in text


def test_the_three_rows_of_a_correction_lead_to_each_other(corrected: list[CallRecord], as_alice: Client) -> None:
    first, back, after = corrected
    links = {call.pk: f"/calls/{calls.cursor_of(call)}/" for call in corrected}
    for call, words, others in (
        (first, "Dit gesprek is teruggeboekt", (back, after)),
        (back, "Dit boekt het gesprek van", (first, after)),
        (after, "Dit kwam in de plaats van", (first,)),
    ):
        assert words in story(as_alice, call)
        page = as_alice.get(links[call.pk]).content.decode()
        assert all(links[other.pk] in page for other in others)


def test_a_corrected_call_went_once(corrected: list[CallRecord], as_alice: Client) -> None:
    for call in corrected:
        assert "Hoe het gesprek liep" not in story(as_alice, call)


def test_what_was_booked_back_is_not_the_dearest_call(acme: Customer, corrected: list[CallRecord]) -> None:
    _first, _back, after = corrected
    selection = calls.Selection(OCTOBER.first_day, OCTOBER.end_day)
    with tenant(acme):
        found = calls.dearest_calls(selection, calls.by_day(selection), most=3)
    assert [call.pk for call in found] == [after.pk]


def test_a_correction_of_the_start_is_found_from_both_sides(acme: Customer, tmp_path: Path, as_alice: Client) -> None:
    a_tariff()
    load(write(tmp_path, [asterisk_row(dst="0612345678")]), a_source())
    with tenant(acme):
        first = CallRecord.objects.get()
    with crossing(Crossing.INGEST):
        moved = successor(first, period=OCTOBER.first_day, start=first.start.replace(hour=1))
        book([reversal(first, period=OCTOBER.first_day), moved])
    with tenant(acme):
        assert calls.chain_of(first).after == CallRecord.objects.get(leg=Leg.CALL, revision=2)
        assert calls.chain_of(moved).before == first


def test_a_forwarded_call_tells_who_forwarded_where_and_pays(forwarded: CallRecord, as_alice: Client) -> None:
    text = story(as_alice, forwarded)
    for words in (
        "Beller 020 123 4567",
        "Doorgeschakeld door 088 765 40 00",
        "Doorgeschakeld naar 06 12 34 56 78",
        "Wie betaalt 088 765 40 00",
        "Tarief Basis, geldig vanaf 1 januari 2020",
        "088 765 40 00 schakelt door naar 06 12 34 56 78, en betaalt",
    ):
        assert words in text, words

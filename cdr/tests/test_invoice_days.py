"""The days and months of an invoice: each part of it leads to its own calls, those that came late included."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.http import QueryDict
from django.test import Client

from accounts.access import system
from accounts.models import Customer, User
from cdr.api import CallViewSet
from cdr.filters import saved_query
from cdr.services import close_period
from cdr.tests.test_api import ask as in_api
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

INVOICE = "invoice=2026-10"


@pytest.fixture
def billed(acme: Customer, alice: User, tmp_path: Path, client: Client) -> Client:
    """Alice, with two calls of the thirtieth of September, of which one came late and is on October's invoice, and two of
    October.
    """
    a_tariff()
    source = a_source()
    load(write(tmp_path, [asterisk_row(start="2026-09-30 09:00:00", unique="1.1")], name="september.csv"), source)
    close_period(month=Month(2026, 9), actor=system())
    late = asterisk_row(start="2026-09-30 10:00:00", unique="2.2")
    rows = [asterisk_row(start=f"2026-10-{day} 09:00:00", unique=f"{day}.3") for day in (15, 16)]
    load(write(tmp_path, [late, *rows], name="october.csv"), source)
    client.force_login(alice)
    return client


def links(client: Client, url: str) -> list[str]:
    """The links of a page that name a part of the invoice."""
    page = unescape(client.get(url).content.decode())
    return sorted({link for link in re.findall(r'href="(/calls/details/[^"]*)"', page) if "on=" in link})


def clocks(client: Client, url: str) -> list[str]:
    groups = client.get(url).context["groups"]
    return [f"{group.day:%m-%d} {line.clock}" for group in groups for line in group.lines]


@pytest.mark.parametrize("view", ["day", "matrix"])
def test_each_day_of_an_invoice_leads_to_the_calls_of_that_day_on_it(billed: Client, view: str) -> None:
    found = {link[-10:]: clocks(billed, link) for link in links(billed, f"/calls/?{INVOICE}&view={view}")}
    assert found == {
        "2026-09-30": ["09-30 10:00"],
        "2026-10-15": ["10-15 09:00"],
        "2026-10-16": ["10-16 09:00"],
    }


def test_each_month_of_an_invoice_leads_to_the_calls_of_that_month_on_it(billed: Client) -> None:
    found = {link[-7:]: clocks(billed, link) for link in links(billed, f"/calls/?{INVOICE}&view=total")}
    assert found["2026-09"] == ["09-30 10:00"]
    assert found["2026-10"] == ["10-16 09:00", "10-15 09:00"]


def test_a_part_of_an_invoice_is_a_filter_that_is_taken_away_with_one_click(billed: Client) -> None:
    page = unescape(billed.get(f"/calls/details/?{INVOICE}&on=2026-09-30").content.decode())
    assert f'href="/calls/details/?{INVOICE}">Begonnen in: 30 september 2026' in page
    assert len(clocks(billed, f"/calls/details/?{INVOICE}")) == 3


def test_a_part_without_an_invoice_is_the_period(billed: Client) -> None:
    assert clocks(billed, "/calls/details/?on=2026-09") == ["09-30 10:00", "09-30 09:00"]
    assert clocks(billed, "/calls/details/?month=2026-10&on=2026-09-30") == ["09-30 10:00", "09-30 09:00"]


def test_a_part_that_cannot_be_read_is_told_and_no_file_is_made_of_the_rest(billed: Client) -> None:
    page = billed.get(f"/calls/details/?{INVOICE}&on=gisteren").content.decode()
    assert "Schrijf een maand als 2026-10, of een dag als 2026-10-31." in page
    assert billed.get(f"/calls/export.csv?{INVOICE}&on=gisteren").status_code == 422


def test_another_period_takes_the_place_of_the_part(billed: Client) -> None:
    picker = billed.get(f"/calls/?{INVOICE}&on=2026-09-30").context["picker"]
    urls = [picker.previous_url, picker.next_url, *(choice.url for choice in picker.choices)]
    assert not [url for url in urls if "on=" in url or "invoice" in url]
    assert "on" not in dict(picker.keep)


def test_a_part_is_saved_with_its_invoice(billed: Client) -> None:
    assert saved_query(QueryDict(f"month=2026-11&on=2026-09-30&{INVOICE}")) == f"{INVOICE}&on=2026-09-30"
    billed.post("/calls/filters/new/", {"name": "Late", "query": f"{INVOICE}&on=2026-09-30"})
    assert "Begonnen in: 30 september 2026" in billed.get("/calls/filters/").content.decode()


def test_the_api_knows_parts(billed: Client, alice: User) -> None:
    found = in_api(alice, CallViewSet, f"?{INVOICE}&on=2026-09-30")
    assert [call["start"][:10] for call in found.data["results"]] == ["2026-09-30"]
    refused = in_api(alice, CallViewSet, f"?{INVOICE}&on=2026-9")
    assert (refused.status_code, list(refused.data["errors"])) == (400, ["on"])

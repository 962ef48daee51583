"""The list of calls: what it says of calls that nobody answered, and of a period that cannot be read."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Customer
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write

PAGE = "/calls/details/?month=2026-10"
pytestmark = pytest.mark.django_db


@pytest.fixture
def unanswered(acme: Customer, tmp_path: Path) -> None:
    """One call to a mobile number that nobody took."""
    a_tariff()
    row = asterisk_row(dst="0612345678", start="2026-10-05 10:00:00", billsec=0, disposition="NO ANSWER")
    load(write(tmp_path, [row]), a_source())


def test_a_call_that_nobody_answered_has_no_duration_and_no_amount(unanswered: None, as_alice: Client) -> None:
    page = as_alice.get(PAGE).content.decode()
    assert "niet opgenomen" in page
    assert "0,0000" not in page
    assert "1 gesprek" in page


def test_the_story_of_a_call_that_nobody_answered_says_that_it_cost_nothing(unanswered: None, as_alice: Client) -> None:
    [group] = as_alice.get(PAGE).context["groups"]
    page = as_alice.get(group.lines[0].url).content.decode()
    assert "Geen kosten" in page
    assert "niet opgenomen" in page
    assert "0,0000" not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "2026-10-20", "to": "2026-10-01"}, "Periode: De laatste dag ligt voor de eerste."),
        ({"from": "2020-01-01", "to": "2026-10-01"}, "Periode: Dit zijn meer dan 400 dagen."),
        ({"from": "2026-10-01"}, "Periode: Schrijf een maand"),
        ({"month": "2026-13"}, "Periode: Schrijf een maand"),
        ({"month": "2026-10", "seconds_min": "lang"}, "Duur: Typ seconden"),
    ],
)
@pytest.mark.parametrize("path", ["/calls/", "/calls/details/"])
def test_what_of_the_question_cannot_be_read_is_told(
    as_alice: Client, query: dict[str, str], said: str, path: str
) -> None:
    page = as_alice.get(f"{path}?{urlencode(query)}").content.decode()
    assert said in page
    assert "Hieronder staat wat de rest vraagt" in page


def test_of_a_question_that_can_be_read_nothing_is_told(as_alice: Client) -> None:
    assert "Hieronder staat" not in as_alice.get("/calls/details/?from=2026-10-01&to=2026-10-01").content.decode()

"""Pages whose result takes very many records come without it, and it follows."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Customer, User
from cdr.models import Source
from cdr.selectors import calls
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write

pytestmark = pytest.mark.django_db

MONTH = "month=2026-10"
NUMBER = "number=%2B31887654000"
FROM_RECORDS = (
    f"/calls/?{MONTH}&seconds_min=5",
    f"/calls/?{MONTH}&{NUMBER}",
    "/calls/?from=2026-10-02&to=2026-10-12",
    f"/calls/details/?{MONTH}&q=020",
    f"/calls/details/?{MONTH}&direction=1",
)
FROM_TOTALS = (f"/calls/?{MONTH}", f"/calls/?{MONTH}&type=1", f"/calls/details/?{MONTH}")


@pytest.fixture
def few_at_once(acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls on ten days, of which a page reads those of one at once."""
    a_tariff()
    rows = [
        asterisk_row(dst="0201112233", start=f"2026-10-{day:02} 10:00:00", unique=f"{day}.1") for day in range(3, 13)
    ]
    load(write(tmp_path, rows), a_source())
    monkeypatch.setattr(calls, "AT_ONCE", 1)


@pytest.mark.parametrize("url", FROM_RECORDS)
def test_the_calls_that_it_is_found_among_are_those_that_the_customer_sees(
    few_at_once: None, alice: User, client: Client, tmp_path: Path, url: str
) -> None:
    hidden = asterisk_row(dst="112", start="2026-10-05 11:00:00", unique="112.1")
    load(write(tmp_path, [hidden], name="hidden.csv"), Source.objects.get())
    client.force_login(alice)
    assert "10 gesprekken worden opgeteld" in client.get(url).content.decode()


@pytest.mark.parametrize("url", FROM_RECORDS)
def test_a_page_that_would_read_too_many_calls_comes_without_them_and_says_where_they_are(
    few_at_once: None, alice: User, client: Client, url: str
) -> None:
    client.force_login(alice)
    page = client.get(url).content.decode()
    address = url.replace("&", "&amp;")
    assert f'hx-get="{address}" hx-trigger="load"' in page
    assert f'href="{address}&amp;counted=1"' in page
    assert "<table" not in page
    assert "vergeleken met" not in page  # nobody knows yet whether all can be compared


@pytest.mark.parametrize("url", FROM_RECORDS)
def test_what_follows_is_the_result_alone_and_all_of_it(
    few_at_once: None, alice: User, client: Client, url: str
) -> None:
    client.force_login(alice)
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<table" in part
    assert "counted" not in part


@pytest.mark.parametrize("url", FROM_RECORDS)
def test_without_script_the_page_with_its_result_is_one_click_away(
    few_at_once: None, alice: User, client: Client, url: str
) -> None:
    client.force_login(alice)
    page = client.get(f"{url}&counted=1").content.decode()
    assert "<html" in page
    assert "<table" in page
    assert "hx-trigger" not in page


@pytest.mark.parametrize("url", FROM_TOTALS)
def test_a_page_that_totals_answer_comes_whole_however_many_calls_there_are(
    few_at_once: None, alice: User, client: Client, url: str
) -> None:
    client.force_login(alice)
    page = client.get(url).content.decode()
    assert "hx-trigger" not in page
    assert "<table" in page

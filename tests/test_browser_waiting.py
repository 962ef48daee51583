"""A result that reads very many calls comes after its page, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Customer, User
from cdr.selectors import calls
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from tests.test_browser import browser as browser  # noqa: PLC0414 - the fixture of that module
from tests.test_browser_week import visit_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_result_that_takes_long_follows_its_page_by_itself(
    browser: Browser,
    live_server: LiveServer,
    alice: User,
    acme: Customer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_tariff()
    rows = [asterisk_row(start=f"2026-10-{day:02} 10:00:00", unique=f"{day}.1") for day in range(3, 13)]
    load(write(tmp_path, rows), a_source())
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    visit = visit_as(browser, live_server.url)
    for path in ("/calls/", "/calls/details/"):
        visit.open(f"{path}?month=2026-10&seconds_min=5")
        expect(visit.page.locator("table tfoot")).to_contain_text("Totaal")
        expect(visit.page.get_by_text("worden opgeteld")).to_have_count(0)
        assert "counted" not in visit.page.url
    assert visit.errors == []
    visit.context.close()

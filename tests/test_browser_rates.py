"""A list of rates, in a real browser: chosen, named by the bar that saves, looked at and stored."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from cdr.models import TariffVersion
from cdr.tests.worlds import a_tariff
from tests.test_browser import Visit
from tests.test_browser import browser as browser  # noqa: PLC0414 - the fixture of that module

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RATES = "prefix;destination;call_type;setup;minute;first;step\n31;Nederland vast;nl_fixed;0,0450;0,0150;1;1\n"


def test_an_operator_looks_at_a_list_of_rates_before_it_is_stored(
    browser: Browser, live_server: LiveServer, olga: User, tmp_path: Path
) -> None:
    tariff = a_tariff()
    (tmp_path / "rates.csv").write_text(RATES)
    visit = Visit(browser, live_server.url, language="nl", theme="light", width=1440)
    visit.log_in(olga.username)
    page = visit.page
    visit.open(f"/operate/tariffs/{tariff.pk}/version/")
    page.fill("[name=valid_from]", "2027-01-01")
    page.set_input_files("[name=rates]", tmp_path / "rates.csv")
    expect(page.locator("[data-savebar] [data-what]")).to_contain_text("wordt rates.csv")
    page.click("[data-savebar] button.primary")
    page.wait_for_url(re.compile(r"/operate/tariffs/imports/\d+/$"))
    visit.look()
    assert not TariffVersion.objects.filter(valid_from="2027-01-01").exists()
    page.get_by_role("button", name="opslaan").last.click()
    page.wait_for_url(re.compile(rf"/operate/tariffs/{tariff.pk}/"))
    assert TariffVersion.objects.get(valid_from="2027-01-01").rates.count() == 1
    visit.context.close()

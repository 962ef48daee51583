"""Many devices from one file in a real browser: shown, corrected, made, and their passwords taken home once."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Device
from telephony.tests.phones import Phone
from tests.test_browser import Visit
from tests.test_browser import browser as browser  # noqa: PLC0414 - the fixture of that module
from tests.test_browser_week import visit_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WRONG = "model;mac;line\nT46U;24:9A:D8:0A:46:B3;121\nT46Q;00:04:13:92:2D:24;122\nLinphone;;122\n"
RIGHT = "model;mac;line\nT46U;24:9A:D8:0A:46:B3;121\nSnom D785;00:04:13:92:2D:24;122/121\nGeneric SIP;;122\n"


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, acme: Customer, alice: User) -> Iterator[Visit]:
    """Alice, whose company has two lines."""
    with tenant(acme):
        for extension, name in (("121", "Sanne Bakker"), ("122", "Verkoop")):
            services.create_line(actor=system(acme), customer=acme, display_name=name, extension=extension)
    visit = visit_as(browser, live_server.url)
    yield visit
    visit.context.close()


def devices(acme: Customer) -> list[str]:
    with tenant(acme):
        return [device.model.title for device in Device.objects.order_by("pk")]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_list_is_judged_corrected_on_the_page_and_made_as_a_whole(
    visit: Visit, acme: Customer, tmp_path: Path, width: int
) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    visit.open("/devices/many/")
    (tmp_path / "list.csv").write_text(WRONG)
    page.set_input_files("input[type=file]", tmp_path / "list.csv")
    page.get_by_role("button", name="Lijst controleren").click()
    expect(page.locator("[data-fault]")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("2 van 3 rijen kloppen niet")
    expect(page.locator("button[name=make]")).to_have_count(0)
    visit.look()
    assert devices(acme) == []

    page.fill("textarea[name=rows]", RIGHT)
    page.get_by_role("button", name="Opnieuw controleren").click()
    expect(page.locator("[data-fault]")).to_have_count(0)
    visit.look()
    assert devices(acme) == []
    page.get_by_role("button", name="3 toestellen aanmaken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Toestellen aangemaakt")
    visit.look()
    assert devices(acme) == ["Yealink T46U", "Snom D785", "Generic SIP"]

    with page.expect_download() as download:
        page.get_by_role("button", name="Wachtwoorden downloaden").click()
    rows = list(csv.reader(download.value.path().open(encoding="utf-8-sig"), delimiter=";"))
    assert [row[-1] for row in rows[1:]] == [
        each.replace("–", "") for each in page.locator("[data-password]").all_inner_texts()
    ]
    assert Phone(rows[1][-2], rows[1][-1]).fetch("/provision/249ad80a46b3.cfg").status_code == 200
    page.get_by_role("button", name="Wachtwoorden downloaden").click()
    page.wait_for_url(re.compile("/devices/$"))
    expect(page.locator("body")).to_contain_text("is al gedownload")


def test_a_list_that_was_changed_after_it_was_shown_is_shown_again(visit: Visit, acme: Customer) -> None:
    page = visit.page
    visit.open("/devices/many/")
    page.fill("textarea[name=rows]", RIGHT)
    page.get_by_role("button", name="Lijst controleren").click()
    page.fill("textarea[name=rows]", RIGHT.replace("46:B3", "46:B4"))
    page.get_by_role("button", name="3 toestellen aanmaken").click()
    expect(page.locator("button[name=make]")).to_be_visible()
    assert devices(acme) == []
    page.locator("button[name=make]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Toestellen aangemaakt")
    with tenant(acme):
        assert Device.objects.filter(mac="249ad80a46b4").exists()

"""The main journeys, in a real browser, as people make them: in Dutch and English, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.tenancy import tenant
from conftest import PASSWORD
from telephony.models import Line
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe*.js")).read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop makes Django think that this thread must not wait for the database; it may.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """A browser window; every page it opens is free of script errors and of findings by axe."""

    def __init__(self, browser: Browser, url: str, *, language: str, theme: str, width: int) -> None:
        self.errors: list[str] = []
        self.context = browser.new_context(
            base_url=url,
            locale=language,
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": width, "height": 900},
            bypass_csp=False,
            accept_downloads=True,
            reduced_motion="reduce",  # contrast is not measured of a message that fades in
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def look(self) -> None:
        """Check the page at hand."""
        found = self.page.evaluate(f"(() => {{ {AXE}; return axe.run(); }})()")
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found["violations"]] == []
        wide = self.page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
        assert wide == 0
        assert self.errors == []

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.look()

    def log_in(self, name: str) -> None:
        self.page.goto("/")
        self.look()
        self.page.fill("input[name=login]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"/(calls|my-phone|partner|operate)/"))
        self.look()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("nl", "light", 1440), ("en", "dark", 1440), ("nl", "dark", 390)]
)
def test_an_owner_sees_what_it_cost_and_takes_it_home(
    browser: Browser, live_server: LiveServer, world: World, alice: User, language: str, theme: str, width: int
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    visit = Visit(browser, live_server.url, language=language, theme=theme, width=width)
    page = visit.page
    visit.log_in("alice")
    expect(page.locator("h1")).to_have_text("Gespreksdetails" if language == "nl" else "Call details")
    period = f"?month={world.month}"
    visit.open(f"/calls/{period}")
    visit.open(f"/calls/details/{period}&type=3")
    visit.open(f"/calls/details/{period}")
    with page.expect_download() as started:
        page.locator("details:has(a[href*='export.csv']) > summary").first.click()
        page.locator("a[href*='export.csv']").first.click()
    csv = Path(started.value.path()).read_bytes().decode("utf-8-sig")
    assert len(csv.splitlines()) > 50
    visit.open("/invoices/")
    with page.expect_download() as started:
        page.locator("a[href$='/pdf/']").first.click()
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF-")
    visit.open(f"/invoices/{world.invoice.pk}/")
    visit.context.close()


def test_the_filters_of_the_calls_work_by_keyboard_alone(
    browser: Browser, live_server: LiveServer, world: World, alice: User
) -> None:
    visit = Visit(browser, live_server.url, language="nl", theme="light", width=1440)
    visit.log_in(alice.username)
    page = visit.page
    page.goto("/calls/details/")
    menu = page.locator("#filters details.menu", has=page.locator("summary", has_text="Product"))
    summary = menu.locator("summary")
    summary.focus()
    summary.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(menu.locator("input:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    summary.press("Enter")
    for _ in range(3):  # the choices, the button, and out
        page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")
    assert not summary.evaluate("it => it === document.activeElement")
    visit.context.close()


def test_the_columns_of_a_chart_are_one_stop_and_the_arrow_keys_lead_along_them(
    browser: Browser, live_server: LiveServer, world: World, alice: User
) -> None:
    visit = Visit(browser, live_server.url, language="nl", theme="light", width=1440)
    visit.log_in(alice.username)
    page = visit.page
    page.goto(f"/calls/?month={world.month}")
    chart = page.locator(".chart.columns .plot")
    assert "pijltjestoetsen" in str(chart.get_attribute("aria-description"))
    bars = chart.locator("a")
    assert bars.count() > 10
    expect(chart.locator("a[tabindex='0']")).to_have_count(1)
    bars.last.focus()
    page.keyboard.press("Home")
    expect(bars.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(bars.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(chart.locator("a:focus")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(bars.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/calls/details/.*from="))
    visit.context.close()


@pytest.mark.parametrize(("language", "theme"), [("nl", "light"), ("en", "dark")])
def test_an_employee_forwards_the_phone_and_takes_it_back(
    browser: Browser, live_server: LiveServer, world: World, bob: User, language: str, theme: str
) -> None:
    User.objects.filter(pk=bob.pk).update(language=language)
    visit = Visit(browser, live_server.url, language=language, theme=theme, width=390)
    page = visit.page
    visit.log_in("bob")
    page.fill("input[name=forward_to]", "06 12 34 56 78")
    page.press("input[name=forward_to]", "Enter")
    page.wait_for_load_state("networkidle")
    visit.look()
    with tenant(world.customer):
        line = Line.objects.select_related("forward_to").get(pk=world.line.pk)
        assert line.forward_always
        assert line.forward_to is not None
        assert line.forward_to.external == "+31612345678"
    page.get_by_role("button", name="Terugzetten" if language == "nl" else "Put back").click()
    page.wait_for_load_state("networkidle")
    with tenant(world.customer):
        assert not Line.objects.get(pk=world.line.pk).forward_always
    for path in ("/my-phone/settings/", "/my-phone/pin/", "/my-phone/callers/new/", "/greetings/", "/greetings/new/"):
        visit.open(path)
    visit.context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_every_page_of_the_owner_is_clean(
    browser: Browser, live_server: LiveServer, world: World, alice: User, theme: str, width: int
) -> None:
    visit = Visit(browser, live_server.url, language="nl", theme=theme, width=width)
    visit.log_in("alice")
    for path in (
        "/exchange/",
        "/exchange/people/",
        "/exchange/groups/",
        f"/exchange/groups/{world.group.pk}/",
        f"/exchange/menus/{world.attendant.pk}/",
        "/exchange/night/",
        "/schedules/",
        f"/schedules/week/{world.schedule.pk}/",
        f"/schedules/holidays/{world.holidays.pk}/",
        "/schedules/week/new/",
        "/schedules/holidays/new/",
        f"/schedules/week/{world.schedule.pk}/remove/",
        "/greetings/",
        "/exchange/company/",
        "/phones/",
        "/phones/unlimited/",
        f"/phones/{world.line.pk}/",
        f"/phones/{world.line.pk}/pin/",
        f"/phones/{world.line.pk}/callers/new/",
        "/devices/",
        "/devices/new/",
        f"/devices/{world.device.pk}/",
        "/mobile/",
        f"/mobile/{world.subscription.pk}/",
        "/users/",
        "/users/invite/",
        f"/users/{world.membership.user_id}/",
        "/audit/",
        "/account/",
    ):
        visit.open(path)
    visit.context.close()


def test_parts_of_a_line_are_folded_on_a_phone_and_open_for_an_address_a_fault_or_a_wide_screen(
    browser: Browser, live_server: LiveServer, world: World, alice: User
) -> None:
    visit = Visit(browser, live_server.url, language="nl", theme="light", width=390)
    visit.log_in(alice.username)
    page, path = visit.page, f"/phones/{world.line.pk}/"
    visit.open(path)
    expect(page.locator("details.card[open]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollHeight") < 2_000
    part = page.locator("details.card", has=page.locator("#forwarding"))
    part.locator("summary").press("Enter")
    expect(part).to_have_attribute("open", "")
    visit.look()
    visit.open(f"{path}#voicemail")
    expect(page.locator("#voicemail")).to_be_visible()
    page.fill("[name=mail_to]", "no address")
    page.locator("details.card:has(#voicemail) > summary").click()
    page.locator("form.stack").evaluate("form => form.reportValidity()")
    expect(page.locator("[name=mail_to]")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    visit.open(path)
    expect(page.locator("details.card:not([open])")).to_have_count(0)
    visit.context.close()


OPERATIONS = ("", "customers/", "brands/", "partners/", "sources/", "tariffs/", "batches/", "audit/")


@pytest.mark.parametrize(
    ("who", "paths"),
    [("dave", ("/partner/", "/customers/")), ("olga", tuple(f"/operate/{place}" for place in OPERATIONS))],
)
def test_partners_and_operators_have_clean_pages(
    browser: Browser, live_server: LiveServer, world: World, dave: User, olga: User, who: str, paths: tuple[str, ...]
) -> None:
    visit = Visit(browser, live_server.url, language="nl", theme="light", width=1440)
    visit.log_in(who)
    for path in paths:
        visit.open(path)
    visit.context.close()

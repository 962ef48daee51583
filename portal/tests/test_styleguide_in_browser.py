"""The style guide in a real browser: what people see and touch, and what a machine finds wrong with it."""

import mimetypes
import shutil
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, sync_playwright

from portal.web.styleguide import styleguide

pytestmark = pytest.mark.browser

ADDRESS = "http://centrale.example/styleguide/"
POLICY = "default-src 'self'; img-src 'self' data:"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
VIEWS = [(1440, "light"), (1440, "dark"), (800, "light"), (390, "light"), (390, "dark")]


def _document() -> bytes:
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    with translation.override("nl"):
        return styleguide(request).content


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def document() -> bytes:
    return _document()


def opened(browser: Browser, document: bytes, width: int, theme: str) -> tuple[Page, list[str]]:
    """The page under the portal's strict content policy, and what its console complains about."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://centrale.example")
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/").partition("?")[0])
            assert isinstance(found, str), path
            kind = mimetypes.guess_type(found)[0] or "font/woff2"
            route.fulfill(body=Path(found).read_bytes(), content_type=kind)
        else:
            route.fulfill(
                body=document, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
            )

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light", locale="nl"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", answer)
    page.goto(ADDRESS, wait_until="load")
    return page, complaints


def findings(page: Page) -> list[str]:
    """What axe finds, one line a rule."""
    source = next(iter(sorted(Path(axe_playwright_python.__file__).parent.rglob("axe*.js"))))
    page.evaluate(source.read_text())
    found = page.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
    )
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_nothing_is_wrong_refused_or_too_wide(browser: Browser, document: bytes, width: int, theme: str) -> None:
    page, complaints = opened(browser, document, width, theme)
    assert findings(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.context.close()


def test_the_save_bar_names_what_changed_and_hides_until_then(browser: Browser, document: bytes) -> None:
    page, _complaints = opened(browser, document, 1440, "light")
    bar = page.locator("[data-savebar]")
    assert not bar.is_visible()
    page.locator("#id_hide_number").check()
    page.locator("[name=target]").fill("102")
    assert page.locator("[data-what]").text_content() == "Nummer verbergen wordt aan · Bij bezet naar wordt 102"
    assert page.locator("[data-count]").text_content() == "2 wijzigingen"
    page.locator("#id_hide_number").uncheck()
    page.locator("[name=target]").fill("101 · belgroep Verkoop")
    assert not bar.is_visible()
    page.context.close()


def test_a_proposal_fills_its_field(browser: Browser, document: bytes) -> None:
    page, _complaints = opened(browser, document, 1440, "light")
    page.get_by_role("button", name="103").click()
    assert page.locator("#id_extension").input_value() == "103"
    assert page.evaluate("document.activeElement.id") == "id_extension"
    page.context.close()


@pytest.mark.parametrize("opener", ["[data-dialog=delete]", "[popovertarget=sim-1]"])
def test_a_question_puts_the_focus_on_cancel_and_escape_closes_it(
    browser: Browser, document: bytes, opener: str
) -> None:
    page, _complaints = opened(browser, document, 1440, "light")
    page.locator(opener).first.click()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Annuleren"
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert page.locator("dialog[open], .confirm:popover-open").count() == 0
    page.context.close()


def test_on_a_phone_filters_are_a_sheet_behind_a_button(browser: Browser, document: bytes) -> None:
    page, _complaints = opened(browser, document, 390, "light")
    assert not page.locator("#filters").is_visible()
    page.locator(".filter-float").click()
    assert page.locator("#filters").is_visible()
    assert page.get_by_role("button", name="Toon 38 gesprekken").is_visible()
    assert findings(page) == []
    page.context.close()


def test_what_one_touches_on_a_phone_is_large_enough(browser: Browser, document: bytes) -> None:
    page, _complaints = opened(browser, document, 390, "light")
    small = page.evaluate(
        """[...document.querySelectorAll('.button, .tabbar a, .tabbar button, .field input:not([type=checkbox],[type=radio])')]
        .map(e => [e.textContent.trim().slice(0, 30) || e.name, e.getBoundingClientRect()])
        .filter(([, r]) => r.width && r.height < 44).map(([n]) => n)"""
    )
    assert small == []
    page.context.close()


def test_a_password_can_be_looked_at(browser: Browser, document: bytes) -> None:
    page, _complaints = opened(browser, document, 1440, "light")
    button = page.locator("[data-show=id_password]")
    button.click()
    assert page.locator("#id_password").get_attribute("type") == "text"
    assert button.text_content() == "Verberg"
    page.context.close()

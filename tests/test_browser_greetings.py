"""Greetings in a real browser: recorded with the keys alone, listened to, and read on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony.models import GreetingVersion
from telephony.tests.sounds import samples
from tests.test_browser import FLAGS
from tests.test_browser_week import visit_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def speaking() -> Iterator[Browser]:
    """Chromium with a microphone that beeps."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # As in the fixture `browser`: the event loop of this thread is Playwright's alone.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *MICROPHONE])
        yield chromium
        chromium.close()


def test_a_greeting_is_recorded_with_the_keys_and_kept_as_phones_play_it(
    speaking: Browser, live_server: LiveServer, alice: User, acme: Customer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    visit = visit_as(speaking, live_server.url)
    visit.open("/greetings/new/")
    page = visit.page
    page.fill("input[name=name]", "Gesloten")
    record = page.locator("[data-recorder] button")
    record.focus()
    page.keyboard.press("Enter")
    expect(record).to_contain_text("(0:02)")
    page.keyboard.press("Enter")
    expect(page.locator("[data-tell]")).to_contain_text("Opgenomen")
    expect(page.locator("[data-recorder] audio")).to_be_visible()
    visit.look()
    page.locator("main button.primary").click()
    page.wait_for_url(re.compile(r"/greetings/\d+/$"))
    with tenant(acme):
        version = GreetingVersion.objects.get()
    assert version.given_as == "opname.webm"
    assert 1_000 < version.milliseconds < 6_000
    assert samples((tmp_path / "media" / version.file).read_bytes())[0].framerate == 8000
    visit.open("/greetings/")
    played = "document.querySelector('main audio').play().then(() => 'plays')"
    assert page.evaluate(played) == "plays"
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/greetings/", f"/greetings/{version.greeting_id}/", "/greetings/new/"):
            visit.open(path)
    assert visit.errors == []
    visit.context.close()

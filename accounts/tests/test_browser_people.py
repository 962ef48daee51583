"""What only a real browser can show: passkeys, and the switches that presets fill."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.access import Role, roles_of
from accounts.models import User
from conftest import PASSWORD, Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop makes Django think that this thread must not wait for the database; it may.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A window on the running portal; a script error or something the security policy stops fails the test."""
    context = browser.new_context(base_url=live_server.url, locale="nl")
    context.set_default_timeout(15_000)
    opened, errors = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert errors == []


def log_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/calls/**")


def test_a_passkey_is_added_and_logs_in_without_a_password(
    page: Page, alice: User, mailbox: Mailbox, settings: Any
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test's server speaks plain HTTP
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, "alice")
    page.goto("/accounts/2fa/webauthn/add/")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.fill("input[name=name]", "Mijn laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    assert "Passkey toegevoegd" in str(mailbox.messages[0]["Subject"])
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/calls/**")
    expect(page.locator("h1")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Mijn laptop")


def test_a_preset_fills_the_switches_and_a_proposal_adds_what_is_missing(page: Page, alice: User, bob: User) -> None:
    log_in(page, "alice")
    page.goto(f"/users/{bob.pk}/")
    page.click("label:has([name=preset][value=owner])")
    expect(page.locator("[data-roles] .switch:checked")).to_have_count(9)
    page.click("label:has([name=preset][value=employee])")
    page.check("input[name=blocks_sim]")
    expect(page.locator("[name=preset][value=custom]")).to_be_checked()
    page.click(".savebar button.primary")
    expect(page.locator(".errors")).to_contain_text("SIM blokkeren")
    page.click("button.proposal")
    expect(page.locator("input[name=mobile_access]")).to_be_checked()
    page.click(".savebar button.primary")
    expect(page.locator(".toast")).to_contain_text("Opgeslagen voor Bob Test.")
    assert roles_of(bob.memberships.get()) == {Role.MOBILE_ACCESS, Role.BLOCKS_SIM}
    page.click("button:has-text('Blokkeren')")
    expect(page.locator(".toast")).to_contain_text("is geblokkeerd")
    page.click(".toast button:has-text('Terugzetten')")
    expect(page.locator(".toast")).to_contain_text("kan hier weer inloggen")
    assert not bob.memberships.get().is_blocked


def test_the_password_can_be_looked_at_while_typing(page: Page, alice: User) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=password]", "geheim")
    page.click("button[data-show]")
    expect(page.locator("input[name=password]")).to_have_attribute("type", "text")

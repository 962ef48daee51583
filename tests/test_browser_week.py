"""The week of a schedule in a real browser: dragged, moved by keys, undone, on a phone, and without script."""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from conftest import PASSWORD
from telephony import services
from telephony.calendars.write import write_week
from telephony.hours import PeriodRow
from telephony.models import Schedule
from tests.test_browser import Visit
from tests.test_browser import browser as browser  # noqa: PLC0414 - the fixture of that module

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFICE = PeriodRow(frozenset(range(5)), 510, 1050)


@pytest.fixture
def schedule(acme: Customer) -> Schedule:
    with tenant(acme):
        return services.create_schedule(actor=system(acme), customer=acme, name="Werktijden", periods=[OFFICE])


def visit_as(browser: Browser, url: str, *, width: int = 1440) -> Visit:
    visit = Visit(browser, url, language="nl", theme="light", width=width)
    log_in(visit.page)
    return visit


def log_in(page: Page) -> None:
    page.goto("/")
    page.fill("input[name=login]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/calls/"))


@pytest.fixture
def week(browser: Browser, live_server: LiveServer, alice: User, schedule: Schedule) -> Iterator[Visit]:
    visit = visit_as(browser, live_server.url)
    visit.open(f"/schedules/week/{schedule.pk}/")
    yield visit
    assert visit.errors == []
    visit.context.close()


def blocks(page: Page) -> list[str | None]:
    return [block.get_attribute("aria-label") for block in page.locator("g.block").all()]


def block(page: Page, label: str) -> Locator:
    return page.locator(f'g.block[aria-label="{label}"]')


def stored(customer: Customer, schedule: Schedule) -> dict[tuple[int, int], list[int]]:
    with tenant(customer):
        return {(row.start, row.end): sorted(row.weekdays()) for row in schedule.periods.all()}


def save(page: Page) -> None:
    page.locator(".savebar button.primary").click()
    page.wait_for_url(re.compile(r"/schedules/$"))


def drag(page: Page, where: tuple[float, float], to: tuple[float, float]) -> None:
    page.mouse.move(*where)
    page.mouse.down()
    page.mouse.move((where[0] + to[0]) / 2, (where[1] + to[1]) / 2)
    page.mouse.move(*to)
    page.mouse.up()


def middle(found: Locator) -> tuple[float, float]:
    box = found.locator("rect").first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_keys_move_resize_take_out_and_undo(week: Visit, acme: Customer, schedule: Schedule) -> None:
    page = week.page
    block(page, "woensdag 8:30–17:30").focus()
    page.keyboard.press("ArrowDown")
    expect(block(page, "woensdag 8:45–17:45")).to_be_focused()
    page.keyboard.press("Shift+ArrowUp")
    expect(block(page, "woensdag 8:45–17:30")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(block(page, "zaterdag 8:45–17:30")).to_be_focused()
    block(page, "vrijdag 8:30–17:30").focus()
    page.keyboard.press("Delete")
    assert "vrijdag 8:30–17:30" not in blocks(page)
    page.keyboard.press("Control+z")
    assert "vrijdag 8:30–17:30" in blocks(page)
    block(page, "zaterdag 8:45–17:30").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name$=-start]:focus")).to_have_value("8:45")
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.then(() => 0)))")
    week.look()
    save(page)
    assert stored(acme, schedule) == {(510, 1050): [0, 1, 3, 4], (525, 1050): [5]}


def test_a_day_gets_hours_by_the_keyboard_and_they_may_pass_midnight(
    week: Visit, acme: Customer, schedule: Schedule
) -> None:
    page = week.page
    page.get_by_role("button", name="Toevoegen op zondag").focus()
    page.keyboard.press("Enter")
    expect(block(page, "zondag 9:00–17:00")).to_be_focused()
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    assert "zondag 23:45–7:45 volgende dag" in blocks(page)
    expect(block(page, "zondag 23:45–7:45 volgende dag").locator("rect")).to_have_count(2)
    save(page)
    assert stored(acme, schedule)[1425, 465] == [6]


def test_a_block_is_dragged_to_another_day_and_made_longer_and_a_new_one_is_drawn(
    week: Visit, acme: Customer, schedule: Schedule
) -> None:
    page = week.page
    x, y = middle(block(page, "vrijdag 8:30–17:30"))
    column = middle(block(page, "vrijdag 8:30–17:30"))[0] - middle(block(page, "donderdag 8:30–17:30"))[0]
    drag(page, (x, y), (x + column, y + 20))
    assert "zaterdag 9:30–18:30" in blocks(page)
    drag(page, (x + column, y + 20 + 89), (x + column, y + 20 + 89 + 40))
    assert "zaterdag 9:30–20:30" in blocks(page)
    drag(page, (x, y - 20), (x, y + 20))
    drawn = [label for label in blocks(page) if label and label.startswith("vrijdag")]
    assert drawn == ["vrijdag 12:00–14:00"]
    page.get_by_role("button", name="Terugzetten").click()
    assert [label for label in blocks(page) if label and label.startswith("vrijdag")] == []
    save(page)
    assert stored(acme, schedule) == {(510, 1050): [0, 1, 2, 3], (570, 1230): [5]}


def test_what_is_typed_below_is_drawn_above(week: Visit) -> None:
    page = week.page
    page.fill("input[name=periods-0-start]", "22:00")
    page.fill("input[name=periods-0-end]", "6:00")
    assert "vrijdag 22:00–6:00 volgende dag" in blocks(page)
    page.check("input[name=periods-0-all_day]")
    assert "maandag 0:00–24:00" in blocks(page)
    page.get_by_role("button", name="Periode toevoegen").click()
    page.get_by_role("button", name="Periode toevoegen").click()
    expect(page.locator("[data-row]")).to_have_count(2)


def test_a_phone_shows_a_day_a_row_and_adds_hours_there(
    browser: Browser, live_server: LiveServer, alice: User, acme: Customer, schedule: Schedule
) -> None:
    visit = visit_as(browser, live_server.url, width=390)
    visit.open(f"/schedules/week/{schedule.pk}/")
    page = visit.page
    expect(page.locator("[data-days] dd").nth(1)).to_contain_text("8:30–17:30")
    page.get_by_role("button", name="Toevoegen op zaterdag").click()
    expect(page.locator("input[name$=-start]:focus")).to_have_value("9:00")
    page.keyboard.press("Control+a")
    page.keyboard.type("10:00")
    expect(page.locator("[data-days] dd").nth(5)).to_contain_text("10:00–17:00")
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.then(() => 0)))")
    visit.look()
    save(page)
    assert stored(acme, schedule)[600, 1020] == [5]
    visit.context.close()


def test_without_script_the_form_does_it_all(
    browser: Browser, live_server: LiveServer, alice: User, acme: Customer, schedule: Schedule
) -> None:
    context = browser.new_context(base_url=live_server.url, locale="nl", java_script_enabled=False)
    page = context.new_page()
    log_in(page)
    page.goto(f"/schedules/week/{schedule.pk}/")
    expect(page.locator("g.block")).to_have_count(5)
    for day in (5, 6):
        page.check(f"input[name=periods-1-days][value='{day}']")
    page.fill("input[name=periods-1-start]", "10:00")
    page.fill("input[name=periods-1-end]", "16:00")
    save(page)
    assert stored(acme, schedule) == {(510, 1050): [0, 1, 2, 3, 4], (600, 960): [5, 6]}
    context.close()


def test_a_calendar_is_read_into_a_schedule_looked_over_on_a_phone_saved_and_put_back(
    browser: Browser, live_server: LiveServer, alice: User, acme: Customer, schedule: Schedule
) -> None:
    visit = visit_as(browser, live_server.url, width=390)
    visit.open(f"/schedules/week/{schedule.pk}/")
    page = visit.page
    body = write_week("Winkel", [PeriodRow(frozenset({5}), 600, 960)], key="1", at=timezone.now())
    page.set_input_files("input[type=file]", {"name": "winkel.ics", "mimeType": "text/calendar", "buffer": body})
    page.get_by_role("button", name="Agenda lezen").click()
    changes = page.locator("section.card", has_text="Wat er verandert als je opslaat").get_by_role("listitem")
    expect(changes).to_have_text([re.compile("za 10:00 tot 16:00"), re.compile("ma t/m vr 8:30 tot 17:30")])
    visit.look()
    page.locator(".formfoot button.primary").click()
    page.wait_for_url(re.compile(r"/schedules/$"))
    assert stored(acme, schedule) == {(600, 960): [5]}
    page.locator("form[action*='/undo/'] button").click()
    page.wait_for_url(re.compile(r"/schedules/$"))
    expect(page.get_by_text("Werktijden is weer zoals het was")).to_be_visible()
    assert stored(acme, schedule) == {(510, 1050): [0, 1, 2, 3, 4]}
    assert visit.errors == []
    visit.context.close()

"""The pages about calls in a real browser, each question beside the same one to the API."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.access import Door, system
from accounts.models import Membership, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.export_tasks import make_export
from cdr.models import Export
from cdr.services.limits import check
from cdr.tests.test_limits import spend
from portal.lib import formats
from portal.lib.money import parse_amount
from portal.lib.periods import Month
from tests.test_browser import Visit
from tests.test_browser import browser as browser  # noqa: PLC0414 - the fixture of that module
from tests.test_browser_week import visit_as
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

type Ask = Callable[[str], Any]


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, world: World, alice: User) -> Iterator[Visit]:
    visit = visit_as(browser, live_server.url)
    yield visit
    assert visit.errors == []
    visit.context.close()


@pytest.fixture
def ask(alice: User) -> Ask:
    """The API's answer to alice."""
    _, key = create_token(actor=system(door=Door.COMMAND), user=alice, name="test")

    def asked(path: str) -> Any:
        answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.content
        return answer.json()

    return asked


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def menu(page: Page, name: str) -> Locator:
    """A filter's menu, opened."""
    found = page.locator("#filters details.menu", has=page.locator("summary", has_text=name))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def show(found: Locator, parameter: str) -> None:
    """Ask for what was set in a menu."""
    found.get_by_role("button", name="Toon").click()
    found.page.wait_for_url(re.compile(rf"[?&]{parameter}="))
    found.page.wait_for_load_state("networkidle")


def counted(page: Page) -> int:
    """Of `38 van 393 gesprekken` the first number."""
    found = re.search(r"([\d.]+)(?: van [\d.]+)? gesprek", page.locator("main").inner_text())
    assert found
    return int(found[1].replace(".", ""))


def test_each_filter_stands_in_the_address_finds_what_the_api_finds_and_goes_back(
    visit: Visit, world: World, ask: Ask
) -> None:
    page, start = visit.page, f"/calls/details/?month={world.month}"

    def tick(name: str, place: int) -> Callable[[], Locator]:
        def done() -> Locator:
            found = menu(page, name)
            found.locator("label.choice, label:has(input)").nth(place).click()
            return found

        return done

    def fill(name: str, *texts: str) -> Callable[[], Locator]:
        def done() -> Locator:
            found = menu(page, name)
            for place, text in enumerate(texts):
                found.locator("input").nth(place).fill(text)
            return found

        return done

    def choose(name: str, place: int) -> Callable[[], Locator]:
        def done() -> Locator:
            found = menu(page, name)
            found.locator("select").select_option(index=place)
            return found

        return done

    steps = {
        "product": tick("Product", 1),
        "direction": tick("Richting", 0),
        "type": tick("Gesprekstype", 1),
        "number": tick("Nummer", 0),
        "caller": fill("Beller", "088"),
        "callee": fill("Gebeld", "06"),
        "cost_min": fill("Bedrag", "0,05"),
        "cost_max": fill("Bedrag", "", "0,20"),
        "seconds_min": fill("Duur", "1:30"),
        "seconds_max": fill("Duur", "60", "60"),
        "invoice": choose("Factuur", 1),
    }
    for parameter, step in steps.items():
        page.goto(start)
        whole = counted(page)
        show(step(), parameter)
        assert parameter in query(page)
        found = counted(page)
        assert found == ask(f"call-totals/?{urlsplit(page.url).query}")["calls"] <= whole
        page.reload()
        assert counted(page) == found
        page.go_back()
        expect(page).to_have_url(re.compile(re.escape(start) + "$"))
        assert counted(page) == whole


def test_part_of_a_number_is_found_in_any_spelling_and_all_filters_are_cleared_at_once(
    visit: Visit, world: World, ask: Ask
) -> None:
    page = visit.page
    page.goto(f"/calls/details/?month={world.month}")
    for typed in ("06", "+31 6", "0031 6", "316"):
        box = page.locator("input[name=q]:visible")
        box.fill(typed)
        box.press("Enter")
        page.wait_for_url(re.compile(f"q={re.escape(quote_plus(typed))}$"))
        assert 0 < counted(page) == ask(f"call-totals/?{urlsplit(page.url).query}")["calls"]
    direction = menu(page, "Richting")
    direction.locator("label:has(input)").first.click()
    show(direction, "direction")
    assert {"q", "direction"} < set(query(page))
    page.get_by_role("link", name="Filters wissen").click()
    page.wait_for_load_state("networkidle")
    assert set(query(page)) == {"month"}
    visit.look()


def test_periods_go_by_name_and_own_days_are_written_as_people_say_them(visit: Visit, world: World, ask: Ask) -> None:
    page = visit.page
    page.goto("/calls/")
    page.locator("details:has(input[name=from]) > summary").click()
    page.get_by_role("link", name=re.compile("vorige$")).click()
    page.wait_for_url(re.compile(rf"month={world.month}"))
    assert ask("call-totals/?month=previous")["first_day"] == world.month.first_day.isoformat()
    page.locator("details:has(input[name=from]) > summary").click()
    page.fill("input[name=from]", f"{world.month}-03")
    page.fill("input[name=to]", f"{world.month}-09")
    page.get_by_role("button", name="Periode tonen").click()
    page.wait_for_url(re.compile("from="))
    expect(page.locator("main")).to_contain_text("3 t/m 9 ")
    whole = ask(f"call-totals/?from={world.month}-03&to={world.month}-09")
    shown = page.locator("tfoot td").last.inner_text()
    assert shown == formats.euro(int(Decimal(whole["amount"]) * 1_000_000), "nl")
    visit.look()


def test_from_a_total_to_its_calls_is_one_click(visit: Visit, world: World, ask: Ask) -> None:
    page = visit.page
    for view in ("day", "total", "type", "number", "matrix"):
        page.goto(f"/calls/?month={world.month}&view={view}")
        row = page.locator("table.stacks tbody tr").first
        shown = row.locator("td").all()[-3].inner_text()
        row.locator("th a").click()
        page.wait_for_url(re.compile("/calls/details/"))
        assert counted(page) == int(shown.replace(".", ""))
        assert counted(page) == ask(f"call-totals/?{urlsplit(page.url).query}")["calls"]


def test_a_bar_and_a_share_filter_the_calls(visit: Visit, world: World, ask: Ask) -> None:
    page, start = visit.page, f"/calls/?month={world.month}"
    page.goto(start)
    page.locator(".chart.columns .plot a").nth(3).click()
    page.wait_for_url(re.compile(r"/calls/details/\?from="))
    [day] = query(page)["from"]
    assert query(page)["to"] == [day]
    assert counted(page) == ask(f"call-totals/?from={day}&to={day}")["calls"]
    page.go_back()
    page.locator("section", has=page.locator("h2", has_text="Kosten per gesprekstype")).locator("a").first.click()
    page.wait_for_url(re.compile("type="))
    expect(page.locator("#filters")).to_contain_text("Gesprekstype:")
    dear = ask(f"call-totals/dearest/?{urlsplit(page.url).query}")
    assert dear
    page.locator(f"a[href='/calls/{dear[0]['id']}/']").last.click()
    expect(page.locator("main")).to_contain_text("Wat dit gesprek kostte")
    visit.look()


def test_a_filter_is_kept_under_a_name_opened_elsewhere_renamed_and_removed(
    visit: Visit, world: World, ask: Ask
) -> None:
    page = visit.page
    page.goto(f"/calls/details/?month={world.month}&direction=1&cost_min=0,10")
    page.locator("summary", has_text="Filter opslaan").click()
    page.fill("#keep-name", "Duur uitgaand")
    page.locator("form:has(#keep-name) button").click()
    page.wait_for_load_state("networkidle")
    assert "Duur uitgaand" in [kept["name"] for kept in ask("saved-filters/")["results"]]
    page.goto("/calls/")
    page.get_by_role("link", name="Duur uitgaand").click()
    page.wait_for_url(re.compile("direction=1"))
    assert query(page)["month"] == ["previous"]
    visit.open("/calls/filters/")
    row = page.locator("ul.list > li", has_text="Duur uitgaand")
    row.locator("summary").click()
    row.locator("input[name=name]").fill("Uitgaand")
    row.locator("input[name=name]").press("Enter")
    page.wait_for_load_state("networkidle")
    assert "Uitgaand" in [kept["name"] for kept in ask("saved-filters/")["results"]]
    page.locator("ul.list > li", has_text="Uitgaand").get_by_role("button", name="Verwijderen").click()
    page.wait_for_load_state("networkidle")
    assert "Uitgaand" not in [kept["name"] for kept in ask("saved-filters/")["results"]]


def test_with_a_filter_set_only_its_rows_are_taken_home_and_the_total_line_is_the_pages(
    visit: Visit, world: World, settings: LazySettings, tmp_path: Path, ask: Ask
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    page, wanted = visit.page, f"month={world.month}&direction=1&seconds_min=60"
    page.goto(f"/calls/details/?{wanted}")
    count, whole = counted(page), ask(f"call-totals/?{wanted}")
    with page.expect_download() as started:
        page.locator("details:has(a[href*='export.csv']) > summary").first.click()
        page.locator("a[href*='export.csv']").first.click()
    rows = _rows(Path(started.value.path()).read_bytes())
    assert len(rows) - 2 == count == whole["calls"]
    assert parse_amount(rows[-1][9]) == int(Decimal(whole["amount"]) * 1_000_000)
    page.goto(f"/calls/download/?{wanted}")
    visit.look()
    page.get_by_role("button", name="Link per e-mail sturen").click()
    page.wait_for_url(re.compile(r"/calls/downloads/\d+/"))
    with tenant(world.customer):
        export = Export.objects.order_by("-pk")[0]
    make_export.apply(args=(world.customer.pk, export.pk), throw=True)
    page.reload()
    with page.expect_download() as started:
        page.locator("a[href$='/file/']").click()
    assert _rows(Path(started.value.path()).read_bytes()) == rows
    visit.look()


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_limit_is_chosen_and_told_and_stopped_calls_are_let_out_with_a_reason(
    visit: Visit, world: World, alice: User, ask: Ask
) -> None:
    page, customer = visit.page, world.customer
    Membership.objects.filter(user=alice, customer=customer).update(mails_voip_usage=True)
    visit.open("/calls/limits/")
    page.locator("input[name=whose][value=own]").check()
    page.fill("input[name=amount]", "100")
    page.fill("input[name=stop]", "120")
    page.locator("input[name=mode][value=all]").check()
    page.locator(".savebar button.primary").click()
    page.wait_for_load_state("networkidle")
    found = ask("call-limits/")
    assert (found["limit"], found["hard_limit"], found["hard_limit_stops"]) == ("100.000000", "120.000000", "all")
    now = timezone.now()
    spend(customer, 85, month=Month.of(now))
    check(actor=system(customer), customer=customer, now=now)
    visit.open("/calls/limits/")
    expect(page.locator("main")).to_contain_text("80 % van de limiet voor bellen is verbruikt")
    assert [warning["percent"] for warning in ask("call-limits/")["warnings"]] == [80]
    spend(customer, 40, month=Month.of(now))
    check(actor=system(customer), customer=customer, now=now)
    visit.open("/calls/limits/")
    expect(page.locator("main")).to_contain_text("Alle betaalde gesprekken zijn gestopt")
    page.fill("input[name=reason]", "Beurs in Parijs")
    page.get_by_role("button", name="Betaalde gesprekken weer doorlaten").click()
    page.wait_for_load_state("networkidle")
    visit.look()
    found = ask("call-limits/")
    assert (found["spend_guard"], found["guard_events"][0]["reason"]) == ("open", "Beurs in Parijs")

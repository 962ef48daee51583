"""Pages of lines, the own phone and devices, through the browser's door."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts.access import system
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Device, Line, OutgoingBlocks
from telephony.provisioning.gate import Event
from telephony.selectors import Target
from telephony.services import NewDevice
from telephony.tests.phones import Phone


@pytest.fixture(autouse=True)
def _dutch(db: None) -> Iterator[None]:
    yield
    assert connection.centrale_doors == []  # type: ignore[attr-defined]


def text(response: object) -> str:
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).split())  # type: ignore[attr-defined]


def line_form(**changed: str) -> dict[str, str]:
    """The form as it is sent when nothing is set, but for what a test changes."""
    nothing = {f"{case}_does": "nothing" for case in ("busy", "no_answer", "unreachable")}
    return {"call_waiting": "on", "forward_to": "", "rings": "5", **nothing, **changed}


def test_the_list_shows_each_line_with_what_happens_now(
    browser: Client, sanne: Line, sales: Line, acme: Customer
) -> None:
    with tenant(acme):
        services.set_forward(actor=system(acme), line=sales, on=True, target=Target(external="+31612345601"))
    shown = text(browser.get("/phones/"))
    assert "Sanne Bakker 121 088 765 40 01 Er gaat niets over" in shown
    assert "Verkoop 101 – Naar 06 12 34 56 01" in shown
    assert "2 lijnen · 9 nummers vrij" in shown


@pytest.mark.parametrize(("typed", "found"), [("sanne", True), ("12", True), ("088 765 40 01", True), ("zzz", False)])
def test_a_line_is_found_by_part_of_a_name_extension_or_number(
    browser: Client, sanne: Line, typed: str, found: bool
) -> None:
    assert ("Sanne Bakker" in text(browser.get("/phones/", {"q": typed}))) is found


def test_the_page_of_a_line_opens_with_what_happens_now(browser: Client, sanne: Line, phone: NewDevice) -> None:
    shown = text(browser.get(f"/phones/{sanne.pk}/"))
    assert "Wat er nu gebeurt als iemand Sanne Bakker belt Het toestel gaat over." in shown


def test_a_forward_is_saved_shown_and_put_back(browser: Client, sanne: Line, sales: Line, phone: NewDevice) -> None:
    saved = browser.post(
        f"/phones/{sanne.pk}/", line_form(forward_always="on", forward_to="101 · Verkoop"), follow=True
    )
    shown = text(saved)
    assert "Bellers gaan meteen naar 101 · Verkoop." in shown
    assert "Sanne Bakker: opgeslagen. 1 toestel volgt nog." in shown
    undo = re.search(r'action="(/phones/\d+/undo/[^"]+)"', saved.content.decode())
    assert undo
    assert "Het toestel gaat over." in text(browser.post(undo[1], follow=True))


def test_a_number_that_is_none_is_refused_beside_its_field(browser: Client, sanne: Line) -> None:
    response = browser.post(f"/phones/{sanne.pk}/", line_form(forward_always="on", forward_to="abc"))
    assert response.status_code == 200
    assert "Dit is geen nummer en geen intern nummer van hier." in text(response)


def test_a_forward_to_112_is_refused_beside_its_field(browser: Client, sanne: Line) -> None:
    shown = text(browser.post(f"/phones/{sanne.pk}/", line_form(forward_always="on", forward_to="112")))
    assert "Doorschakelen naar 112 kan niet." in shown


def test_an_undo_of_another_line_or_of_long_ago_changes_nothing(browser: Client, sanne: Line, sales: Line) -> None:
    browser.post(f"/phones/{sanne.pk}/", line_form(hide_caller_id="on"))
    response = browser.post(f"/phones/{sales.pk}/undo/nonsense/", follow=True)
    assert "Terugzetten kan niet meer." in text(response)


def test_blocks_of_all_lines_are_saved(browser: Client, acme: Customer, sanne: Line) -> None:
    browser.post("/phones/blocks/", {"international": "on", "premium_0900": "on"})
    with tenant(acme):
        assert OutgoingBlocks.objects.get().blocked() == {"international", "premium_0900"}
        assert AuditEntry.objects.filter(verb="blocks.change").count() == 1


def test_the_same_page_speaks_english(browser: Client, alice: User, sanne: Line, phone: NewDevice) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    shown = text(browser.get(f"/phones/{sanne.pk}/"))
    assert "What happens now when somebody calls Sanne Bakker The phone rings." in shown
    assert "extension 121" in shown


def test_a_block_that_would_break_a_forward_is_refused_in_words(browser: Client, sanne: Line) -> None:
    browser.post(f"/phones/{sanne.pk}/", line_form(forward_always="on", forward_to="06 12 34 56 01"))
    shown = text(browser.post("/phones/blocks/", {"mobile": "on"}))
    assert "Deze sturen gesprekken naar nummers die dan geblokkeerd zijn: Sanne Bakker." in shown


# --- the employee's own phone ---


def test_an_employee_sees_the_own_line_only(employee: Client, sanne: Line, sales: Line) -> None:
    shown = text(employee.get("/my-phone/"))
    assert "088 765 40 01 · intern 121" in shown
    for path in ("/phones/", f"/phones/{sales.pk}/", f"/phones/{sanne.pk}/", "/devices/", "/devices/new/"):
        assert employee.get(path).status_code == 403


def test_somebody_without_a_line_is_told_whom_to_ask(browser: Client, acme: Customer) -> None:
    assert "Er is geen lijn aan je gekoppeld" in text(browser.get("/my-phone/"))
    assert browser.post("/my-phone/call_waiting/off/").status_code == 404


def test_a_switch_acts_at_once_and_can_be_put_back(employee: Client, sanne: Line, acme: Customer) -> None:
    shown = employee.post("/my-phone/call_waiting/off/", follow=True)
    assert "Wisselgesprek staat uit." in text(shown)
    undo = re.search(r'action="(/my-phone/undo/[^"]+)"', shown.content.decode())
    assert undo
    employee.post(undo[1])
    with tenant(acme):
        assert Line.objects.get(pk=sanne.pk).call_waiting
        doors = AuditEntry.objects.filter(verb="line.change").values_list("user__username", "door")
        assert list(doors) == [("bob", "page")] * 2


def test_an_employee_forwards_and_switches_it_off_again(employee: Client, sanne: Line) -> None:
    shown = text(employee.post("/my-phone/forward/", {"forward_to": "06 12 34 56 01"}, follow=True))
    assert "Wie je nu belt, gaat meteen naar 06 12 34 56 01." in shown
    shown = text(employee.post("/my-phone/forward_always/off/", follow=True))
    assert "Altijd doorschakelen staat uit." in shown
    assert "Naar 06 12 34 56 01" in shown


def test_the_undo_of_a_colleague_opens_nothing(employee: Client, browser: Client, sanne: Line, sales: Line) -> None:
    shown = browser.post(f"/phones/{sales.pk}/", line_form(hide_caller_id="on"), follow=True)
    undo = re.search(r"/undo/([^/\"]+)/", shown.content.decode())
    assert undo
    assert "Terugzetten kan niet meer." in text(employee.post(f"/my-phone/undo/{undo[1]}/", follow=True))


# --- devices ---


def test_a_device_is_made_and_its_password_shown_once_and_fits(browser: Client, sanne: Line, acme: Customer) -> None:
    made = browser.post(
        "/devices/new/", {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": "24-9A-D8-0A-46-B3"}
    )
    assert made["Cache-Control"] == "no-store"
    found = re.search(r"data-password>([A-Za-z0-9]{20})<", made.content.decode())
    assert found
    with tenant(acme):
        device = Device.objects.get()
    assert device.login in text(made)
    page = browser.get(f"/devices/{device.pk}/")
    assert found[1] not in page.content.decode()
    assert "Nog niet gezien" in text(page)
    fetched = Phone(device.login, found[1]).fetch("/provision/249ad80a46b3.cfg")
    assert fetched.status_code == 200


def test_a_mac_address_in_use_is_refused_without_telling_where(browser: Client, sanne: Line, birch: Customer) -> None:
    with tenant(birch):
        line = services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
        services.create_device(
            actor=system(birch), customer=birch, model_code="yealink-t46u", mac="249ad80a46b3", lines=[line]
        )
    fields = {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": "249ad80a46b3"}
    shown = text(browser.post("/devices/new/", fields))
    assert "Dit MAC-adres is al in gebruik." in shown
    assert "Birch" not in shown


@pytest.mark.parametrize("mac", ["24:9a:d8", "zz9ad80a46b3", "000000000000", "ffffffffffff", "010203040506"])
def test_what_is_no_address_of_one_phone_is_refused(browser: Client, sanne: Line, mac: str) -> None:
    response = browser.post("/devices/new/", {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": mac})
    assert response.status_code == 200
    assert "data-errors" in response.content.decode()


def test_the_page_of_a_device_tells_when_and_from_where_it_fetched(browser: Client, phone: NewDevice) -> None:
    etag = phone.device.answer.etag
    event = Event(phone.device.login, 1_795_000_000, "fetched", "192.0.2.7", etag, 2000, "Yealink SIP-T46U 108.86.0.20")
    services.store_events([event])
    shown = text(browser.get(f"/devices/{phone.device.pk}/"))
    assert "Bijgewerkt Het toestel heeft de nieuwste instellingen." in shown
    assert "108.86.0.20" in shown
    assert "vanaf 192.0.2.7" in shown


def test_a_change_makes_the_device_one_that_follows(browser: Client, phone: NewDevice, sanne: Line) -> None:
    event = Event(phone.device.login, 1_795_000_000, "fetched", "192.0.2.7", phone.device.answer.etag)
    services.store_events([event])
    browser.post(f"/phones/{sanne.pk}/", line_form(hide_caller_id="on"))
    assert "Volgt nog" in text(browser.get("/devices/"))


def test_a_new_password_is_shown_once(browser: Client, phone: NewDevice) -> None:
    made = browser.post(f"/devices/{phone.device.pk}/password/", {"password": "", "overlap": "0"})
    found = re.search(r"data-password>([A-Za-z0-9]{20})<", made.content.decode())
    assert found
    assert found[1] != phone.password
    assert "data-password" not in browser.get(f"/devices/{phone.device.pk}/password/").content.decode()


def test_a_removed_device_is_gone_and_its_address_free(browser: Client, phone: NewDevice, sanne: Line) -> None:
    assert "verwijderd" in text(browser.post(f"/devices/{phone.device.pk}/remove/", follow=True))
    fields = {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": "249ad80a46b3"}
    assert "data-password" in browser.post("/devices/new/", fields).content.decode()


# --- strangers, and what a page costs ---


def test_a_stranger_finds_no_line_and_no_device(carol: User, sanne: Line, phone: NewDevice) -> None:
    stranger = Client()
    stranger.force_login(carol)
    paths = [f"/phones/{sanne.pk}/", f"/devices/{phone.device.pk}/"]
    assert [stranger.get(path).status_code for path in paths] == [404, 404]
    acts = [f"/devices/{phone.device.pk}/password/", f"/devices/{phone.device.pk}/remove/", "/my-phone/forward/"]
    assert [stranger.post(path).status_code for path in acts] == [404, 404, 404]
    assert "Sanne" not in text(stranger.get("/phones/"))
    fields = {"line": str(sanne.pk), "model_code": "yealink-t46u", "mac": "249ad80a46b4"}
    assert "data-errors" in stranger.post("/devices/new/", fields).content.decode()


def test_nobody_is_sent_to_the_log_in(client: Client, sanne: Line) -> None:
    for path in ("/phones/", f"/phones/{sanne.pk}/", "/my-phone/", "/devices/", "/devices/new/"):
        assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/phones/", "/devices/"])
def test_a_list_costs_the_same_for_one_and_for_many(browser: Client, acme: Customer, sanne: Line, path: str) -> None:
    def cost() -> int:
        browser.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        with tenant(acme):
            line = services.create_line(
                actor=system(acme), customer=acme, display_name=f"Line {number}", extension=str(200 + number)
            )
            services.create_device(
                actor=system(acme),
                customer=acme,
                model_code="yealink-t46u",
                mac=f"249ad80a50{number:02d}",
                lines=[line],
            )

    add(1)
    once = cost()
    for number in range(2, 7):
        add(number)
    assert cost() == once

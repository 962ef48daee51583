"""The page of a line, for an administrator and for the employee whose line it is."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import services
from telephony.features import Features, features_of
from telephony.models import Line
from telephony.selectors import Target
from telephony.services import NewDevice
from telephony.tests.test_pages import line_form, text


def features(line: Line) -> Features:
    with tenant(line.customer_id):
        return features_of(Line.objects.get(pk=line.pk), timezone.now())


def undo_of(response: object) -> str:
    found = re.search(r'action="([^"]+/undo/[^"]+)"', response.content.decode())  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_each_case_is_set_and_said_in_words(browser: Client, sanne: Line, sales: Line, phone: NewDevice) -> None:
    sent = line_form(
        no_answer_does="forward", no_answer_to="101 · Verkoop", unreachable_does="voicemail", voicemail="on"
    )
    shown = text(browser.post(f"/phones/{sanne.pk}/", sent | {"mail_to": "sanne@acme.example"}, follow=True))
    assert "Het toestel gaat over. Na 5 keer overgaan (25 sec.) gaat het gesprek naar 101 · Verkoop." in shown
    assert "Zonder verbinding neemt de voicemail op." in shown


def test_the_page_says_until_when_nobody_is_to_be_disturbed(browser: Client, sanne: Line, phone: NewDevice) -> None:
    until = timezone.localtime() + timedelta(days=2)
    sent = line_form(do_not_disturb="on", do_not_disturb_until=f"{until:%Y-%m-%dT%H:%M}")
    shown = text(browser.post(f"/phones/{sanne.pk}/", sent, follow=True))
    assert "Bellers horen de bezettoon. Niet storen staat aan, tot" in shown
    assert f"{until:%H:%M}" in shown


def test_what_a_line_may_not_call_is_added_to_what_none_may(browser: Client, sanne: Line, acme: Customer) -> None:
    with tenant(acme):
        blocked = frozenset({Block.ADULT_0906})
        services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=blocked)
    browser.post(f"/phones/{sanne.pk}/", line_form(bar_mobile="on"))
    assert features(sanne).barred == {Block.MOBILE}
    assert "Voor alle lijnen al geblokkeerd: Erotiek (0906)" in text(browser.get(f"/phones/{sanne.pk}/"))


def test_a_refusal_stands_at_its_field(browser: Client, sanne: Line) -> None:
    shown = browser.post(f"/phones/{sanne.pk}/", line_form(busy_does="voicemail")).content.decode()
    assert "Voicemail staat uit. Zet haar aan, of kies iets anders." in shown
    assert 'href="#id_busy_does"' in shown


def test_the_address_of_messages_is_not_said_to_be_optional(browser: Client, sanne: Line) -> None:
    shown = text(browser.get(f"/phones/{sanne.pk}/"))
    assert "Kopie naar (mag leeg)" in shown
    assert "Berichten sturen naar Nodig om in te laten spreken." in shown


def test_an_undo_puts_back_only_what_was_changed(browser: Client, employee: Client, sanne: Line) -> None:
    shown = browser.post(f"/phones/{sanne.pk}/", line_form(hide_caller_id="on"), follow=True)
    employee.post("/my-phone/do_not_disturb/on/")
    browser.post(undo_of(shown))
    assert (features(sanne).hide_caller_id, features(sanne).do_not_disturb) == (False, True)


# --- the own line ---


@pytest.mark.parametrize(("end", "minutes"), [("30", 30), ("60", 60)])
@pytest.mark.parametrize(
    ("feature", "until"), [("do_not_disturb", "do_not_disturb_until"), ("forward_always", "forward_until")]
)
def test_a_thumb_sets_when_a_switch_ends(
    employee: Client, sanne: Line, acme: Customer, end: str, minutes: int, feature: str, until: str
) -> None:
    with tenant(acme):
        services.set_features(actor=system(acme), line=sanne, forward_to=Target(external="+31612345601"))
    shown = employee.post(f"/my-phone/{feature}/until/", {"end": end}, follow=True)
    at: datetime = getattr(features(sanne), until)
    assert timedelta(minutes=minutes - 1) < at - timezone.now() <= timedelta(minutes=minutes)
    assert f"{timezone.localtime(at):%H:%M}" in text(shown)
    employee.post(undo_of(shown))
    assert not getattr(features(sanne), feature)


def test_tomorrow_is_half_past_eight_and_no_end_is_none(employee: Client, sanne: Line) -> None:
    employee.post("/my-phone/do_not_disturb/until/", {"end": "morning"})
    until = features(sanne).do_not_disturb_until
    assert until is not None
    tomorrow = timezone.localtime() + timedelta(days=1)
    assert timezone.localtime(until).strftime("%Y-%m-%d %H:%M") == f"{tomorrow:%Y-%m-%d} 08:30"
    employee.post("/my-phone/do_not_disturb/until/", {"end": "never"})
    assert (features(sanne).do_not_disturb, features(sanne).do_not_disturb_until) == (True, None)


@pytest.mark.parametrize(
    ("feature", "end"), [("call_waiting", "30"), ("barred", "30"), ("do_not_disturb", "99"), ("do_not_disturb", "")]
)
def test_what_cannot_end_has_no_end(employee: Client, sanne: Line, feature: str, end: str) -> None:
    assert employee.post(f"/my-phone/{feature}/until/", {"end": end}).status_code == 404


def test_an_employee_sets_everything_but_what_the_line_may_not_call(
    employee: Client, sanne: Line, acme: Customer
) -> None:
    with tenant(acme):
        services.set_features(actor=system(acme), line=sanne, barred=frozenset({Block.MOBILE}))
    sent = line_form(no_answer_does="voicemail", voicemail="on", mail_to="bob@acme.example", bar_adult_0906="on")
    shown = text(employee.post("/my-phone/settings/", sent, follow=True))
    assert features(sanne).barred == {Block.MOBILE}
    assert features(sanne).no_answer_does == "voicemail"
    assert "Mag niet bellen naar Mobiele nummers" in shown
    shown = text(employee.get("/my-phone/"))
    assert "Bij geen antwoord Na 5 keer overgaan (25 sec.) naar voicemail" in shown
    assert "Voicemail Berichten naar bob@acme.example" in shown


def test_an_undo_of_the_own_line_opens_no_block_set_meanwhile(employee: Client, browser: Client, sanne: Line) -> None:
    shown = employee.post("/my-phone/do_not_disturb/on/", follow=True)
    browser.post(f"/phones/{sanne.pk}/", line_form(bar_mobile="on", do_not_disturb="on"))
    employee.post(undo_of(shown))
    assert (features(sanne).do_not_disturb, features(sanne).barred) == (False, frozenset({Block.MOBILE}))


def test_extra_numbers_of_the_own_line_are_shown(
    employee: Client, sanne: Line, acme: Customer, numbers: list[object]
) -> None:
    with tenant(acme):
        services.assign_number(actor=system(acme), number=numbers[5], dialable=sanne.dialable)  # type: ignore[arg-type]
    assert "088 765 40 05 Extra nummer" in text(employee.get("/my-phone/"))


# --- the PIN ---


@pytest.mark.parametrize("who", ["browser", "employee"])
def test_a_pin_is_chosen_and_shown_nowhere(request: pytest.FixtureRequest, who: str, sanne: Line) -> None:
    person: Client = request.getfixturevalue(who)
    path = "/my-phone/pin/" if who == "employee" else f"/phones/{sanne.pk}/pin/"
    assert "Deze pincode is makkelijk te raden." in text(person.post(path, {"pin": "1234"}))
    shown = person.post(path, {"pin": "730291"}, follow=True)
    assert "Pincode ingesteld" in text(shown)
    assert "730291" not in shown.content.decode()


def test_nobody_without_a_line_opens_the_pages_of_an_own_line(browser: Client, sanne: Line) -> None:
    assert [browser.get(f"/my-phone/{page}/").status_code for page in ("settings", "pin")] == [404, 404]

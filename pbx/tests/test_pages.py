"""Every page of the exchange, as the people who open it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import Actor
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from pbx import services
from pbx.models import AutoAttendant, ExchangeSettings, HuntGroup, NightRule, VoicemailBox
from pbx.services import GroupSettings
from pbx.tests.conftest import OFFICE, line
from telephony.models import Dialable, Line, PhoneNumber
from telephony.selectors import Target
from telephony.services import create_schedule

LISTS = ("/exchange/", "/exchange/route/", "/exchange/people/", "/exchange/groups/")
FORMS = (
    "/exchange/people/new/",
    "/exchange/groups/new/",
    "/exchange/menus/new/",
    "/exchange/company/",
    "/exchange/night/",
    "/exchange/close/",
)


def first(customer: Customer, model: Any) -> Any:
    with tenant(customer):
        return model.objects.order_by("pk").first()


def things(customer: Customer) -> list[str]:
    """The page of one of each thing the customer has."""
    with tenant(customer):
        attendant = AutoAttendant.objects.get()
        return [
            f"/exchange/people/{line('103').pk}/",
            f"/exchange/groups/{HuntGroup.objects.order_by('pk')[0].pk}/",
            f"/exchange/menus/{attendant.pk}/",
            f"/exchange/menus/{attendant.pk}/business/",
            f"/exchange/menus/{attendant.pk}/holiday/",
        ]


def text(response: Any) -> str:
    content: bytes = response.content
    return content.decode()


def test_every_page_opens_for_the_owner(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    for url in (*LISTS, *FORMS, *things(acme)):
        assert browser.get(url).status_code == 200, url


def test_what_belongs_to_another_customer_is_not_found(
    browser: Client, birch: Customer, acme_exchange: ExchangeSettings, birch_exchange: ExchangeSettings
) -> None:
    for url in things(birch):
        assert browser.get(url).status_code == 404, url
        assert browser.post(url, {"name": "x"}).status_code == 404, url
    for url in things(birch):
        if url.count("/") == 4:
            assert browser.post(f"{url}remove/").status_code == 404, url


def test_a_colleague_without_the_right_is_refused(client: Client, bob: User, acme_exchange: ExchangeSettings) -> None:
    client.force_login(bob)
    for url in (*LISTS, *FORMS):
        assert client.get(url).status_code == 403, url


def test_nobody_is_asked_to_log_in(client: Client, acme_exchange: ExchangeSettings) -> None:
    for url in (*LISTS, *FORMS):
        assert client.get(url).status_code == 302, url


def test_a_customer_with_single_lines_is_told_so(browser: Client, acme: Customer) -> None:
    assert browser.get("/exchange/").status_code == 200
    assert browser.get("/exchange/night/").status_code == 404


# --- the overview ---


def test_the_overview_names_the_dead_end_and_links_to_its_group(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        support = HuntGroup.objects.get(dialable__extension="102")
    page = text(browser.get("/exchange/"))
    assert "Support (102)" in page
    assert f"/exchange/groups/{support.pk}/" in page


def test_without_a_company_number_the_overview_says_so_first(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        ExchangeSettings.objects.update(company_number=None)
    assert 'class="card note bad" role="alert"' in text(browser.get("/exchange/"))


def test_the_switch_acts_at_once_and_is_in_the_audit_trail(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    assert browser.post("/exchange/switch/", {"night_mode": "on"}).status_code == 302
    assert first(acme, ExchangeSettings).night_mode == "on"
    with tenant(acme):
        entry = AuditEntry.objects.get(verb="exchange.night_mode")
    assert entry.changes == {"night_mode": ["auto", "on"]}


def test_the_switch_can_be_put_back(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    page = text(browser.post("/exchange/switch/", {"night_mode": "off"}, follow=True))
    assert 'action="/exchange/switch/?night_mode=auto"' in page
    browser.post("/exchange/switch/?night_mode=auto")
    assert first(acme, ExchangeSettings).night_mode == "auto"


def test_the_company_can_close_until_a_moment_and_the_switch_ends_that(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    until = timezone.localtime() + timedelta(hours=3)
    page = text(browser.post("/exchange/close/", {"until": f"{until:%Y-%m-%dT%H:%M}"}, follow=True))
    assert f"{until:%H:%M}" in page
    assert first(acme, ExchangeSettings).night_mode == "on"
    browser.post("/exchange/switch/", {"night_mode": "off"})
    assert first(acme, ExchangeSettings).night_until is None


@pytest.mark.parametrize("until", ["2020-01-01T09:00", "2099-01-01T09:00"])
def test_closing_until_an_odd_moment_is_refused(browser: Client, acme_exchange: ExchangeSettings, until: str) -> None:
    errors = browser.post("/exchange/close/", {"until": until}).context["form"].errors.as_data()
    assert errors["until"][0].code == "closing_in_the_past"


def test_the_switch_refuses_automatic_without_hours(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        ExchangeSettings.objects.update(night_mode="off", night_schedule=None)
    assert browser.post("/exchange/switch/", {"night_mode": "auto"}).url == "/exchange/night/"  # type: ignore[attr-defined]
    assert first(acme, ExchangeSettings).night_mode == "off"


@pytest.mark.parametrize("view", ["now", "day", "night", "holiday", "nonsense"])
def test_the_dial_plan_can_be_seen_at_other_moments(
    browser: Client, acme_exchange: ExchangeSettings, view: str
) -> None:
    page = text(browser.get("/exchange/", {"view": view, "number": "+31887654000"}))
    assert "Welkomstmenu" in page
    assert "Bedrijf Voicemail" in page


def test_the_what_if_shows_every_step(browser: Client, acme_exchange: ExchangeSettings) -> None:
    asked = {"dialled": "088 765 40 00", "at": "2026-11-19T14:10", "keys": "2", "busy": "104"}
    page = text(browser.get("/exchange/route/", asked))
    assert "Welkomstmenu" in page
    assert "Lisa de Boer" in page
    assert "0:02" in page


def test_the_what_if_swaps_only_its_own_part(browser: Client, acme_exchange: ExchangeSettings) -> None:
    page = text(browser.get("/exchange/route/", {"dialled": "112"}, headers={"HX-Request": "true"}))
    assert page.strip().startswith('<div id="route"')
    assert "112" in page


def test_a_key_that_is_not_on_a_phone_is_refused_in_words(browser: Client, acme_exchange: ExchangeSettings) -> None:
    response = browser.get("/exchange/route/", {"dialled": "101", "keys": "A"})
    assert response.context["whatif"].errors["keys"]


# --- people ---


def test_a_person_can_be_added_and_is_found_by_part_of_the_name(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    given = {"name": "Sanne Bakker", "extension": "121", "night_setting": "follow"}
    assert browser.post("/exchange/people/new/", given).status_code == 302
    assert "Sanne Bakker" in text(browser.get("/exchange/people/", {"q": "bakk"}))
    assert "Sanne Bakker" not in text(browser.get("/exchange/people/", {"q": "mehmet"}))
    assert "Mehmet" in text(browser.get("/exchange/people/", {"q": "088 765 40 03"}))


@pytest.mark.parametrize(
    ("extension", "code"), [("112", "extension_emergency"), ("999", "extension_system"), ("103", "extension_taken")]
)
def test_an_extension_that_cannot_be_is_refused_at_its_field(
    browser: Client, acme_exchange: ExchangeSettings, extension: str, code: str
) -> None:
    given = {"name": "Sanne", "extension": extension, "night_setting": "follow"}
    errors = browser.post("/exchange/people/new/", given).context["form"].errors.as_data()
    assert [error.code for error in errors["extension"]] == [code]


def test_a_person_needs_an_extension_or_a_number(browser: Client, acme_exchange: ExchangeSettings) -> None:
    response = browser.post("/exchange/people/new/", {"name": "Sanne", "night_setting": "follow"})
    assert response.context["form"].errors.as_data()["extension"][0].code == "number_or_extension"


def test_a_person_gets_another_name_and_number_and_the_old_one_comes_free(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        mehmet, free = line("103"), PhoneNumber.objects.get(e164="+31887654009")
    given = {"name": "Mehmet K.", "extension": "130", "number": free.pk, "night_setting": "off"}
    assert browser.post(f"/exchange/people/{mehmet.pk}/", given).status_code == 302
    with tenant(acme):
        changed = Dialable.objects.get(pk=mehmet.dialable_id)
        assert (changed.display_name, changed.extension) == ("Mehmet K.", "130")
        assert [number.e164 for number in changed.numbers.all()] == ["+31887654009"]
        assert NightRule.objects.get(dialable=changed).setting == "off"


def test_a_person_who_is_in_a_group_cannot_be_removed_unseen(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        mehmet = line("103")
    page = text(browser.post(f"/exchange/people/{mehmet.pk}/remove/", follow=True))
    assert "Verkoop (101)" in page
    assert first(acme, Line) is not None


def test_a_person_whom_calls_are_sent_to_cannot_be_removed_unseen(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        fatima = line("209")
    page = text(browser.post(f"/exchange/people/{fatima.pk}/remove/", follow=True))
    assert "Verkoop (101)" in page
    assert "Welkomstmenu" in page


def test_a_person_nobody_needs_can_be_removed(browser: Client, acme: Customer, acme_exchange: ExchangeSettings) -> None:
    browser.post("/exchange/people/new/", {"name": "Sanne", "extension": "121", "night_setting": "follow"})
    with tenant(acme):
        sanne = line("121")
    browser.post(f"/exchange/people/{sanne.pk}/remove/")
    with tenant(acme):
        assert not Dialable.objects.filter(extension="121").exists()


# --- company and night ---


def night_form(**changes: object) -> dict[str, object]:
    return {"night_mode": "auto", "night_target": "999"} | changes


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"night_target": "", "night_mode": "on"}, "night_target", "night_without_target"),
        ({}, "night_schedule", "night_without_schedule"),
        ({"night_target": "0909 1234", "night_mode": "on"}, None, ""),
    ],
)
def test_night_mode_refuses_what_would_not_work(
    browser: Client, acme_exchange: ExchangeSettings, changes: dict[str, str], field: str | None, code: str
) -> None:
    response = browser.post("/exchange/night/", night_form(**changes))
    if field is None:
        assert response.status_code == 302
    else:
        assert response.context["form"].errors.as_data()[field][0].code == code


def test_the_company_number_and_voicemail_are_saved_together(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        number = PhoneNumber.objects.get(e164="+31887654003")
    given = {"company_number": number.pk, "presentation": "personal", "voicemail-mail_to": "balie@acme.example"}
    assert browser.post("/exchange/company/", given).status_code == 302
    settings, box = first(acme, ExchangeSettings), first(acme, VoicemailBox)
    assert (settings.company_number_id, settings.presentation) == (number.pk, "personal")
    assert (box.records, box.mail_to) == (False, "balie@acme.example")


def test_a_voicemail_without_an_address_saves_nothing(
    browser: Client, acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    given = {"company_number": "", "presentation": "personal", "voicemail-records": "on", "voicemail-mail_to": ""}
    response = browser.post("/exchange/company/", given)
    assert response.context["voicemail"].errors.as_data()["mail_to"][0].code == "voicemail_without_mail"
    assert first(acme, ExchangeSettings).presentation == "company"


def test_a_number_of_another_customer_cannot_be_chosen(
    browser: Client, birch: Customer, acme: Customer, acme_exchange: ExchangeSettings, birch_exchange: ExchangeSettings
) -> None:
    with tenant(birch):
        number = PhoneNumber.objects.get(e164="+31887655009")
    response = browser.post("/exchange/company/", {"company_number": number.pk, "presentation": "company"})
    assert "company_number" in response.context["form"].errors


@pytest.mark.parametrize("url", ["/exchange/people/", "/exchange/groups/", "/exchange/"])
def test_a_page_takes_no_more_queries_when_there_is_more_to_show(
    browser: Client, acme: Customer, actor: Actor, acme_exchange: ExchangeSettings, url: str
) -> None:
    counts = []
    browser.get(url)  # the first request of a session writes it
    for more in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        counts.append(len(queries))
        with tenant(acme):
            for place in range(5):
                name, extension = f"{more}-{place}", str(300 + 10 * more + place)
                person = services.create_person(actor=actor, customer=acme, name=name, extension=extension)
                services.create_group(
                    actor=actor,
                    customer=acme,
                    name=f"Groep {name}",
                    extension=f"4{extension[1:]}",
                    settings=GroupSettings(wait_seconds=20, overflow=Target(dialable=person.dialable)),
                    members=[person],
                )
                create_schedule(actor=actor, customer=acme, name=f"Uren {name}", periods=[OFFICE])
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schedules/", "/schedules/"),
        ("schedules/new/", "/schedules/week/new/"),
        ("schedules/7/?back=1", "/schedules/week/7/"),
        ("schedules/7/remove/", "/schedules/week/7/remove/"),
        ("holidays/new/", "/schedules/holidays/new/"),
        ("holidays/7/", "/schedules/holidays/7/"),
        ("holidays/7/remove/", "/schedules/holidays/7/remove/"),
    ],
)
def test_an_address_of_schedules_that_was_kept_leads_to_where_they_are(client: Client, old: str, new: str) -> None:
    answer = client.get(f"/exchange/{old}")
    assert (answer.status_code, answer["Location"]) == (301, new)
    assert client.post(f"/exchange/{old}").status_code == 405

"""Greetings: uploaded, listened to, given versions, chosen, and taken away without silence anywhere."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import greeting_rules, services
from telephony.audio.convert import Sound
from telephony.models import Greeting, GreetingVersion, Line
from telephony.tests.sounds import samples, sound, two_hours, upload, video
from telephony.tests.test_pages import text

SHORT = Sound(b"RIFF0123456789", 3000)


@pytest.fixture(autouse=True)
def _media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def make(acme: Customer, name: str = "Gesloten", line: Line | None = None) -> Greeting:
    with tenant(acme):
        return services.create_greeting(actor=system(acme), customer=acme, name=name, sound=SHORT, line=line)


@pytest.fixture
def closed(acme: Customer) -> Greeting:
    return make(acme)


def files(settings: LazySettings) -> list[Path]:
    return sorted(Path(settings.MEDIA_ROOT).rglob("*.wav"))


# --- upload and listen ---


def test_an_uploaded_sound_is_kept_as_phones_play_it_and_can_be_listened_to(
    browser: Client, alice: User, acme: Customer, settings: LazySettings
) -> None:
    data = {"name": "Gesloten", "file": upload(sound("mp3"), "../../gesloten\x00.mp3")}
    made = browser.post("/greetings/new/", data, follow=True)
    assert "Gesloten" in text(made)
    with tenant(acme):
        version = GreetingVersion.objects.get()
        entry = AuditEntry.objects.get(verb="greeting.create")
    assert version.given_as == "gesloten.mp3"
    assert version.made_by == alice
    assert entry.changes["length"][1] == "0:03"
    (file,) = files(settings)
    assert file.parent.name == str(acme.pk)
    assert "gesloten" not in file.name
    assert file.stat().st_mode & 0o077 == 0
    heard = browser.get(f"/greetings/{version.greeting_id}/1/audio.wav")
    assert (heard.status_code, heard["Content-Type"], heard["X-Content-Type-Options"]) == (200, "audio/wav", "nosniff")
    assert samples(heard.content)[0].framerate == 8000


def test_a_player_gets_the_part_it_asks_for(browser: Client, closed: Greeting) -> None:
    url = f"/greetings/{closed.pk}/1/audio.wav"
    for asked, status, content, said in (
        ("bytes=0-3", 206, b"RIFF", "bytes 0-3/14"),
        ("bytes=10-", 206, b"6789", "bytes 10-13/14"),
        ("bytes=-2", 206, b"89", "bytes 12-13/14"),
        ("bytes=4-99", 206, b"0123456789", "bytes 4-13/14"),
        ("bytes=14-", 416, b"", "bytes */14"),
        ("bytes=-0", 416, b"", "bytes */14"),
        ("bytes=3-1", 200, SHORT.wav, None),
        ("bytes=0-1,4-5", 200, SHORT.wav, None),
        ("lines=1-2", 200, SHORT.wav, None),
    ):
        found = browser.get(url, headers={"Range": asked})
        assert (found.status_code, found.content, found.headers.get("Content-Range")) == (status, content, said), asked


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "leeg.wav", "leeg"),
        (b"#!/bin/sh\nrm -rf /\n", "script.wav", "geen geluidsbestand"),
        (video("mp4"), "film.m4a", "video"),
        (two_hours(), "lang.mp3", "langer dan 5 minuten"),
        (b"PK\x03\x04" + bytes(100), "bom.wav", "ingepakt"),
        (bytes(10_000_001), "groot.wav", "groter dan 10 MB"),
    ],
)
def test_a_file_that_is_no_greeting_is_refused_with_a_reason_and_not_kept(
    browser: Client, acme: Customer, settings: LazySettings, data: bytes, name: str, why: str
) -> None:
    page = browser.post("/greetings/new/", {"name": "Gesloten", "file": upload(data, name)})
    assert page.status_code == 200
    assert why in text(page)
    with tenant(acme):
        assert not Greeting.objects.exists()
    assert not files(settings)


def test_a_name_is_needed_and_can_be_taken_once(browser: Client, closed: Greeting, settings: LazySettings) -> None:
    page = browser.post("/greetings/new/", {"name": "gesloten", "file": upload(sound())})
    assert "Deze naam is er al" in text(page)
    assert len(files(settings)) == 1


# --- versions ---


def test_a_new_version_is_heard_at_once_and_an_older_one_can_be_put_back(
    browser: Client, acme: Customer, closed: Greeting, settings: LazySettings
) -> None:
    browser.post(f"/greetings/{closed.pk}/version/", {"file": upload(sound())})
    with tenant(acme):
        assert closed.versions.count() == 2
    page = browser.post(f"/greetings/{closed.pk}/1/restore/", follow=True)
    assert "Bellers horen versie 1 weer" in text(page)
    assert browser.get(f"/greetings/{closed.pk}/3/audio.wav").content == SHORT.wav
    assert len(files(settings)) == 2
    with tenant(acme):
        assert list(
            AuditEntry.objects.filter(verb__startswith="greeting.").values_list("verb", flat=True).order_by("pk")
        ) == [
            "greeting.create",
            "greeting.version",
            "greeting.restore",
        ]


@pytest.mark.django_db(transaction=True)
def test_the_oldest_versions_make_room_and_their_files_go(
    acme: Customer, closed: Greeting, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting_rules, "MOST_VERSIONS", 2)
    with tenant(acme):
        services.add_version(actor=system(acme), greeting=closed, sound=SHORT)
        services.add_version(actor=system(acme), greeting=closed, sound=SHORT)
        kept = {version.file for version in closed.versions.all()}
        assert [version.number for version in closed.versions.all()] == [3, 2]
    assert {str(file.relative_to(settings.MEDIA_ROOT)) for file in files(settings)} == kept


@pytest.mark.django_db(transaction=True)
def test_of_a_change_that_was_taken_back_no_file_stays_and_what_plays_does(
    acme: Customer, closed: Greeting, settings: LazySettings
) -> None:
    globex = Customer.objects.create(reference="globex", name="Globex")
    make(globex)
    kept = files(settings)

    @transaction.atomic
    def one_that_does_not_stand() -> None:
        services.add_version(actor=system(acme), greeting=closed, sound=SHORT)
        services.create_greeting(actor=system(acme), customer=acme, name="Gesloten", sound=SHORT)

    with pytest.raises(Refusal) as refusal, tenant(acme):
        one_that_does_not_stand()
    assert refusal.value.code == "name_taken"
    assert services.clear_greeting_files(timezone.now()) == 0  # it may be of a change that is still under way
    assert len(files(settings)) == len(kept) + 1
    assert services.clear_greeting_files(timezone.now() + timedelta(days=2)) == 1
    assert files(settings) == kept


# --- choosing, and taking away ---


def line_form(browser: Client, line: Line, **given: Any) -> Any:
    page = browser.get(f"/phones/{line.pk}/")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (data | given).items() if value not in (None, False)}


def test_a_line_plays_a_greeting_of_its_own_in_each_case_and_undo_puts_the_standard_back(
    browser: Client, acme: Customer, sanne: Line, closed: Greeting
) -> None:
    url = f"/phones/{sanne.pk}/"
    chosen = {"busy_greeting": closed.pk, "no_answer_greeting": closed.pk, "announcement": closed.pk}
    page = browser.post(url, line_form(browser, sanne, **chosen), follow=True)
    with tenant(acme):
        sanne.refresh_from_db()
        assert (sanne.busy_greeting, sanne.no_answer_greeting, sanne.announcement) == (closed,) * 3
    heard_at = text(browser.get(f"/greetings/{closed.pk}/"))
    assert heard_at.count("Sanne Bakker") >= 3
    undo = next(str(message.extra_tags) for message in page.context["messages"]).removeprefix("undo:")
    browser.post(undo)
    with tenant(acme):
        sanne.refresh_from_db()
        assert sanne.busy_greeting is None


def test_a_greeting_that_is_heard_goes_only_for_something_else_to_be_heard(
    browser: Client, acme: Customer, sanne: Line, closed: Greeting
) -> None:
    other = make(acme, "Zomer")
    with tenant(acme):
        services.set_features(actor=system(acme), line=sanne, busy_greeting=closed)
    url = f"/greetings/{closed.pk}/remove/"
    refused = browser.post(url)
    assert refused.status_code == 409
    assert "Sanne Bakker" in text(refused)
    browser.post(url, {"instead": other.pk})
    with tenant(acme):
        assert Line.objects.get(pk=sanne.pk).busy_greeting == other
        assert AuditEntry.objects.filter(verb="greeting.replace").count() == 1
    browser.post(f"/greetings/{other.pk}/remove/", {"instead": "standard"})
    with tenant(acme):
        assert Line.objects.get(pk=sanne.pk).busy_greeting is None
        assert not Greeting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_greeting_go_with_it(browser: Client, closed: Greeting, settings: LazySettings) -> None:
    assert len(files(settings)) == 1
    browser.post(f"/greetings/{closed.pk}/remove/")
    assert not files(settings)


def test_a_greeting_of_one_line_plays_at_no_other(acme: Customer, sanne: Line, sales: Line) -> None:
    hers = make(acme, "Van Sanne", line=sanne)
    with tenant(acme), pytest.raises(Refusal) as refusal:
        services.set_features(actor=system(acme), line=sales, busy_greeting=hers)
    assert (refusal.value.code, refusal.value.field) == ("greeting_of_another_line", "busy_greeting")


# --- whose they are ---


def test_an_employee_keeps_the_greetings_of_the_own_line_and_no_others(
    employee: Client, acme: Customer, sanne: Line, closed: Greeting
) -> None:
    made = employee.post("/greetings/new/", {"name": "Van mij", "file": upload(sound())}, follow=True)
    assert "Van mij" in text(made)
    with tenant(acme):
        assert Greeting.objects.get(name="Van mij").line == sanne
    page = employee.get("/greetings/")
    assert [crumb.label for crumb in page.context["crumbs"]] == ["Mijn telefoon", "Begroetingen"]
    listed = text(page)
    assert "Van mij" in listed
    assert "Gesloten" not in listed
    assert employee.get(f"/greetings/{closed.pk}/").status_code == 404
    assert employee.post(f"/greetings/{closed.pk}/remove/").status_code == 404
    assert employee.get(f"/greetings/{closed.pk}/1/audio.wav").status_code == 403


def test_an_employee_hears_what_plays_on_the_own_line(
    browser: Client, employee: Client, acme: Customer, sanne: Line, closed: Greeting
) -> None:
    sound = f"/greetings/{closed.pk}/1/audio.wav"
    assert sound not in employee.get("/my-phone/settings/").content.decode()
    with tenant(acme):
        services.set_features(actor=system(acme), line=sanne, no_answer_greeting=closed)
    assert employee.get(sound).status_code == 200
    for page in (employee.get("/my-phone/settings/"), browser.get(f"/phones/{sanne.pk}/")):
        assert f'src="{sound}" aria-label="Begroeting bij geen gehoor: Gesloten"' in page.content.decode()


def test_somebody_without_a_line_and_without_the_right_keeps_none(employee: Client, closed: Greeting) -> None:
    assert employee.get("/greetings/").status_code == 403
    assert employee.post("/greetings/new/").status_code == 403


def test_another_customer_does_not_learn_of_a_greeting(carol: User, closed: Greeting) -> None:
    stranger = Client()
    stranger.force_login(carol)
    for path in ("", "1/audio.wav", "remove/"):
        assert stranger.get(f"/greetings/{closed.pk}/{path}").status_code == 404


def test_the_list_costs_as_many_queries_however_many_greetings(browser: Client, acme: Customer) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get("/greetings/")
        return len(seen)

    make(acme)
    browser.get("/greetings/")
    one = cost()
    for number in range(4):
        make(acme, f"Nog {number}")
    assert cost() == one

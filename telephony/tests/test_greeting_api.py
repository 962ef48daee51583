"""Greetings in the API: the same rules, and the same reasons."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony.greeting_api import GreetingViewSet
from telephony.line_api import LineViewSet
from telephony.models import Greeting, Line
from telephony.tests.sounds import samples, sound, upload, video
from telephony.tests.test_schedule_api import ask


@pytest.fixture(autouse=True)
def _media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def send(user: User, name: str, data: object, **where: Any) -> Any:
    return ask(GreetingViewSet, user, "post", name, data, how="multipart", **where)


def test_a_greeting_is_sent_heard_given_a_version_put_back_and_removed(alice: User, acme: Customer) -> None:
    made = send(alice, "create", {"name": "Gesloten", "file": upload(sound("ogg"), "groet.ogg")})
    assert made.status_code == 201
    assert (made.data["name"], made.data["line"], made.data["used_by"]) == ("Gesloten", None, [])
    assert made.data["versions"][0]["given_as"] == "groet.ogg"
    pk = made.data["id"]
    heard = ask(GreetingViewSet, alice, "get", "audio", pk=pk, number="1")
    assert heard["Content-Type"] == "audio/wav"
    assert samples(heard.content)[0].framerate == 8000
    second = send(alice, "versions", {"file": upload(sound("mp3"))}, pk=pk)
    assert [version["number"] for version in second.data["versions"]] == [2, 1]
    third = ask(GreetingViewSet, alice, "post", "restore", pk=pk, number="1")
    assert [version["given_as"] for version in third.data["versions"]] == ["groet.ogg", "groet.wav", "groet.ogg"]
    renamed = ask(GreetingViewSet, alice, "patch", "partial_update", {"name": "Dicht"}, pk=pk)
    assert renamed.data["name"] == "Dicht"
    assert ask(GreetingViewSet, alice, "delete", "destroy", pk=pk).status_code == 204
    assert ask(GreetingViewSet, alice, "get", "audio", pk=pk, number="1").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "audio_empty"), (b"#!/bin/sh\n", "audio_unknown"), (video("mp4"), "audio_is_video")],
)
def test_a_file_that_is_no_sound_is_refused_with_its_code(alice: User, acme: Customer, data: bytes, code: str) -> None:
    found = send(alice, "create", {"name": "Gesloten", "file": upload(data)})
    assert (found.status_code, found.data["type"]) == (409, f"urn:centrale:problem:{code}")


def test_a_line_is_told_which_greeting_it_plays_and_keeps_it_from_being_removed(
    alice: User, acme: Customer, sanne: Line
) -> None:
    pk = send(alice, "create", {"name": "Bezet", "file": upload(sound())}).data["id"]
    changed = ask(LineViewSet, alice, "patch", "partial_update", {"busy_greeting": pk}, pk=sanne.pk)
    assert (changed.data["busy_greeting"], changed.data["announcement"]) == (pk, None)
    used = ask(GreetingViewSet, alice, "get", "retrieve", pk=pk).data["used_by"]
    assert [use["name"] for use in used] == [str(sanne)]
    refused = ask(GreetingViewSet, alice, "delete", "destroy", pk=pk)
    assert (refused.status_code, refused.data["type"]) == (409, "urn:centrale:problem:greeting_in_use")
    url = "/api/v1/?instead=standard"
    assert ask(GreetingViewSet, alice, "delete", "destroy", pk=pk, url=url).status_code == 204


def test_an_employee_sends_one_for_the_own_line_and_sees_no_others(
    alice: User, bob: User, acme: Customer, sanne: Line
) -> None:
    send(alice, "create", {"name": "Gesloten", "file": upload(sound())})
    mine = send(bob, "create", {"name": "Van mij", "file": upload(sound())})
    assert mine.data["line"] == sanne.pk
    assert [row["name"] for row in ask(GreetingViewSet, bob, "get", "list").data["results"]] == ["Van mij"]
    with tenant(acme):
        others = Greeting.objects.get(name="Gesloten").pk
    assert ask(GreetingViewSet, bob, "delete", "destroy", pk=others).status_code == 404


def test_an_employee_hears_what_plays_on_the_own_line_and_nothing_else(
    alice: User, bob: User, acme: Customer, sanne: Line
) -> None:
    pk = send(alice, "create", {"name": "Bezet", "file": upload(sound())}).data["id"]
    assert ask(GreetingViewSet, bob, "get", "audio", pk=pk, number="1").status_code == 403
    ask(LineViewSet, alice, "patch", "partial_update", {"busy_greeting": pk}, pk=sanne.pk)
    assert ask(GreetingViewSet, bob, "get", "audio", pk=pk, number="1").status_code == 200
    assert ask(GreetingViewSet, bob, "get", "audio", pk=pk, number="2").status_code == 404
    assert ask(GreetingViewSet, bob, "get", "retrieve", pk=pk).status_code == 404


def test_somebody_without_a_line_and_without_the_right_is_refused(bob: User, acme: Customer) -> None:
    assert ask(GreetingViewSet, bob, "get", "list").status_code == 403


def test_another_customers_greeting_cannot_be_chosen_or_heard(
    alice: User, carol: User, acme: Customer, birch: Customer, sanne: Line
) -> None:
    pk = send(carol, "create", {"name": "Van Birch", "file": upload(sound())}).data["id"]
    assert ask(LineViewSet, alice, "patch", "partial_update", {"busy_greeting": pk}, pk=sanne.pk).status_code == 400
    assert ask(GreetingViewSet, alice, "get", "audio", pk=pk, number="1").status_code == 404

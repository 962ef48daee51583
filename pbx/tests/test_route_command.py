import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Customer
from pbx.models import ExchangeSettings

NOON = "2026-11-19T12:00"


def ask(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("route", *arguments, "--customer", "acme", "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def rules(found: dict[str, Any]) -> list[str]:
    return [step["rule"] for step in found["steps"]]


def test_the_steps_are_told_in_words(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    out = StringIO()
    call_command("route", "088 765 40 00", "--customer", "acme", "--at", NOON, "--keys", "1", stdout=out)
    assert "Verkoop (101)" in out.getvalue()
    assert not out.getvalue().splitlines()[-1].startswith("{")


def test_the_last_line_is_one_document(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    found = ask("+31887654000", "--at", NOON, "--keys", "2", "--busy", "103,777")
    assert found["customer"] == "acme"
    assert found["unknown"] == ["777"]
    assert "group_skips_busy" in rules(found)
    assert [ring["extension"] for ring in found["rings"]] == ["104"]
    assert (found["outcome"], found["dead_end"]) == ("lost", True)


def test_without_an_offset_the_moment_is_that_of_amsterdam(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    assert "open_schedule" in rules(ask("+31887654000", "--at", "2026-11-19T17:29"))
    assert "night_schedule" in rules(ask("+31887654000", "--at", "2026-11-19T17:30"))
    assert "night_schedule" in rules(ask("+31887654000", "--at", "2026-11-19T16:30+00:00"))


def test_a_colleague_reaches_an_extension_and_112(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    assert ask("999", "--from", "103")["outcome"] == "voicemail"
    assert ask("112", "--from", "103")["outcome"] == "emergency"
    assert ask("112")["outcome"] == "emergency"


def test_a_caller_from_outside_cannot_dial_an_extension(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    assert ask("209", "--from", "06 12 34 56 78")["outcome"] == "not_in_use"
    assert ask("209", "--at", NOON)["rings"][0]["extension"] == "209"


@pytest.mark.parametrize(
    "arguments",
    [
        ("101", "--customer", "nobody"),
        ("101", "--customer", "acme", "--at", "morgen"),
        ("101", "--customer", "acme", "--keys", "A"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    acme: Customer, acme_exchange: ExchangeSettings, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError):
        call_command("route", *arguments)

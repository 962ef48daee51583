import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from pbx.models import ExchangeSettings
from portal.lib.periods import Month
from telephony.services import set_spend_guard

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


def test_stopped_calls_are_refused_with_the_reason_and_112_and_free_numbers_go_out(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        set_spend_guard(actor=system(acme), customer=acme, month=Month(2026, 11), level="emergency_only", cause="limit")
    barred = ask("0201234567", "--from", "103", "--at", NOON)
    assert (barred["outcome"], rules(barred)[-1]) == ("barred", "spend_guard")
    assert barred["steps"][-1]["why"]
    for number in ("112", "113", "116111", "144", "0800-8112", "0900-8844", "0800 0200"):
        assert ask(number, "--from", "103", "--at", NOON)["outcome"] in {"emergency", "outside"}
    assert ask("0201234567", "--from", "103", "--at", "2026-12-01T12:00")["outcome"] == "outside"


def test_dear_calls_are_stopped_first(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    with tenant(acme):
        set_spend_guard(actor=system(acme), customer=acme, month=Month(2026, 11), level="premium", cause="limit")
    assert ask("+442079460000", "--from", "103", "--at", NOON)["outcome"] == "barred"
    assert ask("0201234567", "--from", "103", "--at", NOON)["outcome"] == "outside"


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

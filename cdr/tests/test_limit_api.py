"""Limits in the API: the same figures, rules and rights as the page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.access import Door, system
from accounts.models import Customer, Membership, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.tests.test_limits import EURO, NOON, NUMBER, choose, level, look, spend
from telephony.services import add_number

URL = "/api/v1/call-limits/"
pytestmark = pytest.mark.django_db

type Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
        _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
        return getattr(client, method)(
            URL + path, data, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return asked


def test_the_api_shows_how_the_period_stands(ask: Ask, acme: Customer, alice: User) -> None:
    choose(alice, acme, 100, stop_micros=150 * EURO)
    spend(acme, 82)
    look(acme)
    found = ask(alice).json()
    assert found["billing_period"] == "2026-11-01"
    assert (found["spent"], found["limit"], found["hard_limit"]) == ("82.000000", "100.000000", "150.000000")
    assert float(found["expected"]) > 82
    assert (found["own_limit"], found["spend_guard"], found["hard_limit_stops"]) == (True, "open", "premium")
    assert [warning["percent"] for warning in found["warnings"]] == [80]


@pytest.mark.parametrize(("sent", "shown"), [(None, None), ("0", "0.000000"), ("12.5", "12.500000")])
def test_null_and_zero_stay_apart(ask: Ask, alice: User, sent: str | None, shown: str | None) -> None:
    answer = ask(alice, "put", data={"limit": sent})
    assert answer.status_code == 200
    assert answer.json()["limit"] == shown
    assert answer.json()["own_limit"]


def test_what_is_left_out_stays_as_it_is(ask: Ask, acme: Customer, alice: User) -> None:
    choose(alice, acme, 100, velocity_micros=25 * EURO, warn_50=False)
    found = ask(alice, "put", data={"hard_limit": "200", "hard_limit_stops": "all"}).json()
    assert (found["limit"], found["most_in_one_hour"], found["warn_50"]) == ("100.000000", "25.000000", False)
    assert (found["hard_limit"], found["hard_limit_stops"]) == ("200.000000", "all")


def test_limits_of_numbers_are_replaced_as_a_whole(ask: Ask, acme: Customer, alice: User) -> None:
    with tenant(acme):
        add_number(actor=system(acme), customer=acme, e164=NUMBER)
    found = ask(alice, "put", data={"numbers": [{"number": NUMBER, "limit": "20"}]}).json()
    assert [(one["number"], one["limit"]) for one in found["numbers"]] == [(NUMBER, "20.000000")]
    assert ask(alice, "put", data={"numbers": []}).json()["numbers"] == []


def test_a_number_of_nobody_here_changes_nothing(ask: Ask, acme: Customer, alice: User) -> None:
    answer = ask(alice, "put", data={"limit": "10", "numbers": [{"number": "+31201234567", "limit": "20"}]})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:number_unknown")
    assert ask(alice).json()["limit"] is None


@pytest.mark.parametrize("data", [{"limit": "-1"}, {"limit": "veel"}, {"hard_limit_stops": "none"}, {"numbers": [{}]}])
def test_nonsense_is_refused(ask: Ask, alice: User, data: dict[str, Any]) -> None:
    assert ask(alice, "put", data=data).status_code == 400


def test_unlocking_needs_a_reason_and_the_right(ask: Ask, acme: Customer, alice: User, bob: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 110)
    look(acme)
    Membership.objects.filter(user=bob).update(views_invoices=True, edits_settings=True)
    assert ask(bob, "post", "unlock/", {"reason": "x"}).status_code == 403
    assert ask(alice, "post", "unlock/", {}).status_code == 400
    assert ask(alice, "post", "unlock/", {"reason": "Beurs"}).json()["spend_guard"] == "open"
    assert level(acme) == "open"
    again = ask(alice, "post", "unlock/", {"reason": "Beurs"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:centrale:problem:guard_open")


def test_another_hard_limit_is_no_way_around_the_right_to_unlock(
    ask: Ask, acme: Customer, alice: User, bob: User
) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 110)
    look(acme)
    Membership.objects.filter(user=bob).update(views_invoices=True, edits_settings=True)
    answer = ask(bob, "put", data={"hard_limit": "500"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:guard_needs_unlock")
    assert (ask(bob).json()["hard_limit"], level(acme)) == ("100.000000", "premium")
    assert ask(alice, "put", data={"hard_limit": "500"}).json()["spend_guard"] == "open"


def test_who_may_only_look_changes_nothing(ask: Ask, acme: Customer, bob: User) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    assert ask(bob).status_code == 200
    assert ask(bob, "put", data={"limit": "1"}).status_code == 403


def test_who_is_mailed_is_told_by_name_to_who_manages_users_only(
    ask: Ask, acme: Customer, alice: User, bob: User
) -> None:
    Membership.objects.filter(user=alice).update(mails_voip_usage=True)
    Membership.objects.filter(user=bob).update(views_invoices=True)
    found = ask(alice).json()
    assert found["mailed"] == 1
    assert found["readers"] == [{"name": alice.full_name, "email": alice.email}]
    told = ask(bob).json()
    assert (told["mailed"], told["readers"]) == (1, None)


def test_what_the_guard_did_and_why_it_is_closed_is_told(ask: Ask, acme: Customer, alice: User) -> None:
    assert [ask(alice).json()[name] for name in ("guard_since", "guard_cause", "guard_events")] == [None, None, []]
    choose(alice, acme, stop_micros=50 * EURO)
    spend(acme, 50)
    look(acme)
    found = ask(alice).json()
    assert (found["spend_guard"], found["guard_cause"]) == ("premium", "limit")
    [stopped] = found["guard_events"]
    assert (stopped["change"], stopped["spent"], stopped["at"]) == ("closed", "50.000000", found["guard_since"])
    ask(alice, "post", "unlock/", {"reason": "Campaign"})
    found = ask(alice).json()
    assert (found["spend_guard"], found["guard_since"], found["guard_cause"]) == ("open", None, None)
    assert (found["guard_events"][0]["change"], found["guard_events"][0]["reason"]) == ("unlocked", "Campaign")

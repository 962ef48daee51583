"""Times of keeping and the end of disputes in the API."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Dispute, KeepingTime, MaskedPeriod

TIMES, DISPUTES = "keeping-times/", "customer-disputes/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def disputes(acme: Customer, birch: Customer) -> list[Dispute]:
    """An open dispute of Acme and one of Birch."""
    made = []
    for customer in (acme, birch):
        with tenant(customer):
            made.append(Dispute.objects.create(customer=customer, billing_period=dt.date(2026, 10, 1), reason="no"))
    return made


def ask(client: Client, user: User, method: str, path: str, data: Any = None) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    headers = {"Authorization": f"Bearer {key}"}
    return getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


def test_operators_read_for_how_long_numbers_are_kept(acme: Customer, client: Client, olga: User) -> None:
    KeepingTime.objects.create(customer=acme, months=6)
    with tenant(acme):
        MaskedPeriod.objects.create(
            customer=acme, billing_period=dt.date(2025, 1, 1), masked_at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
        )
    found = {one["customer"]: one for one in ask(client, olga, "get", TIMES).json()["results"]}
    wanted = {"customer": "acme", "name": acme.name, "months": 6, "own": True, "masked_until": "2025-01"}
    assert found["acme"] == wanted == ask(client, olga, "get", f"{TIMES}acme/").json()
    assert (found["birch"]["months"], found["birch"]["own"], found["birch"]["masked_until"]) == (18, False, None)
    [one] = ask(client, olga, "get", f"{TIMES}?q=bIr%00").json()["results"]
    assert one["customer"] == "birch"


def test_times_of_keeping_come_in_pages(client: Client, olga: User) -> None:
    first = ask(client, olga, "get", f"{TIMES}?page_size=1").json()
    assert len(first["results"]) == 1
    second = ask(client, olga, "get", first["next"].partition("/api/v1/")[2]).json()
    assert second["results"] != first["results"]


def test_an_operator_sets_for_how_long_numbers_are_kept(acme: Customer, client: Client, olga: User) -> None:
    changed = ask(client, olga, "put", f"{TIMES}acme/", {"months": 12})
    assert (changed.status_code, changed.json()["months"], changed.json()["own"]) == (200, 12, True)
    assert KeepingTime.objects.get().months == 12
    with crossing(Crossing.PLATFORM_AUDIT):
        assert AuditEntry.objects.filter(verb="customer.keeping_time", user=olga, door=Door.API).count() == 1


@pytest.mark.parametrize("months", [0, 85])
def test_a_time_that_makes_no_sense_is_refused(client: Client, olga: User, months: int) -> None:
    answer = ask(client, olga, "put", f"{TIMES}acme/", {"months": months})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:keeping_time")
    assert not KeepingTime.objects.exists()


@pytest.mark.parametrize("data", [{}, {"months": "x"}, {"months": 10**9}, {"months": -1}])
def test_a_time_that_cannot_be_read_is_a_problem(client: Client, olga: User, data: dict[str, Any]) -> None:
    assert ask(client, olga, "put", f"{TIMES}acme/", data).status_code == 400
    assert ask(client, olga, "put", f"{TIMES}nobody/", {"months": 12}).status_code == 404


def test_an_operator_lists_and_closes_the_disputes_of_all_customers(
    disputes: list[Dispute], acme: Customer, alice: User, client: Client, olga: User
) -> None:
    found = ask(client, olga, "get", f"{DISPUTES}?open=true").json()["results"]
    assert [(one["customer"], one["billing_period"]) for one in found] == [("birch", "2026-10"), ("acme", "2026-10")]
    path = f"{DISPUTES}{disputes[0].pk}/"
    closed = ask(client, olga, "post", f"{path}close/", {"outcome": "paid back"})
    assert (closed.status_code, closed.json()["outcome"]) == (200, "paid back")
    assert closed.json() == ask(client, olga, "get", path).json()
    [left] = ask(client, olga, "get", f"{DISPUTES}?open=true").json()["results"]
    [done] = ask(client, olga, "get", f"{DISPUTES}?open=false").json()["results"]
    assert (left["customer"], done["customer"]) == ("birch", "acme")
    [seen] = ask(client, alice, "get", "disputes/").json()["results"]
    assert (seen["outcome"], seen["closed_at"] is not None) == ("paid back", True)


def test_a_dispute_that_is_closed_stays_as_it_is(disputes: list[Dispute], client: Client, olga: User) -> None:
    path = f"{DISPUTES}{disputes[0].pk}/close/"
    first = ask(client, olga, "post", path, {"outcome": "paid back"}).json()
    assert ask(client, olga, "post", path, {"outcome": "something else"}).json() == first


def test_a_dispute_is_not_closed_without_saying_how_it_ended(
    disputes: list[Dispute], acme: Customer, client: Client, olga: User
) -> None:
    assert ask(client, olga, "post", f"{DISPUTES}{disputes[0].pk}/close/", {"outcome": " "}).status_code == 400
    assert ask(client, olga, "post", f"{DISPUTES}999999/close/", {"outcome": "x"}).status_code == 404
    assert ask(client, olga, "get", f"{DISPUTES}?open=perhaps").status_code == 400
    with tenant(acme):
        assert Dispute.objects.get().closed_at is None


def test_a_customer_finds_no_times_and_closes_no_dispute(
    disputes: list[Dispute], acme: Customer, client: Client, alice: User
) -> None:
    for method, path in (
        ("get", TIMES),
        ("get", f"{TIMES}acme/"),
        ("put", f"{TIMES}acme/"),
        ("get", DISPUTES),
        ("get", f"{DISPUTES}{disputes[0].pk}/"),
        ("post", f"{DISPUTES}{disputes[0].pk}/close/"),
    ):
        assert ask(client, alice, method, path, {} if method == "get" else {"outcome": "x"}).status_code == 404
    with tenant(acme):
        assert Dispute.objects.get().closed_at is None

import json
from typing import Any

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from pbx.models import ExchangeSettings, HuntGroup
from pbx.tests.conftest import line

NOON = "2026-11-19T12:00:00+01:00"


class Api:
    """A program with somebody's key."""

    def __init__(self, user: User) -> None:
        _token, key = accounts.create_token(actor=system(), user=user, name="test")
        self.client, self.headers = Client(), {"authorization": f"Bearer {key}"}

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(f"/api/v1/exchange/{path}/", query, headers=self.headers)

    def ask(self, **question: object) -> Any:
        body = json.dumps(question)
        return self.client.post("/api/v1/exchange/route/", body, content_type="application/json", headers=self.headers)


@pytest.fixture
def api(alice: User, acme_exchange: ExchangeSettings) -> Api:
    return Api(alice)


def test_people_come_with_their_numbers_and_are_found_by_part_of_one(api: Api) -> None:
    assert [person["extension"] for person in api.get("people").json()["results"]] == ["103", "104", "209"]
    found = api.get("people", q="088 765 40 03").json()["results"]
    assert [(person["name"], person["numbers"]) for person in found] == [("Mehmet Kaya", ["+31887654003"])]


def test_a_group_comes_with_its_members_in_order_and_its_overflow(api: Api) -> None:
    sales, support = sorted(api.get("groups").json()["results"], key=lambda group: str(group["extension"]))
    assert sales["overflow"] == {"name": "Fatima El Idrissi", "extension": "209", "number": ""}
    assert (support["members"], support["overflow"]) == (["104", "103"], None)


def test_night_mode_says_how_it_is_set_and_how_it_stands(api: Api) -> None:
    night = api.get("night").json()
    assert (night["mode"], night["schedule"]) == ("auto", "Werktijden")
    assert night["target"] == {"name": "Bedrijf Voicemail", "extension": "999", "number": ""}
    assert night["until"]


def test_the_what_if_answers_with_every_step(api: Api) -> None:
    found = api.ask(number="088 765 40 00", at=NOON, keys="1", busy=["103"]).json()
    assert found["outcome"] == "no_answer"
    assert [ring["extension"] for ring in found["rings"]] == ["104", "209"]
    assert api.ask(number="112", caller="103").json()["outcome"] == "emergency"


@pytest.mark.parametrize(("question", "field"), [({}, "number"), ({"number": "101", "keys": "A"}, "keys")])
def test_a_question_that_cannot_be_gets_a_problem_document(api: Api, question: dict[str, str], field: str) -> None:
    answer = api.ask(**question)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert field in answer.json()["errors"]


def test_what_belongs_to_another_customer_does_not_exist(
    api: Api, birch: Customer, birch_exchange: ExchangeSettings
) -> None:
    with tenant(birch):
        person, group = line("103"), HuntGroup.objects.all()[0]
    assert api.get(f"people/{person.pk}").status_code == 404
    assert api.get(f"groups/{group.pk}").status_code == 404


def test_a_colleague_without_the_right_is_refused(bob: User, acme_exchange: ExchangeSettings) -> None:
    for path in ("people", "groups", "night"):
        assert Api(bob).get(path).status_code == 403
    assert Api(bob).ask(number="101").status_code == 403


def test_a_customer_without_an_exchange_has_no_night_mode(alice: User) -> None:
    assert Api(alice).get("night").status_code == 404

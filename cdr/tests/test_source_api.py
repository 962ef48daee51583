"""Sources of calls in the API."""

from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing
from cdr.models import Source
from cdr.tests.worlds import a_source

URL = "/api/v1/call-sources/"
pytestmark = pytest.mark.django_db


def ask(client: Client, user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    headers = {"Authorization": f"Bearer {key}"}
    return getattr(client, method)(URL + path, data, content_type="application/json", headers=headers)


def test_a_source_is_made_with_what_its_page_has(acme: Customer, client: Client, olga: User) -> None:
    made = ask(
        client,
        olga,
        "post",
        data={
            "name": "trunk-2", "title": "Second trunk", "dialect": "asterisk", "time_zone": "UTC",
            "number_format": "international", "expected_minutes": 60, "sequence_pattern": r"cdr-(\d+)\.csv",
            "account_codes": {"A-1": acme.reference}, "only_listed_accounts": True,
        },
    )  # fmt: skip
    assert made.status_code == 201
    found = ask(client, olga, path="trunk-2/").json()
    assert found == made.json() == ask(client, olga).json()["results"][0]
    assert (found["account_codes"], found["time_zone"], found["most_rejects"]) == ({"A-1": "acme"}, "UTC", None)
    source = Source.objects.get()
    assert (source.only_listed_accounts, source.expected_minutes, source.number_format) == (True, 60, "international")
    with crossing(Crossing.OPERATE):
        assert AuditEntry.objects.filter(verb="source.made").count() == 1


def test_what_is_left_out_of_a_change_stays(acme: Customer, birch: Customer, client: Client, olga: User) -> None:
    source = a_source()
    source.accounts.create(account="A-1", customer=acme)
    before = ask(client, olga, path=f"{source.name}/").json()
    found = ask(client, olga, "patch", f"{source.name}/", {"most_rejects": 5}).json()
    assert found == {**before, "most_rejects": 5}
    codes = {"A-2": birch.reference}
    assert ask(client, olga, "patch", f"{source.name}/", {"account_codes": codes}).json()["account_codes"] == codes
    assert ask(client, olga, "patch", f"{source.name}/", {"name": "renamed"}).json()["name"] == "renamed"
    source.refresh_from_db()
    assert (source.name, source.most_rejects, source.accounts.get().customer) == ("renamed", 5, birch)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Not This"}, "name"),
        ({"name": "asterisk"}, "name"),
        ({"dialect": "morse"}, "dialect"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"sequence_pattern": "("}, "sequence_pattern"),
        ({"most_rejects": 101}, "most_rejects"),
        ({"account_codes": {"A": "nobody"}}, "account_codes"),
        ({"account_codes": ["A"]}, "account_codes"),
        ({"only_listed_accounts": True}, "account_codes"),
    ],
)
def test_what_is_wrong_with_a_source_stands_at_its_name(
    client: Client, olga: User, wrong: dict[str, Any], field: str
) -> None:
    a_source()
    answer = ask(client, olga, "post", data={"name": "other", "dialect": "asterisk"} | wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Source.objects.count() == 1


@pytest.mark.parametrize("who", ["alice", "bob", "dave"])
def test_nobody_but_an_operator_finds_sources(
    acme: Customer, client: Client, request: pytest.FixtureRequest, who: str
) -> None:
    source, user = a_source(), request.getfixturevalue(who)
    assert ask(client, user).status_code == 404
    assert ask(client, user, "post", data={"name": "mine", "dialect": "asterisk"}).status_code == 404
    assert ask(client, user, "patch", f"{source.name}/", {"title": "Mine"}).status_code == 404
    source.refresh_from_db()
    assert (Source.objects.count(), source.title) == (1, "")

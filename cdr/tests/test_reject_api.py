"""Rejected rows in the API: seen, loaded again and dismissed by operators."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from cdr.models import Batch, Reject, Source
from cdr.tests.test_rejects import load, strange
from cdr.tests.worlds import a_source, a_tariff, write

URL = "/api/v1/call-rejects/"
GROUP = {"source_name": "asterisk", "reason": "unknown_customer"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def source(acme: Customer, tmp_path: Path, settings: Settings) -> Source:
    """A source of which two rows name a customer that does not exist."""
    settings.MEDIA_ROOT = tmp_path / "media"
    a_tariff()
    source = a_source()
    load(write(tmp_path, strange()), source)
    return source


def ask(client: Client, user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    headers = {"Authorization": f"Bearer {key}"}
    return getattr(client, method)(URL + path, data, content_type="application/json", headers=headers)


def test_operators_see_what_waits_and_why(client: Client, olga: User) -> None:
    [group] = ask(client, olga).json()
    assert (group["source_name"], group["reason"], group["rows"]) == ("asterisk", "unknown_customer", 2)
    assert group["title"] == "Onbekende klant"
    assert '"cedar"' in group["example"]


def test_rows_are_loaded_again_as_a_delivery_of_their_own(client: Client, olga: User) -> None:
    [made] = ask(client, olga, "post", "again/", GROUP).json()
    assert Batch.objects.get(pk=made["id"]).is_again
    again = ask(client, olga, "post", "again/", GROUP)  # while that one waits
    assert again.status_code == 409


def test_rows_are_dismissed_up_to_the_one_that_was_seen(client: Client, olga: User) -> None:
    first = Reject.objects.order_by("pk")[0]
    answer = ask(client, olga, "post", "dismiss/", {**GROUP, "upto": first.pk, "why": "Proefcentrale"})
    assert (answer.status_code, answer.json()) == (200, {"rows": 1})
    first.refresh_from_db()
    assert (first.dismissed_by, first.dismissed_why) == (olga, "Proefcentrale")
    assert ask(client, olga).json()[0]["rows"] == 1


@pytest.mark.parametrize("data", [{}, {**GROUP, "source_name": "nobody"}, {**GROUP, "upto": -1, "why": "x"}])
def test_what_cannot_be_read_is_refused(client: Client, olga: User, data: dict[str, Any]) -> None:
    assert ask(client, olga, "post", "dismiss/", data).status_code == 400


def test_the_rows_are_given_as_they_were_delivered(client: Client, olga: User, source: Source) -> None:
    found = ask(client, olga, path="rows/?source_name=asterisk&reason=unknown_customer")
    assert found.status_code == 200
    assert found.headers["Content-Disposition"].startswith('attachment; filename="asterisk-unknown-customer-')
    client.force_login(olga)
    page = client.get(f"/operate/rejects/{source.pk}/unknown_customer/rows.csv")
    assert found.content == page.content
    assert found.content.count(b'"cedar"') == 2


def test_of_a_group_without_rows_there_is_no_file(client: Client, olga: User) -> None:
    assert ask(client, olga, path="rows/?source_name=asterisk&reason=unknown_number").status_code == 404
    assert ask(client, olga, path="rows/?reason=unknown_customer").status_code == 400


def test_a_customer_finds_no_rejects(client: Client, alice: User) -> None:
    assert ask(client, alice).status_code == 404
    assert ask(client, alice, "post", "again/", GROUP).status_code == 404

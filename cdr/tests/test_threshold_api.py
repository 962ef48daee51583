"""Thresholds of signs of fraud in the API."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.fraud.kinds import SignKind
from cdr.fraud.thresholds import DEFAULTS, EURO, Threshold
from cdr.models import FraudSign
from cdr.selectors import signs

URL = "/api/v1/fraud-thresholds/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(acme: Customer) -> None:
    """Four bursts of Acme, of 3, 6, 9 and 12 calls; three were judged."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    with tenant(acme):
        for count, judgement in ((3, "open"), (6, "false"), (9, "right"), (12, "right")):
            FraudSign.objects.create(
                customer=acme, kind=SignKind.NEW_COUNTRY, key=str(count), start=moment, end=moment, severity=1,
                calls=count, micros=0, found_at=moment, fired_at=moment, judgement=judgement,
            )  # fmt: skip


def ask(client: Client, user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    headers = {"Authorization": f"Bearer {key}"}
    return getattr(client, method)(URL + path, data, content_type="application/json", headers=headers)


def test_operators_read_from_which_size_signs_are_raised_and_what_that_raised(
    judged: None, client: Client, olga: User
) -> None:
    found = {one["kind"]: one for one in ask(client, olga).json()}
    assert set(found) == set(SignKind.values)
    burst = found["new_country"]
    assert (burst["on"], burst["calls"], burst["amount"], burst["factor"]) == (True, 5, "10.000000", None)
    assert burst["measures"] == ["calls", "amount"]
    trial = {"raised": 3, "right": 2, "false_alarms": 1, "open": 0, "precision": 66}
    assert burst["last_30_days"] == trial == ask(client, olga, path="new_country/").json()["last_30_days"]
    assert found["forward"]["last_30_days"] | {"raised": 0, "precision": None} == found["forward"]["last_30_days"]


def test_a_threshold_is_tried_without_being_saved(judged: None, client: Client, olga: User) -> None:
    tried = ask(client, olga, "post", "new_country/try/", {"calls": 9}).json()
    assert (tried["calls"], tried["amount"]) == (9, "10.000000")
    assert (tried["last_30_days"]["raised"], tried["last_30_days"]["precision"]) == (2, 100)
    assert signs.thresholds() == DEFAULTS


def test_what_is_left_out_of_a_change_stays_and_the_log_book_keeps_it(judged: None, client: Client, olga: User) -> None:
    answer = ask(client, olga, "put", "new_country/", {"calls": 9, "amount": "12.50"})
    assert answer.json()["last_30_days"]["raised"] == 2
    assert ask(client, olga, "put", "new_country/", {"on": False}).json()["calls"] == 9
    wanted = Threshold(on=False, calls=9, micros=12 * EURO + EURO // 2)
    assert signs.thresholds() == {**DEFAULTS, SignKind.NEW_COUNTRY: wanted}
    with crossing(Crossing.PLATFORM_AUDIT):
        assert AuditEntry.objects.filter(verb="fraud_threshold.change", user=olga, door=Door.API).count() == 2


@pytest.mark.parametrize("door", [("post", "new_country/try/"), ("put", "new_country/")])
@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"calls": 1}, "below_floor", "calls"),
        ({"amount": "1"}, "below_floor", "amount"),
        ({"calls": None, "amount": None}, "no_size", "calls"),
    ],
)
def test_a_threshold_that_could_not_do_what_it_says_is_refused(
    client: Client, olga: User, door: tuple[str, str], given: dict[str, Any], code: str, field: str
) -> None:
    answer = ask(client, olga, *door, given)
    assert (answer.status_code, answer.json()["type"]) == (409, f"urn:centrale:problem:{code}")
    assert list(answer.json()["errors"]) == [field]
    assert signs.thresholds() == DEFAULTS


@pytest.mark.parametrize(
    "given", [{"alike": 50}, {"calls": "many"}, {"calls": -1}, {"amount": "0.1234567"}, {"amount": "NaN"}]
)
def test_what_the_kind_does_not_look_at_or_cannot_be_read_is_a_problem_at_its_name(
    client: Client, olga: User, given: dict[str, Any]
) -> None:
    answer = ask(client, olga, "put", "new_country/", given)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(given)


def test_a_kind_that_is_none_is_not_there(client: Client, olga: User) -> None:
    assert ask(client, olga, path="nonsense/").status_code == 404
    assert ask(client, olga, "put", "nonsense/", {"calls": 9}).status_code == 404


def test_a_customer_finds_no_thresholds(acme: Customer, client: Client, alice: User) -> None:
    assert ask(client, alice).status_code == 404
    assert ask(client, alice, "put", "new_country/", {"calls": 9}).status_code == 404
    assert ask(client, alice, "post", "new_country/try/", {"calls": 9}).status_code == 404
    assert signs.thresholds() == DEFAULTS

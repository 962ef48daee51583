"""A partner's default limit on its page and in the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, Membership, Partner, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import PartnerLimit, SpendSettings

PAGE = "/partner/limits/"
URL = "/api/v1/partner-limits/"
EURO = 1_000_000
pytestmark = pytest.mark.django_db

type Ask = Callable[..., Any]


@pytest.fixture
def as_dave(client: Client, dave: User) -> Client:
    client.force_login(dave)
    return client


@pytest.mark.parametrize(
    ("typed", "micros", "said"), [("100", 100 * EURO, "€ 100,00"), ("0", 0, "0 betekent geen"), ("", None, "leeg")]
)
def test_a_partner_chooses_the_limit_of_customers_that_chose_none(
    as_dave: Client, north: Partner, typed: str, micros: int | None, said: str
) -> None:
    as_dave.post(PAGE, {"partner": north.pk, "amount": typed})
    assert PartnerLimit.objects.get(partner=north).amount_micros == micros
    assert said in as_dave.get(PAGE).content.decode().replace("\u00a0", " ")
    with crossing(Crossing.PLATFORM_AUDIT):
        assert AuditEntry.objects.filter(verb="partner_limit.set").count() == 1


def test_what_is_no_amount_is_refused(as_dave: Client, north: Partner) -> None:
    assert "1234,56" in as_dave.post(PAGE, {"partner": north.pk, "amount": "veel"}).content.decode()
    assert not PartnerLimit.objects.exists()


def test_the_default_of_another_partner_is_not_there(as_dave: Client, south: Partner) -> None:
    assert as_dave.post(PAGE, {"partner": south.pk, "amount": "1"}).status_code == 404


def test_without_the_right_to_change_settings_it_is_only_read(client: Client, north: Partner, dave: User) -> None:
    Membership.objects.filter(user=dave).update(edits_settings=False)
    client.force_login(dave)
    assert 'name="amount"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"partner": north.pk, "amount": "1"}).status_code == 403


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
        _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
        return getattr(client, method)(
            URL + path, data, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return asked


def test_the_api_shows_each_default_and_for_how_many_it_holds(
    ask: Ask, dave: User, north: Partner, south: Partner, acme: Customer, birch: Customer
) -> None:
    with tenant(acme):
        SpendSettings.objects.create(customer=acme, own_limit=True, since=acme.created_at)
    assert ask(dave).json() == [{"id": north.pk, "name": north.name, "limit": None, "customers": 1}]


@pytest.mark.parametrize(
    ("sent", "micros", "shown"), [("100", 100 * EURO, "100.000000"), ("0", 0, "0.000000"), (None, None, None)]
)
def test_the_api_chooses_a_default(
    ask: Ask, dave: User, north: Partner, sent: str | None, micros: int | None, shown: str | None
) -> None:
    answer = ask(dave, "put", f"{north.pk}/", {"limit": sent})
    assert (answer.status_code, answer.json()["limit"]) == (200, shown)
    assert PartnerLimit.objects.get(partner=north).amount_micros == micros
    with crossing(Crossing.PLATFORM_AUDIT):
        assert AuditEntry.objects.filter(verb="partner_limit.set", door=Door.API).count() == 1


@pytest.mark.parametrize("data", [{}, {"limit": "-1"}, {"limit": "veel"}, {"limit": "99999999999"}])
def test_the_api_refuses_what_is_no_amount(ask: Ask, dave: User, north: Partner, data: dict[str, Any]) -> None:
    answer = ask(dave, "put", f"{north.pk}/", data)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["limit"])
    assert not PartnerLimit.objects.exists()


def test_in_the_api_the_default_of_another_partner_is_not_there(ask: Ask, dave: User, south: Partner) -> None:
    assert ask(dave, "put", f"{south.pk}/", {"limit": "1"}).status_code == 404


def test_customers_and_operators_find_no_defaults_in_the_api(ask: Ask, alice: User, olga: User) -> None:
    assert [ask(user).status_code for user in (alice, olga)] == [404, 404]


def test_in_the_api_without_the_right_to_change_settings_it_is_only_read(ask: Ask, dave: User, north: Partner) -> None:
    Membership.objects.filter(user=dave).update(edits_settings=False)
    assert ask(dave).status_code == 200
    assert ask(dave, "put", f"{north.pk}/", {"limit": "1"}).status_code == 403

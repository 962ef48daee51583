"""A partner's default limit on its page."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership, Partner, User
from accounts.tenancy import Crossing, crossing
from cdr.models import PartnerLimit

PAGE = "/partner/limits/"
EURO = 1_000_000
pytestmark = pytest.mark.django_db


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

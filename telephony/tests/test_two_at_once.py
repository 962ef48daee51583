"""Two who change what one phone is told at the same moment."""

import pytest

from accounts.access import Actor
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Device, Line, ProvisioningAnswer
from tests.other import Other


@pytest.fixture
def both(acme: Customer, sanne: Line, sales: Line, owner: Actor) -> Device:
    """A phone that carries two lines."""
    with tenant(acme):
        made = services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B3", lines=[sanne, sales]
        )
        return made.device


@pytest.mark.django_db(transaction=True)
def test_a_phone_with_two_lines_that_change_at_once_is_told_of_both(
    acme: Customer, sanne: Line, sales: Line, both: Device, owner: Actor
) -> None:
    def change_sales() -> None:
        with tenant(acme):
            services.set_features(actor=owner, line=sales, call_waiting=False)

    other = Other(change_sales)
    before = ProvisioningAnswer.objects.get(device=both).etag
    with tenant(acme):
        services.set_features(actor=owner, line=sanne, call_waiting=False)
        other.start()
        other.until_it_waits()
    other.end()
    assert ProvisioningAnswer.objects.get(device=both).etag != before
    with tenant(acme):
        assert not services.keep_answer(both)


@pytest.mark.django_db
def test_many_phones_take_no_more_queries_than_one(
    acme: Customer, sanne: Line, owner: Actor, django_assert_num_queries: object
) -> None:
    with tenant(acme):
        made = [
            services.create_device(
                actor=owner, customer=acme, model_code="yealink-t46u", mac=f"24:9A:D8:00:00:0{place}", lines=[sanne]
            ).device
            for place in range(5)
        ]
        for devices in (made[:1], made):
            with django_assert_num_queries(7):  # type: ignore[operator]
                services.keep_answers(devices)

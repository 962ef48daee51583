"""The places of a person, as every page reads them: whole, and in one query."""

from typing import Any

import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from accounts import selectors
from accounts.models import Brand, Customer, Membership, User

RELATED = ("user", "customer__partner__brand", "partner__brand")


def whole(membership: Membership) -> list[dict[str, Any]]:
    """Every column of a membership and of what it leads to."""
    customer, partner = membership.customer, membership.partner
    found: list[Model | None] = [membership, membership.user, customer, partner, partner and partner.brand]
    if customer is not None:
        found += [customer.partner, customer.partner and customer.partner.brand]
    return [
        {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields} if one else {}
        for one in found
    ]


@pytest.mark.django_db
def test_the_places_of_a_person_are_read_whole_in_one_query(
    alice: User, dave: User, olga: User, provider: Brand, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    direct = Customer.objects.create(reference="direct", name="Direct")
    Membership.objects.create(user=alice, customer=direct)
    for user, places in ((alice, 2), (dave, 1), (olga, 1)):
        with django_assert_num_queries(1):
            found = [whole(one) for one in selectors.memberships_of(user)]
        expected = Membership.objects.filter(user=user).order_by("pk").select_related(*RELATED)
        assert (len(found), found) == (places, [whole(one) for one in expected])


@pytest.mark.django_db
def test_a_blocked_place_is_none(alice: User) -> None:
    Membership.objects.filter(user=alice).update(is_blocked=True)
    assert selectors.memberships_of(alice) == ()

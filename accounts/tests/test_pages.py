"""Every page of this app opens for whom it is meant, in both languages, within a fixed number of queries."""

import pytest
from django.test import Client

from accounts import services
from accounts.models import Customer, User

CUSTOMER_PAGES = ("/users/", "/users/invite/", "/audit/", "/account/", "/account/login/", "/customers/")
OPERATOR_PAGES = (
    "/operate/",
    "/operate/audit/",
    "/operate/brands/",
    "/operate/brands/new/",
    "/operate/brands/preview/?colour=%23ff0000",
    "/operate/partners/",
    "/operate/partners/new/",
    "/operate/customers/",
    "/operate/customers/new/",
    "/operate/operators/",
)


@pytest.mark.parametrize("path", CUSTOMER_PAGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_owner_opens_the_pages_of_their_customer(client: Client, alice: User, path: str, language: str) -> None:
    services.change_language(user=alice, language=language)
    client.force_login(alice)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", OPERATOR_PAGES)
def test_an_operator_opens_the_pages_of_the_platform(client: Client, olga: User, acme: Customer, path: str) -> None:
    client.force_login(olga)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", OPERATOR_PAGES)
def test_the_platform_is_unknown_to_everybody_else(client: Client, alice: User, dave: User, path: str) -> None:
    for user in (alice, dave):
        client.force_login(user)
        assert client.get(path).status_code == 404

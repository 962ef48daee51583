"""Logging in, and what it must not tell."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Brand, Customer, Partner, User
from conftest import PASSWORD, Mailbox

LOGIN = "/accounts/login/"


def log_in(client: Client, login: str, password: str = PASSWORD, **extra: str) -> object:
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.com", "Alice@Example.com"])
def test_people_log_in_with_their_user_name_or_address(client: Client, alice: User, login: str) -> None:
    log_in(client, login)
    assert client.session["_auth_user_id"] == str(alice.pk)

"""What a visitor with bad intentions finds: hosts, caches, logs, limits and keys."""

import logging

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts import selectors
from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tokens import make_key
from portal.logs import scrub


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "testserver:8443", "other.example"])
def test_outside_the_demonstration_only_a_brands_own_host_is_answered(
    client: Client, alice: User, settings: Settings, host: str
) -> None:
    settings.DEMO, settings.SECURE_SSL_REDIRECT = False, False
    selectors.forget_brands()
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 421
    assert client.get("/accounts/login/", headers={"Host": "testserver"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/calls/", "/users/", "/account/", "/audit/", "/devices/", "/accounts/2fa/totp/activate/"]
)
def test_what_a_signed_in_person_sees_is_kept_in_no_cache(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-battery"})
    assert client.get(path).headers["Cache-Control"].endswith("no-store")


@pytest.mark.parametrize("path", ["/invitation/{}/", "/accounts/password/reset/key/1-{}/", "/account/email/{}/"])
def test_the_key_of_a_one_time_link_stays_out_of_the_log(path: str) -> None:
    key = make_key()
    assert key not in scrub(f"Conflict: {path.format(key)}")


@pytest.mark.django_db
def test_tries_for_one_account_are_counted_whatever_the_host_is_spelled(client: Client, alice: User) -> None:
    cache.clear()
    for host in ("testserver", "TESTSERVER", "testserver:1", "localhost", "north.localhost") * 2:
        client.post("/accounts/login/", {"login": "alice", "password": "wrong"}, headers={"Host": host})
    page = client.post("/accounts/login/", {"login": "Alice", "password": "correct-horse-battery"})
    assert page.status_code != 302
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_key_of_a_partner_without_a_second_factor_opens_nothing_outside_the_demonstration(
    client: Client, dave: User, acme: Customer, settings: Settings
) -> None:
    _, key = create_token(actor=system(door=Door.COMMAND), user=dave, name="test")
    headers = {"Authorization": f"Bearer {key}", "X-Customer": "acme"}
    assert client.get("/api/v1/lines/", headers=headers).status_code == 200
    settings.SECOND_FACTOR_REQUIRED = True
    assert client.get("/api/v1/lines/", headers=headers).status_code == 403


@pytest.mark.django_db
def test_a_failed_log_in_writes_no_password_to_the_log(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/accounts/login/", {"login": "alice", "password": "hunter2-hunter2"})
    assert "hunter2-hunter2" not in caplog.text

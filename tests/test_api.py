"""What all of the API shares: its description, its errors, its tokens and the choice of a customer."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import ApiToken, Customer, User
from accounts.services import create_token, revoke_token

SYSTEM = system(door=Door.COMMAND)


def key_of(user: User) -> str:
    return create_token(actor=SYSTEM, user=user, name="test")[1]


def test_the_description_is_complete_and_without_a_warning(tmp_path: object) -> None:
    call_command("spectacular", file=f"{tmp_path}/schema.yml", validate=True, fail_on_warn=True)


@pytest.mark.django_db
def test_the_readable_page_holds_no_inline_script_or_style(client: Client, alice: User) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert "<script>" not in text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_an_error_is_a_problem_document(client: Client, alice: User) -> None:
    answer = client.get("/api/v1/lines/", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


@pytest.mark.django_db
def test_a_field_that_is_wrong_is_named(client: Client, alice: User) -> None:
    answer = client.post(
        "/api/v1/exchange/route/",
        {},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(alice)}"},
    )
    assert answer.status_code == 400
    assert "number" in answer.json()["errors"]


@pytest.mark.django_db
def test_a_session_does_not_open_the_api(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/api/v1/lines/").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["expired", "revoked", "blocked"])
def test_a_token_that_ended_opens_nothing(client: Client, alice: User, change: str) -> None:
    key = key_of(alice)
    token = ApiToken.objects.get(user=alice)
    if change == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif change == "revoked":
        revoke_token(actor=SYSTEM, token=token)
    else:
        User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get("/api/v1/lines/", headers={"Authorization": f"Bearer {key}"}).status_code == 401


@pytest.mark.django_db
def test_a_token_is_kept_as_a_hash_only(alice: User) -> None:
    key = key_of(alice)
    assert key not in str(ApiToken.objects.values().get())


@pytest.mark.django_db
def test_who_has_several_customers_names_one(client: Client, dave: User, acme: Customer, birch: Customer) -> None:
    headers = {"Authorization": f"Bearer {key_of(dave)}"}
    unnamed = client.get("/api/v1/lines/", headers=headers)
    assert unnamed.status_code == 400
    assert "X-Customer" in unnamed.json()["errors"]
    assert client.get("/api/v1/lines/", headers=headers | {"X-Customer": "birch"}).status_code == 200


@pytest.mark.django_db
def test_another_customers_reference_is_unknown(client: Client, alice: User, birch: Customer) -> None:
    answer = client.get("/api/v1/lines/", headers={"Authorization": f"Bearer {key_of(alice)}", "X-Customer": "birch"})
    assert answer.status_code == 404


@pytest.mark.django_db
def test_an_address_that_keeps_guessing_keys_is_slowed_down_and_others_are_not(client: Client, alice: User) -> None:
    for _ in range(60):
        assert client.get("/api/v1/lines/", headers={"Authorization": "Bearer wrong"}).status_code == 401
    slowed = client.get("/api/v1/lines/", headers={"Authorization": "Bearer wrong"})
    assert (slowed.status_code, slowed.headers["Content-Type"]) == (429, "application/problem+json")
    assert int(slowed.headers["Retry-After"]) > 0
    assert slowed.json()["detail"] == "Te veel verzoeken. Probeer het over 60 seconden opnieuw."
    elsewhere = client.get("/api/v1/lines/", headers={"Authorization": "Bearer wrong"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 401
    assert client.get("/api/v1/lines/", headers={"Authorization": f"Bearer {key_of(alice)}"}).status_code == 200

"""Users, invitations, the log book and oneself in the API: the verbs of the pages, with the same refusals."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.access import Role, roles_of, system
from accounts.models import ApiToken, AuditEntry, Customer, Invitation, User
from accounts.tenancy import Crossing, crossing, tenant
from accounts.tests.test_login import confirmed, text_of
from conftest import PASSWORD, Mailbox


class Api:
    """A program with somebody's key."""

    def __init__(self, user: User, customer: str = "") -> None:
        _token, key = services.create_token(actor=system(), user=user, name="test")
        self.client = Client()
        self.headers = {"authorization": f"Bearer {key}"} | ({"x-customer": customer} if customer else {})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def send(self, verb: str, path: str, data: object = None) -> Any:
        body = json.dumps(data if data is not None else {})
        send = getattr(self.client, verb)
        return send(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)


def test_me_names_the_user_and_the_customers_within_reach(dave: User, acme: Customer, birch: Customer) -> None:
    me = Api(dave).get("/me/").json()
    assert me["username"] == "dave"
    assert me["customers"] == [{"reference": "acme", "name": "Acme"}, {"reference": "birch", "name": "Birch"}]


def test_a_manager_reads_the_colleagues_of_their_own_customer(alice: User, bob: User, carol: User) -> None:
    found = Api(alice).get("/users/").json()["results"]
    assert [user["username"] for user in found] == ["alice", "bob"]
    assert found[1]["roles"] == []
    assert found[0]["preset"] == "owner"


def test_a_colleague_without_the_right_is_refused(bob: User) -> None:
    for path in ("/users/", "/invitations/", "/audit/"):
        answer = Api(bob).get(path)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"


def test_somebody_of_another_customer_does_not_exist(alice: User, carol: User) -> None:
    api = Api(alice)
    assert api.get(f"/users/{carol.pk}/").status_code == 404
    assert api.send("patch", f"/users/{carol.pk}/", {"roles": []}).status_code == 404
    assert api.send("delete", f"/users/{carol.pk}/").status_code == 404


def test_rights_are_changed_and_told_through_which_door(alice: User, bob: User, acme: Customer) -> None:
    answer = Api(alice).send("patch", f"/users/{bob.pk}/", {"roles": ["views_invoices"], "mails": ["mails_invoices"]})
    assert answer.json()["roles"] == ["views_invoices"]
    assert roles_of(bob.memberships.get()) == {Role.VIEWS_INVOICES}
    with tenant(acme):
        assert AuditEntry.objects.get(verb="membership.roles").door == AuditEntry.Door.API


def test_a_starred_role_alone_is_refused_with_its_code(alice: User, bob: User) -> None:
    answer = Api(alice).send("patch", f"/users/{bob.pk}/", {"roles": ["blocks_sim"]})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:centrale:problem:mobile_access_needed"
    assert list(answer.json()["errors"]) == ["blocks_sim"]


def test_an_unknown_role_is_a_field_error(alice: User, bob: User) -> None:
    answer = Api(alice).send("patch", f"/users/{bob.pk}/", {"roles": ["operator"]})
    assert answer.status_code == 400
    assert "roles" in answer.json()["errors"]


def test_blocking_and_removing_follow_the_same_rules(alice: User, bob: User) -> None:
    api = Api(alice)
    assert api.send("post", f"/users/{alice.pk}/block/").json()["type"] == "urn:centrale:problem:own_user_management"
    assert api.send("post", f"/users/{bob.pk}/block/").json()["blocked"] is True
    assert api.send("post", f"/users/{bob.pk}/unblock/").json()["blocked"] is False
    assert api.send("delete", f"/users/{bob.pk}/").status_code == 204
    assert not bob.memberships.exists()


def test_a_partner_names_the_customer_and_enters_no_other(
    dave: User, erik: User, acme: Customer, birch: Customer
) -> None:
    assert Api(dave).get("/users/").status_code == 400
    assert Api(dave, "acme").get("/users/").status_code == 200
    assert Api(erik, "acme").get("/users/").status_code == 404


def test_invitations_are_sent_and_withdrawn(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    api = Api(alice)
    made = api.send("post", "/invitations/", {"email": "new@example.com", "roles": ["views_invoices"]})
    assert made.status_code == 201
    assert "token" not in made.json()
    assert mailbox.messages[0]["To"] == "new@example.com"
    assert mailbox.messages[0]["From"] == "North ICT <noreply@north.localhost>"
    assert "//north.localhost/invitation/" in text_of(mailbox.messages[0])
    assert api.get("/invitations/").json()["results"] == [made.json()]
    assert api.send("delete", f"/invitations/{made.json()['id']}/").status_code == 204
    assert not Invitation.objects.exists()


def test_a_fourth_invitation_of_an_address_in_a_day_is_refused(alice: User, mailbox: Mailbox) -> None:
    api = Api(alice)
    for _ in range(3):
        made = api.send("post", "/invitations/", {"email": "new@example.com"})
        api.send("delete", f"/invitations/{made.json()['id']}/")
    answer = api.send("post", "/invitations/", {"email": "new@example.com"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:centrale:problem:too_many_invitations"
    assert len(mailbox.messages) == 3


def test_the_log_book_reads_newest_first_in_words(alice: User, bob: User) -> None:
    api = Api(alice)
    api.send("post", f"/users/{bob.pk}/block/")
    api.send("post", f"/users/{bob.pk}/unblock/")
    entries = api.get("/audit/").json()["results"]
    assert [entry["verb"] for entry in entries] == ["membership.unblock", "membership.block"]
    assert "Bob Test" in entries[0]["sentence"]


@pytest.mark.parametrize("path", ["/users/", "/invitations/", "/audit/"])
def test_reading_a_list_takes_a_fixed_number_of_queries(
    alice: User, bob: User, path: str, django_assert_max_num_queries: Any
) -> None:
    api = Api(alice)
    api.get(path)
    with django_assert_max_num_queries(13):
        api.get(path)


# --- keys ---


NEW_KEY = {"token-name": "boekhouding", "token-days": "30"}


def test_making_a_key_takes_the_password_once_more_and_tells_the_owner(
    client: Client, alice: User, mailbox: Mailbox
) -> None:
    client.force_login(alice)
    asked = client.post("/account/tokens/", NEW_KEY)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked.headers["Location"], {"password": "wrong-password-1", "next": "/account/tokens/"})
    assert not ApiToken.objects.exists()
    client.post("/account/tokens/", NEW_KEY)
    page = client.post(asked.headers["Location"], {"password": PASSWORD, "next": "/account/tokens/"}).content.decode()
    assert 'class="num key">ctl_' in page
    assert ApiToken.objects.get().name == "boekhouding"
    assert str(mailbox.messages[0]["Subject"]) == "Centrale: Er is een API-sleutel gemaakt"
    assert mailbox.messages[0]["To"] == "alice@example.com"
    assert "“boekhouding”" in text_of(mailbox.messages[0])
    assert "ctl_" not in text_of(mailbox.messages[0])


def test_a_changed_password_ends_the_users_keys(client: Client, alice: User, bob: User, mailbox: Mailbox) -> None:
    api, other = Api(alice), Api(bob)
    client.force_login(alice)
    data = {"oldpassword": "wrong-password-1", "password1": "een lange zin is fijn"}
    client.post("/accounts/password/change/", data)
    assert api.get("/me/").status_code == 200
    client.post("/accounts/password/change/", data | {"oldpassword": PASSWORD})
    assert api.get("/me/").status_code == 401
    assert other.get("/me/").status_code == 200
    with crossing(Crossing.PLATFORM_AUDIT):
        entry = AuditEntry.objects.get(verb="token.revoke")
    assert entry.user_name == "Alice Test"


def test_a_password_chosen_through_a_mailed_link_ends_the_users_keys(
    client: Client, alice: User, mailbox: Mailbox
) -> None:
    api = Api(alice)
    form_path = client.get(services.password_path(alice)).headers["Location"]
    client.post(form_path, {"password1": "een lange zin is fijn"})
    alice.refresh_from_db()
    assert alice.check_password("een lange zin is fijn")
    assert api.get("/me/").status_code == 401


def test_a_key_is_shown_once_and_only_its_hash_is_kept(client: Client, alice: User, mailbox: Mailbox) -> None:
    confirmed(client, alice)
    page = client.post("/account/tokens/", NEW_KEY).content.decode()
    token = ApiToken.objects.get()
    key = page.split('class="num key">')[1].split("<")[0]
    assert key.startswith("ctl_")
    assert key not in client.get("/account/").content.decode()
    assert token.token_hash != key
    assert dt.timedelta(days=29) < token.expires_at - timezone.now() < dt.timedelta(days=31)
    api = Api(alice)
    api.headers["authorization"] = f"Bearer {key}"
    assert api.get("/me/").status_code == 200
    client.post(f"/account/tokens/{token.pk}/revoke/")
    assert api.get("/me/").status_code == 401


def test_nobody_revokes_somebody_elses_key(client: Client, alice: User, bob: User) -> None:
    token, _key = services.create_token(actor=system(), user=alice, name="mine")
    client.force_login(bob)
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404


def test_a_key_ends_on_its_day(alice: User) -> None:
    api = Api(alice)
    ApiToken.objects.update(expires_at=timezone.now())
    assert api.get("/me/").status_code == 401


def test_the_command_prints_a_key_that_works(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "alice", "--name", "script", "--days", "5")
    api = Api(alice)
    api.headers["authorization"] = f"Bearer {capsys.readouterr().out.strip()}"
    assert api.get("/me/").json()["username"] == "alice"


def test_the_command_prints_one_document_on_request(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "alice@example.com", "--json")
    document = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert document["user"] == "alice"
    assert ApiToken.objects.filter(name="command line").exists()


@pytest.mark.parametrize("arguments", [("nobody",), ("alice", "--days", "0")])
def test_the_command_says_in_one_sentence_what_is_wrong(alice: User, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("create_token", *arguments)
    assert "\n" not in str(caught.value)

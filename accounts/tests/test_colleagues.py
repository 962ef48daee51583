"""Colleagues: inviting, joining, roles, blocking and removing, by page."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.access import OWNER, Actor, Door, Role, roles_of, system
from accounts.errors import Refusal
from accounts.models import ApiToken, AuditEntry, Customer, Invitation, Membership, User
from accounts.tenancy import tenant


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def actor_of(user: User) -> Actor:
    membership = user.memberships.get()
    return Actor(user=user, customer=membership.customer, roles=roles_of(membership), door=Door.PAGE)


def verbs(customer: Customer) -> list[str]:
    with tenant(customer):
        return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


# --- the list ---


def test_the_list_shows_who_works_here_and_nobody_else(as_alice: Client, bob: User, carol: User) -> None:
    page = as_alice.get("/users/").content.decode()
    assert "bob@example.com" in page
    assert "carol" not in page
    assert "Eigenaar" in page
    assert "Medewerker" in page


@pytest.mark.parametrize(
    ("words", "found"), [("BOB", True), ("b@ex", True), ("Test", True), ("carol", False), ("alice bob", False)]
)
def test_searching_finds_any_part_of_a_name_or_address(as_alice: Client, bob: User, words: str, found: bool) -> None:
    page = as_alice.get("/users/", {"q": words}).content.decode()
    assert ("bob@example.com" in page) is found


def test_a_search_without_a_result_says_what_to_do(as_alice: Client) -> None:
    page = as_alice.get("/users/", {"q": "zzz"}).content.decode()
    assert "Niemand gevonden" in page
    assert "Filters wissen" in page


def test_blocked_colleagues_can_be_picked_out(as_alice: Client, alice: User, bob: User) -> None:
    services.block(actor=actor_of(alice), membership=bob.memberships.get())
    page = as_alice.get("/users/", {"blocked": "True"}).content.decode()
    assert "bob@example.com" in page
    assert "alice@example.com" not in page


@pytest.mark.parametrize("path", ["/users/", "/users/invite/", "/users/1/"])
def test_a_colleague_without_the_right_is_refused(client: Client, bob: User, path: str) -> None:
    client.force_login(bob)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("verb", ["", "block/", "unblock/", "remove/"])
def test_somebody_of_another_customer_does_not_exist_here(as_alice: Client, carol: User, verb: str) -> None:
    answer = as_alice.post(f"/users/{carol.pk}/{verb}", {"preset": "employee"})
    assert answer.status_code == 404
    assert roles_of(carol.memberships.get()) >= {Role.MANAGES_USERS}


def test_an_invitation_of_another_customer_does_not_exist_here(as_alice: Client, birch: Customer) -> None:
    invitation = Invitation.objects.create(
        customer=birch, email="x@example.com", token_hash="x", expires_at=timezone.now() + dt.timedelta(days=1)
    )
    for verb in ("resend", "withdraw"):
        assert as_alice.post(f"/users/invitations/{invitation.pk}/{verb}/").status_code == 404
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_a_partner_manages_the_users_of_its_own_customers_only(
    client: Client, dave: User, erik: User, bob: User, acme: Customer
) -> None:
    client.force_login(erik)
    assert client.post("/customers/acme/enter/").status_code == 404
    assert client.get(f"/users/{bob.pk}/").status_code == 404
    client.force_login(dave)
    client.post("/customers/acme/enter/")
    assert client.get(f"/users/{bob.pk}/").status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_as_many_queries_for_many_as_for_few(
    as_alice: Client, acme: Customer, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        user = User.objects.create_user(username=f"u{number}", email=f"u{number}@example.com")
        Membership.objects.create(user=user, customer=acme)
    as_alice.get("/users/")
    with django_assert_num_queries(10):
        as_alice.get("/users/")


# --- rights ---


def test_a_preset_fills_the_roles(as_alice: Client, bob: User) -> None:
    as_alice.post(f"/users/{bob.pk}/", {"preset": "owner"})
    assert roles_of(bob.memberships.get()) == {Role(name) for name in OWNER}


def test_ticked_roles_and_mails_are_saved_and_told(as_alice: Client, bob: User, acme: Customer) -> None:
    answer = as_alice.post(
        f"/users/{bob.pk}/",
        {"preset": "custom", "mobile_access": "on", "blocks_sim": "on", "mails_sim_block": "on"},
        follow=True,
    )
    membership = bob.memberships.get()
    assert roles_of(membership) == {Role.MOBILE_ACCESS, Role.BLOCKS_SIM}
    assert membership.mails_sim_block
    assert "Opgeslagen voor Bob Test." in answer.content.decode()
    with tenant(acme):
        entry = AuditEntry.objects.get(verb="membership.roles")
        assert entry.changes == {
            "mobile_access": [False, True],
            "blocks_sim": [False, True],
            "mails_sim_block": [False, True],
        }
        assert entry.door == Door.PAGE


@pytest.mark.parametrize("role", Membership.MOBILE_ROLES)
def test_the_starred_roles_need_access_to_mobile(as_alice: Client, bob: User, role: str) -> None:
    page = as_alice.post(f"/users/{bob.pk}/", {"preset": "custom", role: "on"}).content.decode()
    assert "kan niet zonder Toegang mobiel" in page
    assert 'class="proposal"' in page
    assert roles_of(bob.memberships.get()) == frozenset()


@pytest.mark.parametrize("role", Membership.MOBILE_ROLES)
def test_the_database_holds_the_same(bob: User, role: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bob.memberships.update(**{role: True})


def test_nobody_takes_user_management_from_themselves(as_alice: Client, alice: User) -> None:
    page = as_alice.post(f"/users/{alice.pk}/", {"preset": "employee"}).content.decode()
    assert "niet bij jezelf weghalen" in page
    as_alice.post(f"/users/{alice.pk}/block/")
    as_alice.post(f"/users/{alice.pk}/remove/")
    membership = alice.memberships.get()
    assert membership.manages_users
    assert not membership.is_blocked


def test_a_customer_keeps_somebody_who_manages_its_users(alice: User, olga: User) -> None:
    operator = Actor(user=olga, customer=None, roles=frozenset({Role.OPERATOR}), door=Door.PAGE)
    membership = alice.memberships.get()
    for refused in (
        lambda: services.block(actor=operator, membership=membership),
        lambda: services.remove(actor=operator, membership=membership),
        lambda: services.set_roles(actor=operator, membership=membership, roles=()),
    ):
        with pytest.raises(Refusal) as caught:
            refused()
        assert caught.value.code == "last_manager"


def test_a_second_manager_makes_the_first_replaceable(alice: User, bob: User) -> None:
    services.make_owner(actor=actor_of(alice), membership=bob.memberships.get())
    services.block(actor=actor_of(bob), membership=alice.memberships.get())
    assert alice.memberships.get().is_blocked


def test_a_blocked_manager_does_not_count(alice: User, bob: User, olga: User) -> None:
    services.make_owner(actor=actor_of(alice), membership=bob.memberships.get())
    services.block(actor=actor_of(alice), membership=bob.memberships.get())
    operator = Actor(user=olga, customer=None, roles=frozenset({Role.OPERATOR}), door=Door.PAGE)
    with pytest.raises(Refusal) as caught:
        services.block(actor=operator, membership=alice.memberships.get())
    assert caught.value.code == "last_manager"


def test_nobody_gives_a_right_that_they_lack(client: Client, alice: User, bob: User, acme: Customer) -> None:
    services.set_roles(actor=actor_of(alice), membership=bob.memberships.get(), roles={"manages_users"})
    other = User.objects.create_user(username="other", email="other@example.com")
    membership = services.add_membership(actor=system(), user=other, customer=acme)
    client.force_login(bob)
    page = client.post(f"/users/{other.pk}/", {"preset": "custom", "views_invoices": "on"}).content.decode()
    assert "dus je kunt hem niet geven" in page
    membership.refresh_from_db()
    assert not membership.views_invoices


@pytest.fixture
def as_bob_who_only_manages_users(client: Client, alice: User, bob: User) -> Client:
    services.set_roles(actor=actor_of(alice), membership=bob.memberships.get(), roles={"manages_users"})
    client.force_login(bob)
    return client


def test_user_management_alone_strips_blocks_and_removes_no_owner(
    as_bob_who_only_manages_users: Client, alice: User
) -> None:
    client = as_bob_who_only_manages_users
    page = client.post(f"/users/{alice.pk}/", {"preset": "employee"}).content.decode()
    assert "niet geven of weghalen" in page
    for verb in ("block", "remove"):
        page = client.post(f"/users/{alice.pk}/{verb}/", follow=True).content.decode()
        assert "Vraag iemand met die rol om dit te doen" in page
    membership = alice.memberships.get()
    assert roles_of(membership) == {Role(name) for name in OWNER}
    assert not membership.is_blocked


def test_user_management_alone_still_manages_its_equals_and_everybodys_mail(
    as_bob_who_only_manages_users: Client, alice: User, bob: User, acme: Customer
) -> None:
    actor = actor_of(bob)
    mails = {"mails_invoices"}
    services.set_roles(actor=actor, membership=alice.memberships.get(), roles={*OWNER, *mails})
    assert alice.memberships.get().mails_invoices
    other = User.objects.create_user(username="other", email="other@example.com")
    membership = services.add_membership(actor=system(), user=other, customer=acme, roles={"manages_users"})
    services.set_roles(actor=actor, membership=membership, roles=())
    services.block(actor=actor, membership=membership)
    services.remove(actor=actor, membership=membership)
    assert not other.memberships.exists()


def test_blocking_shuts_out_at_once_and_can_be_undone(as_alice: Client, bob: User) -> None:
    visitor = Client()
    visitor.force_login(bob)
    token, _key = services.create_token(actor=system(), user=bob, name="x")
    assert visitor.get("/account/").status_code == 200
    page = as_alice.post(f"/users/{bob.pk}/block/", follow=True).content.decode()
    assert f"/users/{bob.pk}/unblock/" in page
    assert visitor.get("/users/").status_code == 404  # a stranger here, no longer a colleague without the right
    as_alice.post(f"/users/{bob.pk}/unblock/")
    assert visitor.get("/users/").status_code == 403
    assert ApiToken.objects.filter(pk=token.pk, revoked_at=None).exists()


def test_removing_takes_the_place_and_keeps_the_log_in(as_alice: Client, bob: User, acme: Customer) -> None:
    page = as_alice.post(f"/users/{bob.pk}/remove/", follow=True).content.decode()
    assert "Bob Test is verwijderd bij deze klant." in page
    assert not bob.memberships.exists()
    assert User.objects.filter(pk=bob.pk).exists()
    assert verbs(acme) == ["membership.remove"]


@pytest.mark.parametrize("blocked_already", [False, True])
def test_only_an_operator_lifts_what_an_operator_blocked(
    as_alice: Client, alice: User, bob: User, olga: User, blocked_already: bool
) -> None:
    operator = Actor(user=olga, customer=None, roles=frozenset({Role.OPERATOR}), door=Door.PAGE)
    if blocked_already:
        services.block(actor=actor_of(alice), membership=bob.memberships.get())
    services.block(actor=operator, membership=bob.memberships.get())
    services.block(actor=actor_of(alice), membership=bob.memberships.get())
    for verb in ("unblock", "remove"):
        page = as_alice.post(f"/users/{bob.pk}/{verb}/", follow=True).content.decode()
        assert "alleen de provider kan dat veranderen" in page
    assert bob.memberships.get().is_blocked
    services.unblock(actor=operator, membership=bob.memberships.get())
    services.block(actor=actor_of(alice), membership=bob.memberships.get())
    services.unblock(actor=actor_of(alice), membership=bob.memberships.get())
    assert not bob.memberships.get().is_blocked

"""Inviting and joining: the mail, its link, and what neither tells."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.access import Role, roles_of
from accounts.errors import Refusal
from accounts.models import Customer, Invitation, Partner, User
from accounts.tests.test_colleagues import actor_of, verbs
from accounts.tests.test_login import steady, text_of
from conftest import PASSWORD, Mailbox, free_port


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def link_in(mailbox: Mailbox) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", text_of(mailbox.messages[-1]))
    assert found is not None
    return found[1]


def invite(client: Client, email: str, **fields: object) -> Any:
    return client.post("/users/invite/", {"email": email, "preset": "employee", **fields}, follow=True)


def test_a_new_address_and_one_known_elsewhere_look_the_same(as_alice: Client, carol: User, mailbox: Mailbox) -> None:
    pages = []
    for address in ("carol@example.com", "new@example.com"):
        answer = invite(as_alice, address, views_invoices="on")
        pages.append(re.sub(r"(withdraw-|invitations/)\d+", r"\1", steady(answer.content.decode(), address)))
        Invitation.objects.all().delete()
    assert pages[0] == pages[1]
    assert [message["To"] for message in mailbox.messages] == ["carol@example.com", "new@example.com"]


def test_a_newcomer_joins_with_the_roles_that_waited(as_alice: Client, acme: Customer, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com", views_invoices="on", mails_invoices="on")
    assert "7 dagen" in text_of(mailbox.messages[0])
    token = link_in(mailbox).split("/")[2]
    assert not Invitation.objects.filter(token_hash__contains=token).exists()
    visitor = Client()
    page = visitor.get(link_in(mailbox)).content.decode()
    assert "Welkom bij Acme" in page
    answer = visitor.post(
        link_in(mailbox),
        {
            "first_name": "Nina",
            "name_prefix": "de",
            "last_name": "Wit",
            "username": "nina",
            "password": "een lange zin is fijn",
        },
    )
    assert answer.status_code == 302
    nina = User.objects.get(username="nina")
    membership = nina.memberships.get()
    assert nina.email == "new@example.com"
    assert nina.full_name == "Nina de Wit"
    assert membership.customer == acme
    assert roles_of(membership) == {Role.VIEWS_INVOICES}
    assert membership.mails_invoices
    assert visitor.session["_auth_user_id"] == str(nina.pk)
    assert verbs(acme) == ["invitation.send", "membership.add"]


def test_somebody_known_elsewhere_logs_in_to_join_and_keeps_the_old_place(
    as_alice: Client, carol: User, acme: Customer, mailbox: Mailbox
) -> None:
    invite(as_alice, "Carol@Example.com", preset="administrator")
    link = link_in(mailbox)
    visitor = Client()
    assert "carol" not in visitor.get(link).content.decode().replace("carol@example.com", "")
    visitor.post(f"/accounts/login/?next={link}", {"login": "carol", "password": PASSWORD, "next": link})
    assert "Meedoen bij Acme" in visitor.get(link).content.decode()
    visitor.post(link)
    assert set(carol.memberships.values_list("customer__reference", flat=True)) == {"acme", "birch"}
    assert carol.memberships.get(customer=acme).manages_users


def test_an_invitation_opens_for_its_own_address_only(
    north: Partner, bob: User, birch: Customer, carol: User, mailbox: Mailbox
) -> None:
    services.invite(
        actor=actor_of(carol),
        customer=birch,
        email="x@example.com",
        roles=(),
        brand=north.brand,
        base="http://testserver",
    )
    visitor = Client()
    visitor.force_login(bob)
    assert visitor.post(link_in(mailbox)).status_code == 409
    assert not bob.memberships.filter(customer=birch).exists()


def test_somebody_invited_with_capitals_can_choose_a_new_password_later(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "Jan.Jansen@Example.com")
    data = {"first_name": "Jan", "last_name": "Jansen", "username": "jan", "password": "een lange zin is fijn"}
    Client().post(link_in(mailbox), data)
    assert User.objects.get(username="jan").email == "jan.jansen@example.com"
    Client().post("/accounts/password/reset/", {"email": "Jan.Jansen@Example.com"})
    assert "/accounts/password/reset/key/" in text_of(mailbox.messages[-1])


def test_an_invitation_works_once(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com")
    data = {"first_name": "N", "last_name": "W", "username": "nina", "password": "een lange zin is fijn"}
    assert Client().post(link_in(mailbox), data).status_code == 302
    assert Client().get(link_in(mailbox)).status_code == 404


def test_an_invitation_expires_after_seven_days(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com")
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    page = Client().get(link_in(mailbox))
    assert page.status_code == 404
    assert "werkt niet meer" in page.content.decode()


def test_sending_again_makes_the_old_link_useless(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com")
    old = link_in(mailbox)
    as_alice.post(f"/users/invitations/{Invitation.objects.get().pk}/resend/")
    assert Client().get(old).status_code == 404
    assert Client().get(link_in(mailbox)).status_code == 200


def test_a_withdrawn_invitation_no_longer_works(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com")
    as_alice.post(f"/users/invitations/{Invitation.objects.get().pk}/withdraw/")
    assert Client().get(link_in(mailbox)).status_code == 404


def test_inviting_a_colleague_says_that_they_are_here(as_alice: Client, bob: User, mailbox: Mailbox) -> None:
    page = invite(as_alice, "BOB@example.com").content.decode()
    assert "staat al in je lijst" in page
    assert mailbox.messages == []


def test_without_a_mail_server_nothing_is_saved_and_the_page_says_so(as_alice: Client, settings: Any) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": free_port(), "timeout": 2},
        }
    }
    page = invite(as_alice, "new@example.com").content.decode()
    assert "De mail kon niet weg" in page
    assert not Invitation.objects.exists()


def test_the_mail_comes_from_the_brand_and_leads_to_its_host(as_alice: Client, mailbox: Mailbox) -> None:
    as_alice.post(
        "/users/invite/", {"email": "new@example.com", "preset": "employee"}, headers={"host": "north.localhost"}
    )
    message = mailbox.messages[0]
    assert message["From"] == "North ICT <noreply@north.localhost>"
    assert message["Subject"] == "North ICT: Uitnodiging voor Acme"
    assert "http://north.localhost/invitation/" in text_of(message)


@pytest.mark.parametrize(
    ("links", "typed", "base"),
    [
        ("http://{host}", "testserver", "http://north.localhost"),
        ("http://{host}:8042", "localhost:8042", "http://north.localhost:8042"),
        ("http://{host}:8042", "north.localhost:8042", "http://north.localhost:8042"),
        ("https://{host}", "testserver", "https://north.localhost"),
    ],
)
def test_the_mail_wears_the_brand_of_the_customer_whatever_host_was_typed(
    as_alice: Client, mailbox: Mailbox, settings: Any, links: str, typed: str, base: str
) -> None:
    settings.DEMO, settings.MAIL_LINKS = ":8042" in links, links
    as_alice.post("/users/invite/", {"email": "new@example.com", "preset": "employee"}, headers={"host": typed})
    as_alice.post(f"/users/invitations/{Invitation.objects.get().pk}/resend/", headers={"host": typed})
    assert len(mailbox.messages) == 2
    for message in mailbox.messages:
        assert message["From"] == "North ICT <noreply@north.localhost>"
        assert f"{base}/invitation/" in text_of(message)


def test_an_english_reader_gets_english_mail(
    alice: User, carol: User, acme: Customer, north: Partner, mailbox: Mailbox
) -> None:
    services.change_language(user=carol, language="en")
    services.invite(
        actor=actor_of(alice),
        customer=acme,
        email=carol.email,
        roles=(),
        brand=north.brand,
        base="http://north.localhost",
    )
    assert "You have a log-in already: carol" in text_of(mailbox.messages[0])


def test_an_address_gets_three_invitation_mails_a_day(as_alice: Client, mailbox: Mailbox) -> None:
    invite(as_alice, "new@example.com")
    as_alice.post(f"/users/invitations/{Invitation.objects.get().pk}/resend/")
    as_alice.post(f"/users/invitations/{Invitation.objects.get().pk}/withdraw/")
    invite(as_alice, "NEW@example.com")
    again = f"/users/invitations/{Invitation.objects.get().pk}/resend/"
    assert "probeer het morgen" in as_alice.post(again, follow=True).content.decode()
    assert "probeer het morgen" in invite(as_alice, "new@example.com").content.decode()
    assert len(mailbox.messages) == 3
    assert Client().get(link_in(mailbox)).status_code == 200  # the refused mail did not end the last link
    invite(as_alice, "other@example.com")
    assert len(mailbox.messages) == 4


def test_a_customer_sends_fifty_invitation_mails_an_hour(
    alice: User, acme: Customer, carol: User, birch: Customer, north: Partner, mailbox: Mailbox
) -> None:
    def send(user: User, customer: Customer, number: int) -> None:
        base = "http://north.localhost"
        email = f"u{number}@example.com"
        services.invite(actor=actor_of(user), customer=customer, email=email, roles=(), brand=north.brand, base=base)

    for number in range(50):
        send(alice, acme, number)
    with pytest.raises(Refusal) as caught:
        send(alice, acme, 50)
    assert caught.value.code == "too_many_invitations"
    send(carol, birch, 50)
    assert len(mailbox.messages) == 51


@pytest.mark.parametrize("name", ["win at evil.example/prize", "https:evil", "a@evil.example", "x" * 61])
def test_a_name_that_could_pass_for_a_message_stays_out_of_the_mail(
    as_alice: Client, alice: User, mailbox: Mailbox, name: str
) -> None:
    User.objects.filter(pk=alice.pk).update(first_name=name)
    invite(as_alice, "new@example.com")
    assert name not in text_of(mailbox.messages[0])
    assert "alice nodigt je uit" in text_of(mailbox.messages[0])

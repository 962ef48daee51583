"""Mijn gegevens, the log book, and being in a customer's rooms."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts import audit, audit_words, selectors, services
from accounts.access import Actor, Door, roles_of, system
from accounts.models import AuditEntry, Brand, Customer, Membership, User
from accounts.tenancy import tenant
from accounts.tests.test_login import steady, text_of
from conftest import PASSWORD, Mailbox

MOMENT = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def actor_of(user: User) -> Actor:
    membership = user.memberships.get()
    return Actor(user=user, customer=membership.customer, roles=roles_of(membership), door=Door.PAGE)


# --- own details ---


def test_people_change_their_own_name_language_and_appearance(as_alice: Client, alice: User) -> None:
    data = {"title": "ir.", "initials": "A.", "first_name": "Ada", "name_prefix": "van", "last_name": "Dijk"}
    answer = as_alice.post("/account/", {**data, "language": "en", "theme": "dark"}, follow=True)
    alice.refresh_from_db()
    assert alice.full_name == "Ada van Dijk"
    page = answer.content.decode()
    assert "Your details are saved." in page
    assert 'data-theme="dark"' in page


def test_an_empty_choice_is_refused_and_nothing_is_saved(as_alice: Client, alice: User) -> None:
    page = as_alice.post("/account/", {"first_name": "Ada", "language": "xx", "theme": "dark"}).content.decode()
    assert "Nog niet opgeslagen" in page
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_changing_the_log_in_takes_the_password(as_alice: Client, alice: User, mailbox: Mailbox) -> None:
    page = as_alice.post(
        "/account/login/", {"username": "ada", "email": "ada@example.com", "password": "wrong-password-1"}
    ).content.decode()
    assert "niet je huidige wachtwoord" in page
    alice.refresh_from_db()
    assert alice.username == "alice"


def ask_for(client: Client, email: str) -> str:
    """Ask for another address; the page that follows."""
    data = {"username": "alice", "email": email, "password": PASSWORD}
    return str(client.post("/account/login/", data, follow=True).content.decode())


@pytest.mark.django_db(transaction=True)
def test_a_new_address_counts_once_its_link_is_opened_and_the_old_one_is_told(
    as_alice: Client, alice: User, mailbox: Mailbox
) -> None:
    ask_for(as_alice, "ada@example.com")
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert mailbox.messages[0]["To"] == "ada@example.com"
    link = re.search(r"http://testserver(/account/email/\S+)", text_of(mailbox.messages[0]))
    assert link is not None
    assert "ada@example.com" in as_alice.get(link[1]).content.decode()
    as_alice.post(link[1])
    alice.refresh_from_db()
    assert alice.email == "ada@example.com"
    assert mailbox.messages[1]["To"] == "alice@example.com"
    assert "Je e-mailadres is gewijzigd" in str(mailbox.messages[1]["Subject"])
    assert as_alice.get(link[1]).status_code == 404


def test_asking_for_an_address_does_not_tell_whether_it_is_taken(
    as_alice: Client, carol: User, mailbox: Mailbox
) -> None:
    pages = [
        steady(ask_for(as_alice, email), email).replace(email, "X")
        for email in ("carol@example.com", "free@example.com")
    ]
    assert pages[0] == pages[1]
    assert len({message["Subject"] for message in mailbox.messages}) == 1
    assert "http" not in text_of(mailbox.messages[0])


def test_a_link_for_an_address_works_for_its_own_user_only(
    client: Client, as_alice: Client, bob: User, mailbox: Mailbox
) -> None:
    ask_for(as_alice, "ada@example.com")
    link = re.search(r"http://testserver(/account/email/\S+)", text_of(mailbox.messages[0]))
    assert link is not None
    visitor = Client()
    visitor.force_login(bob)
    assert visitor.post(link[1]).status_code == 404
    assert visitor.post(link[1][:-2] + "x/").status_code == 404


def test_a_taken_user_name_is_refused_with_free_ones(as_alice: Client, alice: User, bob: User) -> None:
    page = as_alice.post(
        "/account/login/", {"username": "Bob", "email": alice.email, "password": PASSWORD}
    ).content.decode()
    assert "bezet" in page
    assert 'data-value="Bob2"' in page


def test_a_user_name_cannot_look_like_somebodys_address(as_alice: Client, alice: User, bob: User) -> None:
    page = as_alice.post(
        "/account/login/", {"username": "bob@example.com", "email": alice.email, "password": PASSWORD}
    ).content.decode()
    assert "kan geen @ hebben" in page


def test_changing_the_password_takes_the_old_one(as_alice: Client, alice: User, mailbox: Mailbox) -> None:
    as_alice.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "een lange zin is fijn"})
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    as_alice.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "een lange zin is fijn"})
    alice.refresh_from_db()
    assert alice.check_password("een lange zin is fijn")
    assert as_alice.get("/account/").status_code == 200  # still logged in


# --- the log book ---


def test_the_log_book_says_what_happened_in_words(as_alice: Client, alice: User, bob: User) -> None:
    actor = actor_of(alice)
    services.set_roles(actor=actor, membership=bob.memberships.get(), roles={"views_invoices"})
    services.block(actor=actor, membership=bob.memberships.get())
    page = as_alice.get("/audit/").content.decode()
    assert "Alice Test heeft de rechten van Bob Test gewijzigd" in page
    assert "Inzicht in facturen en gesprekken aan" in page
    assert "Alice Test heeft Bob Test geblokkeerd" in page
    services.change_language(user=alice, language="en")
    page = as_alice.get("/audit/").content.decode()
    assert "Alice Test changed the rights of Bob Test" in page
    assert "Insight in invoices and calls on" in page


def test_the_log_book_of_another_customer_stays_there(as_alice: Client, carol: User, birch: Customer) -> None:
    services.save_customer(actor=actor_of(carol), customer=birch, city="Oss")
    assert "Oss" not in as_alice.get("/audit/").content.decode()


def test_a_colleague_without_the_right_reads_no_log_book(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/audit/").status_code == 403


def test_the_log_book_can_be_about_one_thing(as_alice: Client, alice: User, bob: User, acme: Customer) -> None:
    services.block(actor=actor_of(alice), membership=bob.memberships.get())
    services.save_customer(actor=actor_of(alice), customer=acme, city="Oss")
    page = as_alice.get("/audit/", {"object": "accounts.customer", "id": str(acme.pk)}).content.decode()
    assert "Oss" in page
    assert "heeft Bob Test" not in page
    nothing = as_alice.get("/audit/", {"object": "telephony.line", "id": "3"}).content.decode()
    assert "Niets gevonden" in nothing


def test_an_empty_log_book_says_what_it_is_for(as_alice: Client) -> None:
    assert "Er is nog niets gewijzigd" in as_alice.get("/audit/").content.decode()


def test_the_log_book_filters_by_day_in_amsterdam(as_alice: Client, alice: User, acme: Customer) -> None:
    # 00:30 on the 2nd in Amsterdam is still the 1st in UTC.
    with time_machine.travel(dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)):
        services.save_customer(actor=actor_of(alice), customer=acme, city="Oss")
    assert "Oss" in as_alice.get("/audit/", {"at_after": "2026-03-02", "at_before": "2026-03-02"}).content.decode()
    assert "Oss" not in as_alice.get("/audit/", {"at_after": "2026-03-01", "at_before": "2026-03-01"}).content.decode()


def test_the_log_book_pages_both_ways_without_gaps_or_doubles(acme: Customer) -> None:
    with tenant(acme):
        for number in range(23):
            # Some entries share their moment: the page must not cut between them.
            with time_machine.travel(MOMENT + dt.timedelta(minutes=number // 7), tick=False):
                audit.record(actor=system(acme), verb="customer.change", obj=acme, note=str(number))
        found = AuditEntry.objects.all()
        expected = list(found.order_by("-at", "-pk").values_list("pk", flat=True))
        seen, after, page = [], "", None
        for _ in range(10):
            page = selectors.trail_page(found, after=after, size=5)
            seen += [entry.pk for entry in page.entries]
            after = page.after
            if not after:
                break
        assert seen == expected
        assert page is not None
        back = selectors.trail_page(found, before=page.before, size=5)
        assert [entry.pk for entry in back.entries] == expected[15:20]


def test_an_unknown_verb_and_field_still_read_decently(acme: Customer, alice: User) -> None:
    entry = AuditEntry(
        customer=acme,
        user_name="Alice",
        verb="line.set_something",
        object_type="gone.model",
        object_name="Line 3",
        changes={"limit_micros": [None, 5_000_000], "other_thing": [False, True], "name": ["a", "b"]},
    )
    assert audit_words.sentence(entry) == "Alice heeft Line 3 gewijzigd (set something)"
    assert audit_words.details(entry) == "Limit micros: €\u00a05,00 · Other thing aan · Name: a → b"


@pytest.mark.parametrize("count", [1, 40])
def test_the_log_book_takes_as_many_queries_for_many_as_for_few(
    as_alice: Client, acme: Customer, count: int, django_assert_num_queries: Any
) -> None:
    with tenant(acme):
        for _ in range(count):
            audit.record(actor=system(acme), verb="customer.change", obj=acme)
    as_alice.get("/audit/")
    with django_assert_num_queries(10):
        as_alice.get("/audit/")


# --- rooms ---


def test_a_partner_sees_whose_rooms_these_are_and_leaves_again(
    client: Client, dave: User, acme: Customer, birch: Customer
) -> None:
    client.force_login(dave)
    assert client.get("/").headers["Location"] == "/partner/"
    client.post("/customers/acme/enter/")
    page = client.get("/users/").content.decode()
    assert "aan het werk bij <b>Acme</b>" in page
    with tenant(acme):
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.user_name) == ("customer.enter", "Dave Test")
    client.post("/customers/leave/")
    assert client.get("/users/").status_code == 404


def test_a_form_made_in_other_rooms_is_not_saved(client: Client, dave: User, acme: Customer, birch: Customer) -> None:
    client.force_login(dave)
    client.post("/customers/birch/enter/")
    answer = client.post("/users/invite/", {"email": "x@example.com", "preset": "employee", "in_customer": "acme"})
    assert answer.status_code == 409


def test_nobody_enters_the_rooms_of_others(
    client: Client, alice: User, erik: User, olga: User, birch: Customer
) -> None:
    for user in (alice, erik, olga):
        client.force_login(user)
        assert client.post("/customers/birch/enter/").status_code == 404
        session = client.session
        session["customer"] = birch.pk
        session.save()
        assert "birch" not in client.get("/customers/").content.decode().lower()


def test_somebody_with_two_customers_chooses(client: Client, alice: User, birch: Customer) -> None:
    Membership.objects.create(user=alice, customer=birch, manages_users=True)
    client.force_login(alice)
    page = client.get("/customers/").content.decode()
    assert "Acme" in page
    client.post("/customers/birch/enter/")
    assert client.session["customer"] == birch.pk
    with tenant(birch):
        assert not AuditEntry.objects.exists()  # one's own place is no visit


def test_a_partner_looks_over_its_own_customers_only(
    client: Client, dave: User, erik: User, alice: User, acme: Customer, birch: Customer
) -> None:
    client.force_login(dave)
    page = client.get("/partner/").content.decode()
    assert "Acme" in page
    assert "Birch" in page
    client.force_login(erik)
    assert "Acme" not in client.get("/partner/").content.decode()
    client.force_login(alice)
    assert client.get("/partner/").status_code == 404


@pytest.mark.parametrize("path", ["/partner/", "/customers/"])
@pytest.mark.parametrize("count", [1, 30])
def test_lists_of_customers_take_as_many_queries_for_many_as_for_few(
    client: Client,
    dave: User,
    acme: Customer,
    provider: Brand,
    path: str,
    count: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(count):
        Customer.objects.create(reference=f"c{number}", name=f"C {number}", partner=acme.partner)
    client.force_login(dave)
    client.get(path)
    with django_assert_max_num_queries(9):
        client.get(path)

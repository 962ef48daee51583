"""Notices: told once, to whom they are for, in the reader's language, read and put away by each for themselves."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts import notice_words, selectors
from accounts.access import PRESETS, Actor, Capability, Door, Role
from accounts.models import Customer, Notice, User
from accounts.services import notify
from accounts.tenancy import tenant

VALUES: dict[str, str | int] = {"month": "2026-10", "spent": 412_000_000}


def tell(customer: Customer, **given: Any) -> bool:
    to = given if "user" in given else {"capability": Capability.VIEW_CALLS, **given}
    return notify(customer=customer, **{"kind": "spend_guard.premium", "values": VALUES, "link": "/account/", **to})


def titles(client: Client) -> str:
    return client.get("/notices/").content.decode()


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.mark.django_db
def test_a_notice_is_said_in_the_language_of_its_reader(acme: Customer) -> None:
    tell(acme)
    with tenant(acme):
        notice = Notice.objects.get()
    with translation.override("nl"):
        dutch = notice_words.say(notice)
    with translation.override("en"):
        english = notice_words.say(notice)
    assert dutch.title == "Gesprekken naar het buitenland en servicenummers zijn gestopt"
    assert "oktober 2026" in dutch.text
    assert "€\u00a0412,00" in dutch.text
    assert "October 2026" in english.text


@pytest.mark.parametrize("kind", sorted(notice_words.KINDS))
def test_every_kind_has_a_shape_for_each_value_of_its_words(kind: str) -> None:
    words = notice_words.KINDS[kind]
    filled = dict.fromkeys(words.shapes, "x")
    assert "%(" not in str(words.title) % filled + str(words.text) % filled


@pytest.mark.django_db
def test_a_kind_without_words_is_refused(acme: Customer) -> None:
    with pytest.raises(ValueError, match="no_such"):
        tell(acme, kind="no_such")


@pytest.mark.django_db
def test_what_has_a_key_is_told_once(acme: Customer, birch: Customer) -> None:
    assert tell(acme, key="a")
    assert not tell(acme, key="a")
    assert tell(acme, key="b")
    assert tell(birch, key="a")
    with tenant(acme):
        assert Notice.objects.count() == 2


@pytest.mark.django_db
def test_whoever_has_the_capability_is_told_and_nobody_else(
    client: Client, acme: Customer, alice: User, bob: User, carol: User
) -> None:
    tell(acme)
    for user, told in ((alice, True), (bob, False), (carol, False)):
        client.force_login(user)
        assert ("zijn gestopt" in titles(client)) is told


@pytest.mark.django_db
def test_a_notice_for_one_user_is_for_that_user_only(client: Client, acme: Customer, alice: User, bob: User) -> None:
    tell(acme, user=bob)
    for user, told in ((alice, False), (bob, True)):
        client.force_login(user)
        assert ("zijn gestopt" in titles(client)) is told


@pytest.mark.django_db
def test_the_bell_counts_what_is_new_and_following_a_notice_reads_it(as_alice: Client, acme: Customer) -> None:
    tell(acme)
    tell(acme)
    assert as_alice.get("/account/").context["unread_notices"] == 2
    with tenant(acme):
        first = Notice.objects.order_by("pk")[0]
    answer = as_alice.get(f"/notices/{first.pk}/")
    assert answer.headers["Location"] == "/account/"
    assert as_alice.get("/account/").context["unread_notices"] == 1


@pytest.mark.django_db
def test_everything_can_be_marked_as_read(as_alice: Client, acme: Customer) -> None:
    tell(acme)
    tell(acme)
    as_alice.post("/notices/read/")
    page = as_alice.get("/notices/")
    assert page.context["unread_notices"] == 0
    assert "zijn gestopt" in page.content.decode()


@pytest.mark.django_db
def test_what_one_reader_puts_away_stays_with_the_others(
    client: Client, as_alice: Client, acme: Customer, alice: User, dave: User
) -> None:
    tell(acme)
    with tenant(acme):
        notice = Notice.objects.get()
    as_alice.get(f"/notices/{notice.pk}/")
    as_alice.post(f"/notices/{notice.pk}/dismiss/")
    assert "zijn gestopt" not in titles(as_alice)
    with tenant(acme):
        roles = frozenset({Role(name) for name in PRESETS["owner"]})
        other = Actor(user=dave, customer=acme, roles=roles, door=Door.PAGE)
        assert list(selectors.unread_notices(other)) == [notice]


@pytest.mark.django_db
def test_who_is_no_person_and_may_do_nothing_is_told_nothing(acme: Customer) -> None:
    tell(acme)
    nobody = Actor(user=None, customer=acme, roles=frozenset(), door=Door.API)
    with tenant(acme):
        assert (list(selectors.notices_for(nobody)), list(selectors.unread_notices(nobody))) == ([], [])


@pytest.mark.django_db
def test_the_bell_adds_no_query_to_a_page(as_alice: Client, acme: Customer, django_assert_num_queries: Any) -> None:
    as_alice.get("/notices/")
    with django_assert_num_queries(8):
        as_alice.get("/notices/")
    for _ in range(5):
        tell(acme)
    with django_assert_num_queries(8):
        as_alice.get("/notices/")

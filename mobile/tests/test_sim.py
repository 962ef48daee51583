"""Blocking a SIM: a change of state with a trail and a mail, once, undone as easily, by those who may."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.tenancy import tenant
from mobile import services
from mobile.models import MobileSubscription
from mobile.tasks import mail_sim_change


class Mailbox(Protocol):
    """What the SMTP server of the test received."""

    messages: list[Any]


type Fleet = dict[str, MobileSubscription]


def test_blocking_is_kept_with_who_and_when(acme: Customer, fleet: Fleet, owner: Actor) -> None:
    joost = fleet["Joost"]
    with tenant(acme):
        assert services.set_sim(actor=owner, subscription=joost, blocked=True)
        kept = MobileSubscription.objects.get(pk=joost.pk)
        entry = AuditEntry.objects.get(verb="mobile.sim_block")
    assert kept.is_blocked
    assert kept.sim_changed_at is not None
    assert entry.changes == {"sim": ["active", "blocked"]}
    assert (entry.user, entry.door) == (owner.user, "page")


def test_blocking_twice_changes_and_writes_nothing_the_second_time(acme: Customer, fleet: Fleet, owner: Actor) -> None:
    with tenant(acme):
        assert services.set_sim(actor=owner, subscription=fleet["Joost"], blocked=True)
        assert not services.set_sim(actor=owner, subscription=fleet["Joost"], blocked=True)
        assert AuditEntry.objects.filter(verb="mobile.sim_block").count() == 1


def test_everybody_registered_gets_a_mail_after_the_change_is_committed(
    acme: Customer,
    fleet: Fleet,
    owner: Actor,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Membership.objects.filter(user__in=[alice, bob]).update(mails_sim_block=True)
    Membership.objects.filter(user=bob).update(is_blocked=True)
    with django_capture_on_commit_callbacks() as waiting, tenant(acme):
        services.set_sim(actor=owner, subscription=fleet["Joost"], blocked=True)
        assert len(waiting) == 0
    assert len(waiting) == 1  # alice; bob is blocked


def test_the_mail_goes_over_smtp_and_says_what_happened_in_the_readers_language(
    acme: Customer, fleet: Fleet, owner: Actor, alice: User, mailbox: Mailbox
) -> None:
    Membership.objects.filter(user=alice).update(mails_sim_block=True)
    with tenant(acme):
        services.set_sim(actor=owner, subscription=fleet["Joost"], blocked=True)
    done = mail_sim_change.apply(
        args=(acme.pk, fleet["Joost"].pk, alice.pk, True), headers={"centrale_user": str(alice.pk)}, throw=True
    )
    assert done.get() is True
    (mail,) = mailbox.messages
    text = mail.get_content().replace("\u00a0", " ")
    assert str(mail["Subject"]).replace("\u00a0", " ") == "North ICT: SIM van 06 12 34 56 02 geblokkeerd"
    assert "Alice Test heeft de SIM van Joost (06 12 34 56 02) geblokkeerd" in text
    assert f"/mobile/{fleet['Joost'].pk}/" in text
    assert mail["To"] == alice.email


@pytest.mark.parametrize("lost", [{"mails_sim_block": False}, {"is_blocked": True}], ids=["unsubscribed", "blocked"])
def test_who_is_registered_no_more_when_the_worker_comes_to_it_gets_no_mail(
    acme: Customer, fleet: Fleet, alice: User, mailbox: Mailbox, lost: dict[str, bool]
) -> None:
    Membership.objects.filter(user=alice).update(**({"mails_sim_block": True} | lost))
    assert not mail_sim_change.apply(args=(acme.pk, fleet["Joost"].pk, alice.pk, True), throw=True).get()
    assert not mailbox.messages


@pytest.mark.parametrize("act", ["sim", "limit", "puk"])
def test_who_may_only_look_is_refused_by_the_service_itself(
    acme: Customer, fleet: Fleet, onlooker: Actor, act: str
) -> None:
    acts: dict[str, Callable[[], object]] = {
        "sim": lambda: services.set_sim(actor=onlooker, subscription=fleet["Joost"], blocked=True),
        "limit": lambda: services.set_account_limit(actor=onlooker, customer=acme, micros=1),
        "puk": lambda: services.reveal_puk(actor=onlooker, subscription=fleet["Joost"]),
    }
    with tenant(acme), pytest.raises(PermissionDenied):
        acts[act]()


def test_a_subscription_that_ended_has_no_sim_to_block(acme: Customer, fleet: Fleet, owner: Actor) -> None:
    joost = fleet["Joost"]
    with tenant(acme):
        MobileSubscription.objects.filter(pk=joost.pk).update(ended_on="2026-11-01")
        with pytest.raises(Refusal) as caught:
            services.set_sim(actor=owner, subscription=joost, blocked=True)
    assert caught.value.code == "subscription_ended"


def test_a_number_and_a_sim_exist_once_on_the_platform(birch: Customer, fleet: Fleet) -> None:
    for fields in ({"msisdn": "+31612345601"}, {"msisdn": "+31612345699", "iccid": "8931081700000000001"}):
        with pytest.raises(IntegrityError), transaction.atomic(), tenant(birch):
            MobileSubscription.objects.create(customer=birch, plan="X", active_since="2026-01-01", **fields)


def test_the_puk_is_not_readable_in_the_database(acme: Customer, fleet: Fleet) -> None:
    with tenant(acme):
        kept = MobileSubscription.objects.get(pk=fleet["Joost"].pk)
    assert kept.puk_secret
    assert "12345678" not in kept.puk_secret

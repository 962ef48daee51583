"""Invoices by mail: over SMTP, to who is registered, with the document, and the moment of sending kept once."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.access import Door, system
from accounts.models import Customer, Membership, User
from accounts.tenancy import tenant
from invoices.models import Invoice, Subscription
from invoices.services import bill
from invoices.tasks import bill_customer, mail_invoice
from portal.lib.periods import Month

type Subscribe = Callable[..., Subscription]
OCTOBER = Month(2026, 10)
pytestmark = pytest.mark.usefixtures("november")


class Mailbox(Protocol):
    """What the SMTP server of the test received."""

    messages: list[Any]


@pytest.fixture
def november() -> Any:
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def issued(acme: Customer, subscribed: Subscribe) -> Invoice:
    subscribed(acme)
    made = bill(actor=system(acme, Door.COMMAND), customer=acme, month=OCTOBER).invoice
    assert made is not None
    return made


@pytest.fixture
def registered(acme: Customer, alice: User) -> Membership:
    """Alice, who wants the invoices of Acme by mail."""
    Membership.objects.filter(user=alice, customer=acme).update(mails_invoices=True)
    return Membership.objects.get(user=alice, customer=acme)


def test_who_is_registered_gets_the_invoice_with_its_pdf(
    acme: Customer, alice: User, registered: Membership, issued: Invoice, mailbox: Mailbox
) -> None:
    assert mail_invoice.apply(args=(acme.pk, issued.pk, alice.pk), throw=True).get()
    (mail,) = mailbox.messages
    (attached,) = mail.iter_attachments()
    text = mail.get_body().get_content().replace("\u00a0", " ")
    assert mail["Subject"] == "North ICT: Factuur 2026-000001 van oktober 2026"
    assert "€ 168,55 incl. btw, te betalen voor 22 december 2026" in text
    assert attached.get_filename() == "2026-000001.pdf"
    assert attached.get_content().startswith(b"%PDF-")


@pytest.mark.parametrize("lost", ["unsubscribed", "blocked", "inactive", "gone"])
def test_who_is_registered_no_more_when_the_worker_comes_to_it_gets_no_invoice(
    acme: Customer, alice: User, registered: Membership, issued: Invoice, mailbox: Mailbox, lost: str
) -> None:
    match lost:
        case "unsubscribed":
            Membership.objects.filter(pk=registered.pk).update(mails_invoices=False)
        case "blocked":
            Membership.objects.filter(pk=registered.pk).update(is_blocked=True)
        case "inactive":
            User.objects.filter(pk=alice.pk).update(is_active=False)
        case _:
            Membership.objects.filter(pk=registered.pk).delete()
    assert not mail_invoice.apply(args=(acme.pk, issued.pk, alice.pk), throw=True).get()
    assert not mailbox.messages
    with tenant(acme):
        assert Invoice.objects.get(pk=issued.pk).sent_at is None


def test_the_moment_of_the_first_mail_is_kept(
    acme: Customer, alice: User, registered: Membership, issued: Invoice, mailbox: Mailbox
) -> None:
    mail_invoice.apply(args=(acme.pk, issued.pk, alice.pk), throw=True)
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        mail_invoice.apply(args=(acme.pk, issued.pk, alice.pk), throw=True)
    with tenant(acme):
        kept = Invoice.objects.get(pk=issued.pk)
    assert kept.sent_at is not None
    assert kept.sent_at.isoformat() == "2026-11-22T09:00:00+00:00"


def test_mail_waits_until_the_invoice_is_committed(
    acme: Customer,
    alice: User,
    subscribed: Subscribe,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    subscribed(acme)
    Membership.objects.filter(user=alice).update(mails_invoices=True)
    with django_capture_on_commit_callbacks() as waiting:
        bill(actor=system(acme, Door.COMMAND), customer=acme, month=OCTOBER)
        assert len(waiting) == 0
    assert len(waiting) == 1


def test_a_worker_bills_a_customer_and_the_second_time_nothing(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    assert bill_customer.apply(args=(acme.pk, "2026-10"), throw=True).get() == "made"
    assert bill_customer.apply(args=(acme.pk, "2026-10"), throw=True).get() == "existing"


def test_the_command_can_leave_it_to_the_workers(
    acme: Customer,
    birch: Customer,
    capsys: pytest.CaptureFixture[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as waiting:
        call_command("billing_run", "2026-10", "--queue")
    assert len(waiting) == 2
    assert "2 customers stand in the queue" in capsys.readouterr().out

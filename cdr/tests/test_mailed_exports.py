"""The mail that says that a file of calls is there, or why it is not."""

import datetime as dt
import threading
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, Membership, User
from cdr.export_tasks import mail_export, make_export
from cdr.tests.made_files import (
    Problem,
    again,
    asked,
    files_of,
    made,
)
from conftest import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forty_calls")]


def test_the_mail_says_where_and_until_when_and_nothing_of_the_calls(
    alice: User, acme: Customer, mailbox: Mailbox
) -> None:
    export = made(alice, acme)
    assert mail_export.apply(args=(acme.pk, export.pk), throw=True).get()
    [message] = mailbox.messages
    text = message.get_content()
    assert message["To"] == alice.email
    assert f"/in/acme/calls/downloads/{export.pk}/" in text
    assert export.expires_at is not None
    assert dt.timedelta(days=6, hours=23) < export.expires_at - timezone.now() <= dt.timedelta(days=7)
    assert "0612345678" not in text.replace(" ", "")


def test_the_mail_goes_once_however_often_its_task_runs(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    export = made(alice, acme)
    for _ in range(3):
        mail_export.apply(args=(acme.pk, export.pk), throw=True)
    assert len(mailbox.messages) == 1


def test_workers_that_mail_at_the_same_time_send_one(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    export = made(alice, acme)
    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        mail_export.apply(args=(acme.pk, export.pk), throw=True)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mailbox.messages) == 1


def test_who_lost_the_right_meanwhile_gets_no_file_and_no_mail(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    export = asked(alice, acme)
    Membership.objects.filter(user=alice).update(views_invoices=False)
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).problem == Problem.NO_RIGHT
    assert files_of(acme) == []
    assert not mail_export.apply(args=(acme.pk, export.pk), throw=True).get()
    assert mailbox.messages == []


def test_the_link_opens_wherever_a_partner_was_when_the_mail_came(
    client: Client, dave: User, acme: Customer, birch: Customer, mailbox: Mailbox
) -> None:
    export = made(dave, acme)
    mail_export.apply(args=(acme.pk, export.pk), throw=True)
    client.force_login(dave)
    client.post("/customers/birch/enter/")
    page = f"/calls/downloads/{export.pk}/"
    assert client.get(page).status_code == 404
    [link] = [word for word in mailbox.messages[0].get_content().split() if page in word]
    assert client.get(urlsplit(link).path, follow=True).status_code == 200

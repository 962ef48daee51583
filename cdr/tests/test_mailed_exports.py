"""Files of calls that a worker makes: whole or not at all, for one person, until they expire.

They are read over a connection of their own, so these tests commit.
"""

import datetime as dt
import errno
import fcntl
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.access import Actor, Door, roles_of, system
from accounts.errors import Refusal
from accounts.models import Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.export_tasks import clear_exports, mail_export, make_export, tidy_exports, watch_exports
from cdr.exporting import making
from cdr.models import DailyTotal, Export, ExportForm
from cdr.services import exports, tidying
from cdr.tests.test_killed import environment
from cdr.tests.worlds import a_source, a_tariff, load, october_rows, write
from conftest import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)

OCTOBER = "month=2026-10"
CALLS = 40
State, Problem = Export.State, Export.Problem


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def october(acme: Customer, tmp_path: Path) -> None:
    """Forty calls of Acme, half of them to mobile numbers."""
    a_tariff()
    load(write(tmp_path, october_rows(CALLS)), a_source())


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def acting(user: User, customer: Customer) -> Actor:
    membership = Membership.objects.get(user=user)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.PAGE)


def asked(user: User, customer: Customer, query: str = OCTOBER, form: ExportForm = ExportForm.DUTCH) -> Export:
    with tenant(customer):
        return exports.start_export(actor=acting(user, customer), customer=customer, query=query, form=form, rows=CALLS)


def made(user: User, customer: Customer, query: str = OCTOBER, form: ExportForm = ExportForm.DUTCH) -> Export:
    export = asked(user, customer, query, form)
    make_export.apply(args=(customer.pk, export.pk), throw=True)
    return again(export)


def again(export: Export) -> Export:
    with tenant(export.customer_id):
        return Export.objects.get(pk=export.pk)


def changed(export: Export, **values: Any) -> Export:
    with tenant(export.customer_id):
        Export.objects.filter(pk=export.pk).update(**values)
    return again(export)


def body(response: Any) -> bytes:
    assert response.status_code == 200, response
    return b"".join(response.streaming_content)


def files_of(customer: Customer) -> list[str]:
    place = exports.folder() / str(customer.pk)
    return sorted(each.name for each in place.iterdir()) if place.is_dir() else []


# --- making and fetching ---


@pytest.mark.parametrize("form", ["dutch", "iso"])
def test_a_made_file_is_to_the_byte_the_one_that_is_downloaded_at_once(
    as_alice: Client, alice: User, acme: Customer, form: str
) -> None:
    query = f"{OCTOBER}&type=2"
    export = made(alice, acme, query, ExportForm(form))
    assert (export.state, export.rows, export.done) == (State.DONE, CALLS // 2, CALLS // 2)
    direct = body(as_alice.get(f"/calls/export.csv?{query}&form={form}"))
    assert body(as_alice.get(f"/calls/downloads/{export.pk}/file/")) == direct
    assert export.size == len(direct)


def test_a_workbook_is_made_too(as_alice: Client, alice: User, acme: Customer) -> None:
    export = made(alice, acme, form=ExportForm.XLSX)
    response = as_alice.get(f"/calls/downloads/{export.pk}/file/")
    assert response.headers["Content-Type"] == ExportForm.XLSX.content_type
    assert response.headers["Content-Disposition"] == 'attachment; filename="acme-2026-10-01-2026-10-31.xlsx"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert body(response).startswith(b"PK")
    assert files_of(acme) == [f"{export.pk}.xlsx"]


def test_the_mail_says_where_and_until_when_and_nothing_of_the_calls(
    alice: User, acme: Customer, mailbox: Mailbox
) -> None:
    export = made(alice, acme)
    assert mail_export.apply(args=(acme.pk, export.pk), throw=True).get()
    [message] = mailbox.messages
    text = message.get_content()
    assert message["To"] == alice.email
    assert f"/calls/downloads/{export.pk}/" in text
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


def test_a_file_is_made_once_however_often_its_task_runs(alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    assert not make_export.apply(args=(acme.pk, export.pk), throw=True).get()
    assert again(export).attempts == 1


def test_only_who_asked_can_see_and_fetch_it(
    client: Client, alice: User, bob: User, carol: User, acme: Customer
) -> None:
    export = made(alice, acme)
    colleague = User.objects.create_user(username="dim", email="dim@example.com", password="correct-horse-battery")
    Membership.objects.create(user=colleague, customer=acme, views_invoices=True, sees_full_numbers=True)
    outcomes = {}
    for user in (bob, carol, colleague):
        client.force_login(user)
        outcomes[user.username] = [
            client.get(f"/calls/downloads/{export.pk}/{what}").status_code for what in ("", "file/")
        ]
    assert outcomes == {"bob": [403, 403], "carol": [404, 404], "dim": [404, 404]}
    client.logout()
    assert client.get(f"/calls/downloads/{export.pk}/file/").status_code == 302


def test_who_lost_the_right_meanwhile_gets_no_file_and_no_mail(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    export = asked(alice, acme)
    Membership.objects.filter(user=alice).update(views_invoices=False)
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).problem == Problem.NO_RIGHT
    assert files_of(acme) == []
    assert not mail_export.apply(args=(acme.pk, export.pk), throw=True).get()
    assert mailbox.messages == []


def test_who_lost_the_right_cannot_fetch_what_was_made(as_alice: Client, alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    Membership.objects.filter(user=alice).update(views_invoices=False)
    assert as_alice.get(f"/calls/downloads/{export.pk}/file/").status_code == 403


def test_whole_numbers_stay_where_they_are_once_they_may_not_be_seen(alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    assert export.full_numbers
    Membership.objects.filter(user=alice).update(sees_full_numbers=False)
    with tenant(acme), pytest.raises(Refusal) as refusal:
        exports.open_file(actor=acting(alice, acme), export=export, now=timezone.now())
    assert refusal.value.code == "export_whole_numbers"


def test_a_file_that_was_asked_with_whole_numbers_is_made_without_when_the_right_went(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    export = asked(alice, acme)
    Membership.objects.filter(user=alice).update(sees_full_numbers=False)
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    text = body(as_alice.get(f"/calls/downloads/{export.pk}/file/")).decode()
    assert not again(export).full_numbers
    assert "xxxx" in text.replace(" ", "")
    assert "12345678" not in text.replace(" ", "")


# --- time ---


def test_an_expired_file_is_not_given_even_before_the_night(alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    assert export.expires_at is not None
    with tenant(acme), pytest.raises(Refusal) as refusal:
        exports.open_file(actor=acting(alice, acme), export=export, now=export.expires_at)
    assert refusal.value.code == "export_gone"


def test_an_expired_file_is_thrown_away_and_its_page_says_so(as_alice: Client, alice: User, acme: Customer) -> None:
    export = changed(made(alice, acme), expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert watch_exports() == 1
    tidy_exports(acme.pk)
    assert again(export).state == State.EXPIRED
    assert files_of(acme) == []
    assert "verlopen" in as_alice.get(f"/calls/downloads/{export.pk}/").content.decode()
    assert watch_exports() == 0


def test_the_night_throws_away_what_belongs_to_nothing(alice: User, acme: Customer) -> None:
    kept = made(alice, acme)
    place = exports.folder() / str(acme.pk)
    for name in ("999.csv", "998.csv.part", "new.csv.part"):
        (place / name).write_text("x")
        if name != "new.csv.part":
            os.utime(place / name, (0, 0))
    assert clear_exports() == 1
    tidy_exports(acme.pk)
    assert files_of(acme) == sorted([f"{kept.pk}.csv", "new.csv.part"])


def test_what_was_long_over_is_forgotten(alice: User, acme: Customer) -> None:
    export = changed(asked(alice, acme), state=State.FAILED, created_at=timezone.now() - dt.timedelta(days=91))
    tidy_exports(acme.pk)
    with tenant(acme):
        assert not Export.objects.filter(pk=export.pk).exists()


# --- workers that die ---


def silent(export: Export, **values: Any) -> Export:
    return changed(export, seen_at=timezone.now() - tidying.SILENT * 2, **values)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_what_a_dead_worker_or_a_lost_message_left_is_taken_up_again(alice: User, acme: Customer, state: str) -> None:
    export = silent(asked(alice, acme), state=state)
    assert watch_exports() == 1
    assert tidying.tidy(customer=acme, now=timezone.now()) == 1
    assert tidying.tidy(customer=acme, now=timezone.now()) == 0
    (exports.folder() / str(acme.pk)).mkdir(parents=True)
    exports.path_of(export).with_suffix(".csv.part").write_bytes(b"half a line of a dead wor")
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).state == State.DONE
    assert files_of(acme) == [f"{export.pk}.csv"]
    assert exports.path_of(export).read_bytes().count(b"\r\n") == CALLS + 2


# Writes the beginning of the file, says so, and waits to be killed.
HALF = """
import sys
import django; django.setup()
from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.exporting import making
from cdr.models import Export
whole = making.content
def half(*args, **kwargs):
    yield from list(whole(*args, **kwargs))[:1] * 1000
    print("half", flush=True)
    sys.stdin.read()
making.content = half
customer = Customer.objects.get(reference="acme")
with tenant(customer):
    export = Export.objects.select_related("user").get()
making.make(customer=customer, export=export, actor=system(customer))
"""


def test_a_worker_that_is_killed_half_way_leaves_its_place_to_the_next(
    alice: User, acme: Customer, settings: Settings
) -> None:
    export = asked(alice, acme)
    command = [sys.executable, "-c", HALF]
    surroundings = environment() | {"MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    with subprocess.Popen(
        command, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "half\n"
        assert not make_export.apply(args=(acme.pk, export.pk), throw=True).get()  # while the other is at it
        worker.kill()
    assert again(export).state == State.RUNNING
    assert files_of(acme) == [f"{export.pk}.csv.part"]
    silent(export)
    assert tidying.tidy(customer=acme, now=timezone.now()) == 1
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert (again(export).state, again(export).attempts) == (State.DONE, 2)
    assert files_of(acme) == [f"{export.pk}.csv"]
    assert exports.path_of(export).read_bytes().count(b"\r\n") == CALLS + 2


def test_after_three_deaths_the_file_fails_and_says_so_by_mail(alice: User, acme: Customer, mailbox: Mailbox) -> None:
    export = silent(asked(alice, acme), state=State.RUNNING, attempts=tidying.MOST_ATTEMPTS)
    tidy_exports(acme.pk)
    assert (again(export).state, again(export).problem) == (State.FAILED, Problem.INTERRUPTED)
    mail_export.apply(args=(acme.pk, export.pk), throw=True)
    assert "kon niet worden gemaakt" in mailbox.messages[0]["Subject"]
    assert "Probeer het opnieuw" in mailbox.messages[0].get_content()


def test_a_task_that_comes_back_too_often_does_not_begin_again(alice: User, acme: Customer) -> None:
    export = changed(asked(alice, acme), attempts=tidying.MOST_ATTEMPTS)
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).problem == Problem.INTERRUPTED


def test_two_workers_do_not_write_one_file(alice: User, acme: Customer) -> None:
    export = asked(alice, acme)
    part = exports.path_of(export).with_suffix(".csv.part")
    part.parent.mkdir(parents=True)
    with part.open("ab") as other:
        other.write(b"what the other has written")
        other.flush()
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not make_export.apply(args=(acme.pk, export.pk), throw=True).get()
        assert part.read_bytes() == b"what the other has written"
    assert again(export).state == State.QUEUED


def test_a_file_that_was_removed_while_it_was_made_is_not_kept(alice: User, acme: Customer) -> None:
    export = asked(alice, acme)
    place = exports.path_of(export)
    place.parent.mkdir(parents=True)
    place.write_text("calls")
    with tenant(acme):
        exports.remove_export(actor=acting(alice, acme), export=again(export))
    place.write_text("calls")
    assert not exports.finish_export(export=export, file=place, name="x", rows=1, actor=system(acme))
    assert files_of(acme) == []


# --- failing ---


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Every file of this process may have that many bytes."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def test_without_room_it_fails_says_so_and_leaves_nothing(as_alice: Client, alice: User, acme: Customer) -> None:
    export = asked(alice, acme)
    with room_for(1_000):
        make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).problem == Problem.DISK_FULL
    assert files_of(acme) == []
    assert "geen plaats" in as_alice.get(f"/calls/downloads/{export.pk}/").content.decode()


def test_each_way_of_having_no_room_is_known() -> None:
    problems = {making._problem_of(OSError(code, "")) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)}
    assert problems == {Problem.DISK_FULL}


def test_a_file_whose_rows_are_not_the_counted_ones_is_not_kept(alice: User, acme: Customer) -> None:
    with crossing(Crossing.INGEST):
        DailyTotal.objects.filter(customer=acme).update(micros=1)
    export = made(alice, acme)
    assert (export.state, export.problem) == (State.FAILED, Problem.INCOMPLETE)
    assert files_of(acme) == []


def test_filters_that_cannot_be_read_any_more_are_not_left_out(alice: User, acme: Customer) -> None:
    assert made(alice, acme, f"{OCTOBER}&type=99").problem == Problem.UNREADABLE
    assert files_of(acme) == []


def test_a_workbook_that_grew_too_long_meanwhile_fails(
    alice: User, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_WORKBOOK_ROWS", CALLS - 1)
    assert made(alice, acme, form=ExportForm.XLSX).problem == Problem.TOO_LONG


def test_a_fault_of_ours_is_told_and_not_swallowed(
    alice: User, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(making, "plan", broken)
    with pytest.raises(RuntimeError):
        made(alice, acme)
    with tenant(acme):
        assert Export.objects.get().problem == Problem.BROKEN


def test_what_failed_is_tried_again_from_its_page(as_alice: Client, alice: User, acme: Customer) -> None:
    export = changed(asked(alice, acme), state=State.FAILED, problem=Problem.DISK_FULL, attempts=3)
    assert as_alice.post(f"/calls/downloads/{export.pk}/again/").status_code == 302
    assert (again(export).state, again(export).attempts) == (State.QUEUED, 0)
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    assert again(export).state == State.DONE


def test_what_is_ready_is_not_tried_again(alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    with tenant(acme), pytest.raises(Refusal) as refusal:
        exports.retry_export(actor=acting(alice, acme), export=export)
    assert refusal.value.code == "nothing_to_retry"

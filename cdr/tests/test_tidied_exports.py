"""What becomes of files of calls in time, and of those that a dead worker left."""

import datetime as dt
import fcntl
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import Customer, User
from accounts.tenancy import tenant
from cdr.export_tasks import clear_exports, mail_export, make_export, tidy_exports, watch_exports
from cdr.models import Export
from cdr.services import exports, tidying
from cdr.tests.made_files import (
    CALLS,
    Problem,
    State,
    acting,
    again,
    asked,
    changed,
    files_of,
    made,
)
from cdr.tests.test_killed import environment
from conftest import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forty_calls")]


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

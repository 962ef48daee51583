"""Files of calls that a worker makes: whole or not at all, and for one person."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.export_tasks import make_export
from cdr.exporting import making
from cdr.models import DailyTotal, Export, ExportForm
from cdr.services import exports
from cdr.tests.made_files import (
    CALLS,
    OCTOBER,
    Problem,
    State,
    acting,
    again,
    asked,
    body,
    changed,
    files_of,
    made,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forty_calls")]


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

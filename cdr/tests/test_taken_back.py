"""Calls that a source takes back, and calls that it says are another customer's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import Crossing, crossing
from cdr.ingest import identity
from cdr.ingest.read import window_around
from cdr.ingest.times import SECOND
from cdr.models import CallRecord, KeptRows, MonthlyTotal, Reject, Source
from cdr.services import chunks, load_file, rejects
from cdr.services.deliveries import load_queue
from cdr.tests.worlds import a_source, a_tariff, counts, load, write
from cdr.vocabulary import Leg

HEADER = "id,account,direction,caller,called,start,seconds,call,correction"


def row(name: str, *, account: str = "acme", seconds: int = 61, call: str = "", back: bool = False) -> str:
    start = "2026-10-15T09:12:00+02:00"
    return f"{name},{account},out,0887654000,0201234567,{start},{seconds},{call},{'reversal' if back else ''}"


@pytest.fixture
def source(acme: Customer) -> Source:
    a_tariff()
    return a_source("generic", name="generic")


def deliver(source: Source, folder: Path, *rows: str, chunk_rows: int = 100_000) -> tuple[int, int, int, int, int]:
    return counts(load(write(folder, [HEADER, *rows]), source, chunk_rows=chunk_rows))


def ledger() -> list[tuple[str, int, int]]:
    """Customer, leg and amount of every row, in the order in which they were booked."""
    with crossing(Crossing.OPERATE):
        rows = CallRecord.objects.order_by("record_id", "revision", "customer_id")
        return [(one.customer.reference, one.leg, one.micros or 0) for one in rows.select_related("customer")]


def totals() -> dict[str, list[int]]:
    with crossing(Crossing.OPERATE):
        found = MonthlyTotal.objects.select_related("customer")
        return {one.customer.reference: [one.calls, one.seconds, one.micros] for one in found}


@pytest.mark.django_db
def test_a_call_that_is_taken_back_is_booked_back_and_nothing_stands_in_its_place(
    source: Source, tmp_path: Path
) -> None:
    deliver(source, tmp_path, row("a"))
    assert deliver(source, tmp_path, row("a", back=True)) == (1, 1, 0, 0, 0)
    assert ledger() == [("acme", Leg.CALL, 60_250), ("acme", Leg.REVERSAL, -60_250), ("acme", Leg.LEG, 0)]
    assert totals() == {"acme": [0, 0, 0]}


@pytest.mark.django_db
def test_neither_the_call_nor_what_took_it_back_counts_when_it_comes_again(source: Source, tmp_path: Path) -> None:
    deliver(source, tmp_path, row("a"), row("a", back=True))
    assert deliver(source, tmp_path, row("a"), row("a", back=True)) == (2, 0, 2, 0, 0)
    assert totals() == {"acme": [0, 0, 0]}


@pytest.mark.django_db
@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_within_a_file_a_call_may_stand_behind_what_takes_it_back(
    source: Source, tmp_path: Path, chunk_rows: int
) -> None:
    rows = [row("a", back=True), row("b"), row("c"), row("a")]
    assert deliver(source, tmp_path, *rows, chunk_rows=chunk_rows) == (4, 4, 0, 0, 0)
    assert totals() == {"acme": [2, 122, 120_500]}


@pytest.mark.django_db
def test_a_call_that_was_taken_back_may_be_billed_otherwise_after_all(source: Source, tmp_path: Path) -> None:
    deliver(source, tmp_path, row("a"), row("a", back=True))
    assert deliver(source, tmp_path, row("a", seconds=120)) == (1, 1, 0, 0, 0)
    assert totals() == {"acme": [1, 120, 75_000]}


@pytest.mark.django_db
def test_of_several_legs_another_one_is_the_call_when_the_first_is_taken_back(source: Source, tmp_path: Path) -> None:
    deliver(source, tmp_path, row("a", seconds=120, call="c"), row("b", seconds=60, call="c"))
    deliver(source, tmp_path, row("a", seconds=120, call="c", back=True))
    assert totals() == {"acme": [1, 60, 60_000]}


@pytest.mark.django_db
def test_what_takes_back_a_call_that_never_came_waits_until_the_call_is_loaded(
    source: Source, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    start = timezone.now().strftime("%Y-%m-%dT00:12:00")
    rows = [one.replace("2026-10-15T09:12:00+02:00", start) for one in (row("a", back=True), row("a"))]
    assert load_file(path=write(tmp_path, [HEADER, rows[0]]), source=source, actor=system()).rejected == 1
    load_file(path=write(tmp_path, [HEADER, rows[1]]), source=source, actor=system())
    assert [one.reason for one in Reject.objects.filter(resolved_at=None)] == ["nothing_to_take_back"]
    rejects.load_again(source=source, reason="nothing_to_take_back", actor=system())
    load_queue(source=source)
    assert not Reject.objects.filter(resolved_at=None).exists()
    assert totals() == {"acme": [0, 0, 0]}


@pytest.mark.django_db
def test_a_whole_file_that_comes_again_settles_what_waited(source: Source, tmp_path: Path) -> None:
    deliver(source, tmp_path, row("a", back=True))
    deliver(source, tmp_path, row("a"))
    deliver(source, tmp_path, row("a", back=True))
    assert not Reject.objects.filter(resolved_at=None).exists()


@pytest.mark.django_db
def test_the_customer_sees_the_call_and_that_it_was_booked_back(
    source: Source, alice: User, client: Client, tmp_path: Path
) -> None:
    deliver(source, tmp_path, row("a"), row("a", back=True))
    client.force_login(alice)
    page = client.get(reverse("cdr:details"), {"from": "2026-10-01", "to": "2026-10-31"}).content.decode()
    assert [word in page for word in ("teruggeboekt", "Correctie", "−\u00a0€\u00a00,0603", "0 gesprekken")] == [
        True
    ] * 4


@pytest.mark.django_db
def test_a_call_that_comes_again_for_another_customer_moves_to_that_one(
    source: Source, birch: Customer, tmp_path: Path
) -> None:
    deliver(source, tmp_path, row("a"))
    assert deliver(source, tmp_path, row("a", account="birch")) == (1, 1, 0, 0, 0)
    assert totals() == {"acme": [0, 0, 0], "birch": [1, 61, 60_250]}


@pytest.mark.django_db
def test_a_call_for_a_customer_that_does_not_exist_stays_where_it_is(source: Source, tmp_path: Path) -> None:
    deliver(source, tmp_path, row("a"))
    assert deliver(source, tmp_path, row("a", account="nobody")) == (1, 0, 0, 1, 0)
    assert totals() == {"acme": [1, 61, 60_250]}


@pytest.mark.django_db
def test_a_record_from_before_accounts_counted_is_a_duplicate(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(chunks, "facts_of", lambda calls, **_: identity.facts_of(calls, accounts=False))
        deliver(source, tmp_path, row("a"))
    assert KeptRows.objects.count() == 1
    assert deliver(source, tmp_path, row("a")) == (1, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("now", "earliest"),
    [((2026, 11, 22), (2023, 11, 22)), ((2028, 2, 29), (2025, 2, 28)), ((2027, 1, 31), (2024, 1, 31))],
)
def test_calls_are_believed_for_exactly_36_months(now: tuple[int, int, int], earliest: tuple[int, int, int]) -> None:
    moment = datetime(*now, 12, tzinfo=UTC)
    window = window_around(int(moment.timestamp()) * SECOND)
    assert window.earliest == int(datetime(*earliest, 12, tzinfo=UTC).timestamp()) * SECOND
    assert window.latest == int((moment + timedelta(days=2)).timestamp()) * SECOND

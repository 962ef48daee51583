"""Rows that could not be loaded: the page that groups them, loading them again, and dismissing them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Partner, User
from accounts.tenancy import Crossing, crossing
from cdr.ingest.again import delivered
from cdr.ingest.read import Ordinals
from cdr.models import Batch, CallRecord, Reject, Source
from cdr.services import load_file, rejects, save_source
from cdr.services.deliveries import load_queue
from cdr.tests.worlds import Cells, a_source, a_tariff, asterisk_row, write

pytestmark = pytest.mark.django_db

TODAY = timezone.now().strftime("%Y-%m-%d")
BASE: Cells = {"start": f"{TODAY} 00:12:00", "end": f"{TODAY} 00:13:05"}
HEADER = "id,account,direction,caller,called,start,seconds"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "cdr-uploads"


@pytest.fixture
def source(acme: Customer) -> Source:
    a_tariff()
    return a_source()


def load(path: Path, source: Source) -> Batch:
    return load_file(path=path, source=source, actor=system())


def strange(count: int = 2, account: str = "cedar", columns: int = 21) -> list[str]:
    """Rows of a customer that does not exist."""
    return [
        asterisk_row(BASE, account=account, src="0209999999", unique=f"17.{account}{n}", sequence=n, columns=columns)
        for n in range(count)
    ]


def cedar(north: Partner) -> Customer:
    return Customer.objects.create(
        reference="cedar", name="Cedar", partner=north, street="Bos 3", postcode="1011 AA", city="Amsterdam"
    )


def load_again(source: Source, reason: str = "unknown_customer") -> list[Batch]:
    made = rejects.load_again(source=source, reason=reason, actor=system())
    load_queue(source=source)
    for batch in made:
        batch.refresh_from_db()
    return made


def open_rows() -> list[tuple[str, str]]:
    found = Reject.objects.filter(resolved_at=None, dismissed_at=None).order_by("pk")
    return [(one.reason, one.record_id) for one in found]


def records() -> int:
    with crossing(Crossing.OPERATE):
        return CallRecord.objects.count()


# --- loading again ---


def test_rows_load_once_their_customer_exists_and_leave_the_list(
    source: Source, north: Partner, tmp_path: Path
) -> None:
    load(write(tmp_path, strange()), source)
    cedar(north)
    [batch] = load_again(source)
    assert (batch.state, batch.loaded, batch.rejected, batch.is_again) == ("done", 2, 0, True)
    assert (open_rows(), records()) == ([], 2)


def test_rows_whose_cause_is_not_mended_stay_one_row_each(source: Source, tmp_path: Path) -> None:
    load(write(tmp_path, strange()), source)
    [batch] = load_again(source)
    assert (batch.loaded, batch.rejected) == (0, 2)
    assert len(open_rows()) == Reject.objects.count() == 2


def test_the_header_of_their_file_stands_above_rows_of_a_dialect_that_has_one(
    acme: Customer, tmp_path: Path, north: Partner
) -> None:
    a_tariff()
    source = a_source("generic", name="generic")
    other = "seconds,start,called,caller,direction,account,id"
    one = f"a,cedar,out,0209999999,0201234567,{TODAY}T00:12:00,61"
    two = f"61,{TODAY}T00:12:00,0201234567,0209999999,out,cedar,b"
    load(write(tmp_path, ["\ufeff" + HEADER, one], "one.csv"), source)
    load(write(tmp_path, [other, two], "two.csv"), source)
    cedar(north)
    assert [(batch.loaded, batch.rejected) for batch in load_again(source)] == [(1, 0), (1, 0)]
    assert open_rows() == []


def test_rows_that_nothing_names_are_open_no_more_once_the_setting_is_mended(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("generic", name="generic")
    row = f"a,acme,out,0209999999,0201234567,{TODAY}T00:12:00,61"
    load(write(tmp_path, [HEADER, row.replace("61", "sixty"), row.replace("a,", ",", 1)]), source)
    assert {reason for reason, _ in open_rows()} == {"seconds", "id"}
    Reject.objects.filter(reason="id").update(record_id="")
    [batch] = load_again(source, "id")
    assert (batch.rejected, len(open_rows())) == (1, 2)


def test_layouts_that_differ_are_loaded_as_files_of_their_own(source: Source, north: Partner, tmp_path: Path) -> None:
    load(write(tmp_path, strange(1, columns=21), "21.csv"), source)
    load(write(tmp_path, strange(1, columns=18), "18.csv"), source)
    cedar(north)
    assert [(batch.loaded, batch.rejected) for batch in load_again(source)] == [(1, 0), (1, 0)]


def test_a_latin_1_row_of_a_source_without_ids_is_known_when_its_file_comes_again(
    source: Source, north: Partner, tmp_path: Path
) -> None:
    row = asterisk_row(BASE, account="cedar", src="0209999999", columns=16, clid='""Zo\xeb"" <0209999999>')
    path = write(tmp_path, [row.encode("latin-1")])
    load(path, source)
    cedar(north)
    load_again(source)
    assert (records(), load(path, source).duplicate) == (1, 1)


def test_equal_rows_of_a_source_without_ids_stay_two_calls(source: Source, north: Partner, tmp_path: Path) -> None:
    row = asterisk_row(BASE, account="cedar", src="0209999999", columns=16)
    path = write(tmp_path, [row, row])
    load(path, source)
    cedar(north)
    [batch] = load_again(source)
    assert (batch.loaded, load(path, source).duplicate, records()) == (2, 2, 2)


def test_a_row_that_was_cut_off_is_never_loaded_by_itself(source: Source, tmp_path: Path) -> None:
    whole = asterisk_row(BASE)
    path = tmp_path / "cut.csv"
    path.write_text(whole + "\n" + asterisk_row(BASE, unique="17.9")[:-40])
    load(path, source)
    assert [reason for reason, _ in open_rows()] == ["cut_off"]
    with pytest.raises(Refusal) as refused:
        rejects.load_again(source=source, reason="cut_off", actor=system())
    assert refused.value.code == "row_not_whole"


def test_rows_on_their_way_are_not_sent_a_second_time(source: Source, tmp_path: Path) -> None:
    load(write(tmp_path, strange()), source)
    rejects.load_again(source=source, reason="unknown_customer", actor=system())
    with pytest.raises(Refusal) as refused:
        rejects.load_again(source=source, reason="unknown_customer", actor=system())
    assert refused.value.code == "nothing_to_load_again"


def test_a_mended_time_zone_loads_the_hour_that_did_not_exist(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    row = asterisk_row(start="2026-03-29 02:30:00", end="2026-03-29 02:31:05", unique="17.1")
    load(write(tmp_path, [row]), source)
    assert [reason for reason, _ in open_rows()] == ["no_such_time"]
    source.time_zone = "UTC"
    save_source(source=source, actor=system())
    [batch] = load_again(source, "no_such_time")
    assert (batch.loaded, open_rows()) == (1, [])


@given(st.binary(max_size=60).filter(lambda row: b"\n" not in row))
def test_whatever_bytes_were_delivered_can_be_had_again(row: bytes) -> None:
    try:
        text = row.decode("utf-8")
    except UnicodeDecodeError:
        text = row.decode("latin-1")
    assert delivered(text.replace("\0", "\u2400"), Ordinals().name(row)) == row


def test_bytes_that_are_not_those_of_the_fingerprint_are_not_passed_off_as_them() -> None:
    assert delivered("changed", Ordinals().name(b"as it was")) is None


# --- the pages ---


@pytest.fixture
def page(client: Client, olga: User) -> Callable[..., Any]:
    client.force_login(olga)

    def ask(path: str = "", data: dict[str, object] | None = None) -> Any:
        url = f"/operate/rejects/{path}"
        return client.get(url) if data is None else client.post(url, data)

    return ask


def test_rows_are_grouped_by_source_and_reason_with_an_example_and_what_to_do(
    source: Source, tmp_path: Path, page: Callable[..., Any]
) -> None:
    load(write(tmp_path, [*strange(3), asterisk_row(BASE, billsec=-5, unique="17.8")]), source)
    text = page().content.decode()
    assert "Onbekende klant" in text
    assert "3 rijen" in text
    assert "0209999999" in text
    assert "Maak de klant" in text
    assert text.index("Onbekende klant") < text.index("Onleesbare duur")


def test_an_empty_list_says_that_nothing_waits(source: Source, page: Callable[..., Any]) -> None:
    assert "Er wacht geen rij" in page().content.decode()


def test_a_row_cannot_do_anything_to_the_page(source: Source, tmp_path: Path, page: Callable[..., Any]) -> None:
    row = asterisk_row(BASE, account="cedar", src="0209999999", clid="<script>alert(1)</script>\x1b[2J")
    load(write(tmp_path, [row]), source)
    text = page(f"{source.pk}/unknown_customer/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\u241b[2J" in text
    assert "\x1b" not in text


def test_pages_of_rows_follow_each_other_in_as_many_queries_each(
    source: Source, tmp_path: Path, page: Callable[..., Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load(write(tmp_path, strange(60)), source)
    first = page(f"{source.pk}/unknown_customer/")
    rows = list(Reject.objects.order_by("pk"))
    assert f"after={rows[49].pk}" in first.content.decode()
    with django_assert_num_queries(QUERIES):
        second = page(f"{source.pk}/unknown_customer/?after={rows[49].pk}")
    assert second.content.decode().count("<tr><td") == 10


QUERIES = 6


def test_the_rows_are_downloaded_as_they_were_delivered(
    acme: Customer, tmp_path: Path, page: Callable[..., Any]
) -> None:
    source = a_source("generic", name="generic")
    row = f"=1+1,cedar,out,0209999999,0201234567,{TODAY}T00:12:00,61"
    load(write(tmp_path, [HEADER, row]), source)
    answer = page(f"{source.pk}/unknown_customer/rows.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="generic-unknown-customer-')
    assert answer.headers["Content-Disposition"].endswith('.txt"')
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.content.decode() == f"{HEADER}\n{row}\n"


def test_the_button_loads_them_again_and_shows_the_delivery(
    source: Source, tmp_path: Path, north: Partner, page: Callable[..., Any]
) -> None:
    load(write(tmp_path, strange()), source)
    cedar(north)
    answer = page(f"{source.pk}/unknown_customer/again/", {})
    batch = Batch.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == f"/operate/batches/{batch.pk}/"
    with crossing(Crossing.OPERATE):
        assert AuditEntry.objects.get(verb="rejects.again").note == "unknown_customer: 2"


def test_dismissed_rows_leave_the_list_with_a_reason_and_those_that_came_since_stay(
    source: Source, tmp_path: Path, page: Callable[..., Any], olga: User
) -> None:
    load(write(tmp_path, strange(2)), source)
    seen = Reject.objects.order_by("-pk")[0].pk
    load(write(tmp_path, strange(1, account="elder")), source)
    page(f"{source.pk}/unknown_customer/dismiss/", {"upto": seen, "why": "test calls"})
    gone = Reject.objects.filter(dismissed_by=olga, dismissed_why="test calls")
    assert (gone.count(), len(open_rows())) == (2, 1)
    with crossing(Crossing.OPERATE):
        assert "test calls" in AuditEntry.objects.get(verb="rejects.dismiss").note


def test_nothing_is_dismissed_without_a_reason(source: Source, tmp_path: Path, page: Callable[..., Any]) -> None:
    load(write(tmp_path, strange(2)), source)
    page(f"{source.pk}/unknown_customer/dismiss/", {"upto": "999999", "why": " "})
    assert len(open_rows()) == 2


def test_a_dismissed_row_that_is_delivered_again_stays_dismissed(
    source: Source, tmp_path: Path, page: Callable[..., Any]
) -> None:
    path = write(tmp_path, strange(2))
    load(path, source)
    page(f"{source.pk}/unknown_customer/dismiss/", {"upto": "999999", "why": "test calls"})
    load(path, source)
    assert open_rows() == []

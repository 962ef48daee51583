"""Files of calls: the rows, sums and words of the page, all of them or a loud end.

They are read over a connection of their own, so these tests commit.
"""

import csv
import io
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override
from lxml import etree

from accounts.access import Actor, Door, Role, system
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.asking import Asked, ask
from cdr.exporting import stream
from cdr.exporting.plan import Plan, plan
from cdr.exporting.stream import IncompleteExportError, Progress, content
from cdr.models import Bundle, CallRecord, DailyTotal, ExportForm
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.selectors import calls
from cdr.services import add_own_prices, make_bundle
from cdr.tests.worlds import NOW, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType
from portal.lib.money import euros
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db(transaction=True)

CALLED = (
    "0612345678", "0201234567", "0341274999", "0887654000", "0840123456", "09001234", "00212537268011", "004930123456",
    "001", "1850", "14020", "112", "08000410", "116123", "102", "",
)  # fmt: skip
OCTOBER = "month=2026-10"
type Rows = list[list[str]]


@pytest.fixture
def october(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """Calls of Acme to every kind of number, and one of Birch."""
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654000")
    rows = [
        asterisk_row(dst=number, start=f"2026-10-15 09:{place:02}:00", unique=f"{place}.1", billsec=place * 7)
        for place, number in enumerate(CALLED * 3)
    ]
    rows.append(asterisk_row(account="birch", dst="0201112233", unique="b.1"))
    rows.append(asterisk_row(src="anonymous", dst="0887654000", channel="PJSIP/trunk-0000001b", unique="i.1"))
    load(write(tmp_path, rows), a_source())


def asked_by(customer: Customer, query: str = OCTOBER, *, full: bool = True) -> Asked:
    roles = {Role.VIEWS_INVOICES} | ({Role.SEES_FULL_NUMBERS} if full else set())
    actor = Actor(user=None, customer=customer, roles=frozenset(roles), door=Door.PAGE)
    return ask(QueryDict(query), actor, today=NOW.date())


def planned(
    customer: Customer, form: ExportForm = ExportForm.DUTCH, query: str = OCTOBER, *, full: bool = True
) -> Plan:
    with tenant(customer), override("nl"):
        return plan(customer.pk, customer.reference, asked_by(customer, query, full=full), form)


def read(made: Plan | bytes) -> Rows:
    """The rows of a file with its header."""
    text = (made if isinstance(made, bytes) else b"".join(content(made))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.splitlines()[0] else ","))


def sheet(book: bytes) -> Rows:
    """The cells of a workbook as they are stored."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert parts.testzip() is None
        tree = etree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [["".join(cell.itertext()) for cell in row.iter(f"{main}c")] for row in tree.iter(f"{main}row")]


@pytest.fixture
def dim(acme: Customer) -> User:
    """Sees the calls of Acme, but not the last digits of numbers."""
    user = User.objects.create_user(username="dim", email="dim@example.com", password="correct-horse-battery")
    Membership.objects.create(user=user, customer=acme, views_invoices=True)
    return user


def page_rows(customer: Customer, asked: Asked) -> Iterator[tuple[str, str, str, int, Decimal | None]]:
    """What the details page shows of each call."""
    with tenant(customer):
        for call in calls.records(asked.selection):
            amount = None if call.amount is None else euros(call.amount)
            yield (
                asked.own(call.number)[1],
                asked.names.get(call.number, ""),
                asked.other(call.other),
                call.seconds,
                amount,
            )


@pytest.mark.parametrize("full", [True, False], ids=["whole numbers", "masked"])
def test_the_file_for_excel_has_the_rows_of_the_page_in_their_order(october: None, acme: Customer, full: bool) -> None:
    with tenant(acme):
        asked = asked_by(acme, full=full)
    found = [
        (row[4], row[5], row[6], int(row[8]), Decimal(row[9].replace(",", ".")) if row[9] else None)
        for row in read(planned(acme, full=full))[1:-1]
    ]
    shown = [
        (f"'{own}" if own[0] == "+" else own, name, f"'{other}" if other[:1] == "+" else other, seconds, amount)
        for own, name, other, seconds, amount in page_rows(acme, asked)
    ]
    assert len(found) > 30
    assert found == shown


@pytest.mark.parametrize(
    "query", [OCTOBER, "month=2026-10&callee=06", "from=2026-10-15&to=2026-10-15&type=3", "month=2026-10&cost_min=0,10"]
)
def test_the_total_line_equals_the_page_under_each_filter(october: None, acme: Customer, query: str) -> None:
    with tenant(acme):
        sums = calls.total(asked_by(acme, query).selection)
    *rows, total = read(planned(acme, query=query))[1:]
    assert total[7:10] == [str(sums.calls), str(sums.seconds), f"{euros(sums.micros)}".replace(".", ",")]
    assert (len(rows) < len(read(planned(acme))) - 2) == (query != OCTOBER)
    assert len(rows) == sums.calls
    assert sum(int(row[8]) for row in rows) == sums.seconds


def test_the_file_for_programs_has_moments_in_utc_stored_numbers_and_the_words_of_the_api(
    october: None, acme: Customer
) -> None:
    header, *rows = read(planned(acme, ExportForm.ISO))
    assert header == [
        "start",
        "direction",
        "call_type",
        "product",
        "number",
        "name",
        "other",
        "destination",
        "seconds",
        "amount",
        "covered_seconds",
    ]
    call = next(row for row in rows if row[6] == "+212537268011")
    assert call[0][:14] + call[0][16:] == "2026-10-15T07::00Z"
    assert call[1:4] == ["outgoing", "abroad", "fixed"]
    assert call[4] == "+31887654000"
    assert Decimal(call[9]) > 0


def test_a_moment_with_milliseconds_keeps_them(october: None, acme: Customer) -> None:
    with crossing(Crossing.INGEST):
        CallRecord.objects.filter(other="+212537268011").update(
            start=datetime(2026, 10, 15, 7, 30, 0, 250_000, tzinfo=UTC)
        )
    assert "2026-10-15T07:30:00.250Z" in {row[0] for row in read(planned(acme, ExportForm.ISO))}


def test_a_workbook_has_the_same_rows_with_texts_that_never_calculate(october: None, acme: Customer) -> None:
    header, *rows = sheet(b"".join(content(planned(acme, ExportForm.XLSX))))
    csv_header, *csv_rows = read(planned(acme))
    assert header == csv_header
    assert [[text.removeprefix("'") for text in row[1:8]] for row in csv_rows] == [row[1:8] for row in rows]
    assert [row[9].replace(",", ".") for row in csv_rows] == [row[9] for row in rows]
    at = datetime(2026, 10, 15, 9, 47, tzinfo=UTC) - datetime(1899, 12, 30, tzinfo=UTC)  # its wall clock
    assert float(rows[0][0]) == pytest.approx(at.total_seconds() / 86400)


def test_amounts_are_what_is_left_after_bundles(october: None, acme: Customer) -> None:
    before = read(planned(acme))
    bundle = Bundle(name="Vast", kind=Bundle.Kind.UNLIMITED, prefixes=["3120"], valid_from=date(2026, 10, 1))
    with tenant(acme):
        bundle.customer = acme
        make_bundle(actor=system(acme), bundle=bundle, numbers=["+31887654000"])
    after = read(planned(acme))
    amounts = {row[9] for row in after if row[6] == "020 123 4567"}
    assert amounts == {"0,000000"}
    assert after[-1][9] < before[-1][9]
    assert sum(Decimal(row[9].replace(",", ".") or 0) for row in after[1:-1]) == Decimal(after[-1][9].replace(",", "."))


def test_names_and_destinations_cannot_become_formulas_or_break_a_row(october: None, acme: Customer) -> None:
    with tenant(acme):
        asked = asked_by(acme)
        evil = Asked(asked.filter, asked.form, {"+31887654000": '=cmd|"\n/C <calc>";\x02'}, asked.today)
        made = {form: plan(acme.pk, "acme", evil, form) for form in ExportForm}
    rows = read(made[ExportForm.DUTCH])
    assert {len(row) for row in rows} == {11}
    assert {row[5] for row in rows[1:-1] if row[4] == "088 765 40 00"} == {'\'=cmd|" /C <calc>";'}
    assert '=cmd|" /C <calc>";' in {row[5] for row in sheet(b"".join(content(made[ExportForm.XLSX])))}


def test_a_call_that_came_after_the_file_was_asked_for_has_its_destination_too(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    made = planned(acme)
    load(write(tmp_path, [asterisk_row(dst="00212537268011", unique="1.1")]), a_source())
    [_header, call, _total] = read(made)
    assert call[7] == "Marokko"


def test_a_price_of_the_customers_own_names_its_destination_in_the_file(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    price = RateLine("212", "Marokko, afgesproken", CallType.ABROAD, Price(0, 10_000))
    add_own_prices(customer=acme, lines=[price], valid_from=date(2020, 1, 1), actor=system())
    load(write(tmp_path, [asterisk_row(dst="00212537268011", unique="1.1")]), a_source())
    [_header, call, _total] = read(planned(acme))
    assert call[7] == "Marokko, afgesproken"


def test_nothing_of_another_customer_is_in_the_file(october: None, birch: Customer) -> None:
    [_header, call, _total] = read(planned(birch))
    assert call[6] == "020 111 2233"


def test_numbers_that_customers_never_see_are_not_in_the_file(october: None, acme: Customer) -> None:
    for form in ExportForm:
        whole = b"".join(content(planned(acme, form)))
        others = {row[6] for row in (sheet(whole) if form is ExportForm.XLSX else read(whole))}
        assert not others & {"112", "0800 0410", "116123", "short:112", "+318000410", "short:116123"}


def test_an_empty_selection_is_a_file_with_a_header_and_a_total_of_nothing(october: None, acme: Customer) -> None:
    assert read(planned(acme, query="month=2026-09"))[1:] == [
        ["Totaal", "", "", "", "", "", "", "0", "0", "0,000000", ""]
    ]


def test_a_selection_that_can_hold_nothing_is_such_a_file_too(october: None, acme: Customer) -> None:
    for form in (ExportForm.DUTCH, ExportForm.ISO, ExportForm.XLSX):
        made = planned(acme, form, f"{OCTOBER}&q=0999999999")
        assert made.rows is None
        assert b"".join(content(made))


def test_a_file_whose_totals_and_records_disagree_ends_before_its_first_row(
    october: None, acme: Customer, caplog: Any
) -> None:
    with crossing(Crossing.INGEST):
        DailyTotal.objects.filter(customer=acme).update(micros=1)
    pieces = content(planned(acme))
    with pytest.raises(IncompleteExportError):
        next(pieces)
    assert "export is not complete" in caplog.text


def test_rows_that_go_missing_on_the_way_end_the_file_loudly(october: None, acme: Customer, caplog: Any) -> None:
    made = planned(acme)
    assert made.rows is not None
    text, values = made.rows
    short = Plan(**{name: getattr(made, name) for name in Plan.__slots__} | {"rows": (f"{text} LIMIT 3", values)})
    with pytest.raises(IncompleteExportError, match="3 of"):
        list(content(short))
    assert "export is not complete" in caplog.text


def streams_open() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'centrale stream' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_a_reader_that_goes_away_leaves_no_connection_and_no_transaction(
    october: None, alice: User, client: Client
) -> None:
    client.force_login(alice)
    response = client.get(f"/calls/export.csv?{OCTOBER}")
    pieces = iter(response.streaming_content)  # type: ignore[attr-defined]
    next(pieces)
    assert streams_open() == 1
    response.close()
    wait_until(lambda: streams_open() == 0)


def wait_until(done: Callable[[], bool]) -> None:
    """The server notices a closed connection in its own time."""
    for _ in range(100):
        if done():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it stays open")


def test_each_piece_may_be_read_by_another_thread(october: None, acme: Customer) -> None:
    pieces, found = content(planned(acme)), []

    def take() -> None:
        found.append(next(pieces, b""))

    while not found or found[-1]:
        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
    assert b"".join(found) == b"".join(content(planned(acme)))


def test_calls_that_are_loaded_meanwhile_are_not_in_the_file(october: None, acme: Customer, tmp_path: Path) -> None:
    before = read(planned(acme))
    progress = Progress()
    pieces = content(planned(acme), progress=progress)
    begun = next(pieces)
    load(write(tmp_path, [asterisk_row(dst="0107654321", unique="late.1")], "late.csv"), a_source(name="second"))
    assert read(begun + b"".join(pieces)) == before
    assert len(read(planned(acme))) == len(before) + 1
    assert progress.done == progress.expected == len(before) - 2


def test_a_database_that_refuses_the_query_ends_the_file(october: None, acme: Customer) -> None:
    made = planned(acme)
    wrong = Plan(**{name: getattr(made, name) for name in Plan.__slots__} | {"rows": ("SELECT 1/0", ())})
    with pytest.raises(psycopg.errors.DivisionByZero):
        list(content(wrong))
    wait_until(lambda: streams_open() == 0)


def downloaded(client: Client, url: str) -> bytes:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_every_download_is_written_down_with_who_filter_and_rows(
    october: None, acme: Customer, alice: User, client: Client
) -> None:
    client.force_login(alice)
    rows = read(downloaded(client, f"/calls/export.csv?{OCTOBER}&type=3"))
    with tenant(acme):
        entry = AuditEntry.objects.get(verb="calls.export")
    assert entry.user == alice
    assert entry.changes == {
        "filter": [None, f"{OCTOBER}&type=3"],
        "form": [None, "dutch"],
        "rows": [None, len(rows) - 2],
    }


def test_who_may_not_see_whole_numbers_gets_none_in_any_form(october: None, dim: User, client: Client) -> None:
    client.force_login(dim)
    files: Iterable[bytes] = [
        downloaded(client, f"/calls/export.csv?{OCTOBER}"),
        downloaded(client, f"/calls/export.csv?{OCTOBER}&form=iso"),
        downloaded(client, f"/calls/export.xlsx?{OCTOBER}"),
    ]
    for found, rows in zip(files, (read, read, sheet), strict=False):
        others = {row[6] for row in rows(found)}
        assert any("xxxx" in other.replace(" ", "") for other in others)
        assert not any(digits in other.replace(" ", "") for other in others for digits in ("12345678", "537268011"))


def test_a_colleague_without_the_right_gets_no_file(october: None, bob: User, client: Client) -> None:
    client.force_login(bob)
    assert client.get("/calls/export.csv").status_code == client.get("/calls/export.xlsx").status_code == 403


def test_a_stream_takes_no_more_memory_for_more_rows(october: None, acme: Customer) -> None:
    made = planned(acme)
    assert made.rows is not None
    text, values = made.rows
    many = Plan(
        **{name: getattr(made, name) for name in Plan.__slots__}
        | {"rows": (f"SELECT r.* FROM ({text}) r, generate_series(1, 3000)", values)}  # noqa: S608 - our own text
    )
    tracemalloc.start()
    size = columns = 0
    before = pa.total_allocated_bytes()  # which tracemalloc does not see
    with pytest.raises(IncompleteExportError):  # noqa: PT012 - the pieces are counted, not kept
        for piece in content(many):
            size += len(piece)
            columns = max(columns, pa.total_allocated_bytes() - before)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 10_000_000
    assert peak < 3_000_000
    assert 0 < columns < 10_000_000


@pytest.mark.parametrize("form", ExportForm)
def test_a_file_of_many_blocks_has_the_rows_of_one_block(
    october: None, acme: Customer, monkeypatch: pytest.MonkeyPatch, form: ExportForm
) -> None:
    rows = sheet if form is ExportForm.XLSX else read
    whole, small = b"".join(content(planned(acme, form))), Progress()
    monkeypatch.setattr(stream, "BLOCK", 100)
    pieces = list(content(planned(acme, form), progress=small))
    assert len(pieces) > 10
    assert rows(b"".join(pieces)) == rows(whole)
    assert small.done == small.expected

"""The pages about calls."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.generate import Caller, Company, files
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.services.corrections import book, reversal, successor
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import HIDDEN_TYPES, CallType, Leg
from portal.lib.money import parse_amount
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
MONTH = "month=2026-10"
PAGES = ("/calls/?month=2026-10", "/calls/?month=2026-10&view=type", "/calls/details/?month=2026-10")
# Session, user, memberships, customer and brand are asked by every page; the rest is of the page itself.
QUERIES = {
    "/calls/?month=2026-10": 20,
    "/calls/?month=2026-10&view=type": 20,
    "/calls/?month=2026-10&seconds_min=60": 24,
    "/calls/?month=2026-10&number=%2B31887654121": 23,
    "/calls/?from=2026-10-03&to=2026-10-28": 21,
    "/calls/details/?month=2026-10": 17,
    "/calls/details/?month=2026-10&seconds_min=60": 21,
    "/calls/details/?month=2026-10&number=%2B31887654121": 21,
}


@pytest.fixture
def october(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """A month of calls of Acme, and one call of Birch."""
    a_tariff()
    people = (Caller("Sanne", "101", "+31887654121"), Caller("Joost", "102", "+31887654123"))
    with tenant(acme):
        for person in people:
            PhoneNumber.objects.create(customer=acme, e164=person.number)
    company = Company("acme", "+31887654000", people, 300, favourite="212537268")
    made, before = list(files([company], [OCTOBER, OCTOBER.previous()]))
    source = a_source()
    for file in (made, before):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        load(path, source)
    hidden = [asterisk_row(dst=number, unique=f"{n}.{n}") for n, number in enumerate(("112", "08000410", "116123"))]
    load(write(tmp_path, [*hidden, asterisk_row(account="birch", dst="0201112233", unique="9.9")]), source)


@pytest.fixture
def page(client: Client) -> Callable[[User, str], str]:
    """The page that a user sees."""

    def read(user: User, url: str) -> str:
        client.force_login(user)
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return response.content.decode()

    return read


@pytest.fixture
def download(client: Client) -> Callable[[User, str], list[list[str]]]:
    """The rows of a download, without header."""

    def read(user: User, url: str) -> list[list[str]]:
        client.force_login(user)
        response = client.get(url)
        content = b"".join(cast("Iterable[bytes]", response.streaming_content)).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.reader(io.StringIO(content), delimiter=";" if ";" in content else ","))[1:]

    return read


@pytest.mark.parametrize("url", PAGES)
def test_an_owner_sees_the_calls(october: None, alice: User, page: Callable[[User, str], str], url: str) -> None:
    assert "Gespreksdetails" in page(alice, url)


@pytest.mark.parametrize("url", [*PAGES, "/calls/export.csv"])
def test_a_colleague_without_the_right_is_refused(october: None, bob: User, client: Client, url: str) -> None:
    client.force_login(bob)
    assert client.get(url).status_code == 403


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
def test_another_customer_sees_only_its_own_call(
    october: None, carol: User, download: Callable[[User, str], list[list[str]]]
) -> None:
    [call, _total] = download(carol, "/calls/export.csv?month=2026-10")
    assert call[6] == "020 111 2233"


def test_someone_elses_call_is_not_there(october: None, birch: Customer, alice: User, client: Client) -> None:
    with tenant(birch):
        theirs = calls.cursor_of(CallRecord.objects.get())
    client.force_login(alice)
    assert client.get(f"/calls/{theirs}/").status_code == 404


def test_every_shown_call_opens_to_its_story_and_a_hidden_one_does_not(
    october: None, acme: Customer, alice: User, client: Client
) -> None:
    with tenant(acme):
        shown = CallRecord.objects.filter(leg=Leg.CALL, call_type=CallType.ABROAD).first()
        hidden = CallRecord.objects.filter(leg=Leg.CALL, call_type=CallType.EMERGENCY).first()
        assert shown is not None
        assert hidden is not None
    client.force_login(alice)
    assert "per minuut" in client.get(f"/calls/{calls.cursor_of(shown)}/").content.decode()
    assert client.get(f"/calls/{calls.cursor_of(hidden)}/").status_code == 404


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
def test_emergency_free_and_help_numbers_are_in_no_row_count_or_sum(
    october: None, acme: Customer, alice: User, download: Callable[[User, str], list[list[str]]]
) -> None:
    with tenant(acme):
        every = CallRecord.objects.filter(leg=Leg.CALL, billing_period=OCTOBER.first_day)
        shown = every.exclude(call_type__in=HIDDEN_TYPES).count()
        assert shown < every.count()
        selection = calls.Selection(OCTOBER.first_day, OCTOBER.end_day)
        assert calls.total(selection).calls == shown
    assert len(download(alice, "/calls/export.csv?month=2026-10")) == shown + 1


FILTERS = (
    "",
    "&product=1",
    "&direction=1&direction=3",
    "&type=2",
    "&type=3&direction=1",
    "&number=%2B31887654121",
    "&q=088765",
    "&q=0612",
    "&callee=06",
    "&caller=088765",
    "&cost_min=0,10",
    "&cost_min=0,10&cost_max=0,50",
    "&seconds_max=1:00",
    "&invoice=2026-10",
)


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
@pytest.mark.parametrize("filters", FILTERS)
def test_page_totals_and_download_agree_under_every_filter(
    october: None,
    alice: User,
    page: Callable[[User, str], str],
    download: Callable[[User, str], list[list[str]]],
    filters: str,
) -> None:
    rows = download(alice, f"/calls/export.csv?month=2026-10{filters}")
    *found, total = rows
    assert found, filters
    micros = sum(parse_amount(row[9]) for row in found if row[9])
    assert int(total[7]) == len(found)
    assert parse_amount(total[9]) == micros
    cents = f"{(micros + 5_000) // 10_000 / 100:.2f}".replace(".", ",")
    assert f"€\u00a0{cents}" in page(alice, f"/calls/?month=2026-10{filters}")
    assert f"€\u00a0{cents}" in page(alice, f"/calls/details/?month=2026-10{filters}")


def test_days_of_ones_own_are_the_sum_of_their_days(october: None, acme: Customer) -> None:
    with tenant(acme):
        whole = calls.total(calls.Selection(OCTOBER.first_day, OCTOBER.end_day))
        days = [calls.total(calls.Selection(OCTOBER.first_day, OCTOBER.end_day).on(day)) for day in OCTOBER.days()]
        assert calls.add_up(days) == whole
        assert (
            calls.add_up(calls.by_number_and_type(calls.Selection(OCTOBER.first_day, OCTOBER.end_day)).values())
            == whole
        )


def test_pages_of_calls_follow_each_other_without_loss_or_double(october: None, acme: Customer) -> None:
    selection = calls.Selection(OCTOBER.first_day, OCTOBER.end_day)
    with tenant(acme):
        every = [call.pk for call in calls.records(selection)]
        seen, after = [], ""
        while True:
            page = calls.page(selection, after=after, size=37)
            seen += [call.pk for call in page.calls]
            if not page.after:
                break
            after = page.after
        assert seen == every
        back = calls.page(selection, before=calls.cursor_of(page.calls[0]), size=37)
        assert [call.pk for call in back.calls] == every[-37 - len(page.calls) : -len(page.calls)]


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "99999999999999999999-1", "1-1; drop"])
def test_a_cursor_that_is_none_shows_the_first_page(october: None, alice: User, client: Client, cursor: str) -> None:
    client.force_login(alice)
    assert client.get("/calls/details/", {"month": "2026-10", "after": cursor}).status_code == 200


@pytest.mark.parametrize(
    "query", ["month=x", "from=2026-13-01&to=2", "type=99", "cost_min=veel", "number=1", "invoice=x"]
)
def test_nonsense_in_the_address_is_answered_by_a_page(
    october: None, alice: User, page: Callable[[User, str], str], query: str
) -> None:
    page(alice, f"/calls/?{query}")
    page(alice, f"/calls/details/?{query}")


LONG = "9" * 5000
FAR = (
    "from=0001-01-01&to=0001-01-02",
    "from=9999-12-30&to=9999-12-31",
    "from=1999-12-31&to=2000-01-01",
    "month=1900-01",
    "month=9000-12",
    f"month={LONG}",
    f"from={LONG}&to={LONG}",
    f"seconds_min={LONG}",
    f"cost_min={LONG}",
    f"q={LONG}",
    f"caller={LONG}",
    f"invoice={LONG}",
    f"product={LONG}",
    f"after={LONG}-1",
    f"before=1-{LONG}",
    "seconds_min=" + "9" * 30,
    "cost_max=" + "9" * 30,
)


@pytest.mark.parametrize("query", FAR, ids=lambda query: query[:24])
@pytest.mark.parametrize("path", ["/calls/", "/calls/details/"])
def test_a_period_or_number_beyond_all_bounds_is_answered_as_if_it_was_not_given(
    october: None, alice: User, client: Client, path: str, query: str
) -> None:
    client.force_login(alice)
    assert client.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("query", [query for query in FAR if not query.startswith(("after", "before", "cost_max"))])
def test_a_file_is_refused_where_a_page_goes_on_without_what_it_cannot_read(
    october: None, alice: User, client: Client, query: str
) -> None:
    client.force_login(alice)
    assert client.get(f"/calls/export.csv?{query}").status_code == 422


@pytest.fixture
def dim(acme: Customer) -> User:
    """Sees the calls of Acme, but not the last digits of numbers."""
    user = User.objects.create_user(username="dim", email="dim@example.com", password="correct-horse-battery")
    Membership.objects.create(user=user, customer=acme, views_invoices=True)
    return user


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
def test_without_the_right_the_last_digits_are_masked_on_every_page_and_in_the_download(
    october: None,
    acme: Customer,
    dim: User,
    page: Callable[[User, str], str],
    download: Callable[[User, str], list[list[str]]],
) -> None:
    with tenant(acme):
        call = CallRecord.objects.filter(leg=Leg.CALL, call_type=CallType.ABROAD).first()
        assert call is not None
    url = f"/calls/{calls.cursor_of(call)}/"
    assert "xx" in page(dim, url)
    assert call.other[-4:] not in "".join(page(dim, url).split(" · ")[-1:])
    for form in ("", "&form=iso"):
        rows = download(dim, f"/calls/export.csv?month=2026-10&type=3{form}")
        assert all("x" in row[6] for row in rows if row[6])


def test_masked_digits_cannot_be_found_by_searching_for_them(
    october: None, acme: Customer, dim: User, client: Client
) -> None:
    with tenant(acme):
        call = CallRecord.objects.filter(leg=Leg.CALL, call_type=CallType.ABROAD).first()
        assert call is not None
        selection = calls.Selection(OCTOBER.first_day, OCTOBER.end_day)

        def found(typed: str, *, full: bool = False) -> set[object]:
            parties = calls.find_parties(typed, own=(), names={}, full_numbers=full)
            return {record.pk for record in calls.records(replace(selection, anyone=parties))}

        assert call.pk not in found(call.other[-5:])
        assert call.pk in found(call.other[-5:], full=True)
        assert call.pk in found(call.other[:-4])
        assert call.pk not in found(call.other[:-3])


@pytest.mark.parametrize("url", QUERIES)
def test_the_number_of_queries_does_not_grow_with_the_calls(
    october: None, alice: User, client: Client, url: str
) -> None:
    client.force_login(alice)
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    asked = [query["sql"] for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= QUERIES[url], "\n".join(asked)


# --- what pictures and rows say and lead to ---


@pytest.fixture
def unknown(acme: Customer, tmp_path: Path) -> None:
    """Three calls of Acme, of which the source of one does not tell from which of its numbers."""
    a_tariff()
    rows = [asterisk_row(src=src, unique=f"{place}.1") for place, src in enumerate(("anonymous", *["0887654000"] * 2))]
    load(write(tmp_path, rows), a_source())
    with tenant(acme):
        assert CallRecord.objects.filter(number="").count() == 1


@pytest.mark.parametrize("view", ["number", "matrix"])
def test_calls_of_which_the_own_number_is_unknown_are_found_from_their_row(
    unknown: None, alice: User, client: Client, view: str
) -> None:
    client.force_login(alice)
    [row] = [row for row in client.get(f"/calls/?{MONTH}&view={view}").context["rows"] if row.name == "onbekend nummer"]
    links = {row.url, *(cell.url for cell in row.cells)}
    for link in links:
        [group] = client.get(link).context["groups"]
        assert [line.call.number for line in group.lines] == [""]
        assert "Nummer: onbekend\N{NO-BREAK SPACE}nummer" in client.get(link).content.decode()


def test_the_note_of_the_day_that_stands_out_counts_a_corrected_call_once(
    acme: Customer, alice: User, client: Client, tmp_path: Path
) -> None:
    a_tariff()
    days = (("02", "0201234567"), ("03", "0201234567"), ("15", "00212537268001"))
    rows = [
        asterisk_row(start=f"2026-10-{day} 09:12:00", dst=to, dialled=f"PJSIP/{to}@trunk", unique=f"{day}.1")
        for day, to in days
    ]
    load(write(tmp_path, rows), a_source())
    with tenant(acme):
        call = CallRecord.objects.get(start__day=15)
    with crossing(Crossing.INGEST):
        book([reversal(call, period=call.billing_period), successor(call, period=call.billing_period, seconds=60)])
    client.force_login(alice)
    assert "1 gesprek naar Marokko" in client.get(f"/calls/?{MONTH}").content.decode()

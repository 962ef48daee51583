"""The filters of the calls: what people type, what it finds, and how far is read for it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from accounts.access import Actor, Door, Role
from accounts.models import Customer, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.asking import Asked, ask
from cdr.models import PartyNumber
from cdr.selectors import calls
from cdr.selectors.calls import reach, search
from cdr.tests.worlds import Cells, a_source, a_tariff, asterisk_row, load, write
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
OCTOBER = Month(2026, 10)
WHOLE = calls.Selection(OCTOBER.first_day, OCTOBER.end_day, full_numbers=True)
OWN, MOBILE, AMSTERDAM, HARDERWIJK = "+31887654000", "+31612345678", "+31201234567", "+31341274999"

ARRIVAL: Cells = {"channel": "PJSIP/trunk-0000001a", "peer": "PJSIP/101-0000001b", "dst": "0887654000"}
FORWARD: Cells = {
    "channel": "PJSIP/trunk-0000001a",
    "peer": "PJSIP/trunk-0000001c",
    "dst": "0612345678",
    "dialled": "PJSIP/0612345678@trunk,30",
}


@pytest.fixture
def called(acme: Customer, tmp_path: Path) -> None:
    """Acme called a mobile and Harderwijk, was called from Amsterdam, and forwarded a call of Amsterdam to the mobile."""
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164=OWN)
    rows = [
        asterisk_row(dst="0612345678", unique="1.1", start="2026-10-05 10:00:00", billsec=90),
        asterisk_row(dst="0341274999", unique="2.2", start="2026-10-06 10:00:00", billsec=60),
        asterisk_row(ARRIVAL, src="0201234567", unique="3.3", start="2026-10-07 10:00:00"),
        asterisk_row(ARRIVAL, src="0201234567", unique="4.1", linked="4.1", sequence=1, start="2026-10-08 10:00:00"),
        asterisk_row(FORWARD, src="0201234567", unique="4.2", linked="4.1", sequence=2, start="2026-10-08 10:00:00"),
    ]
    load(write(tmp_path, rows), a_source())


def also_called(customer: Customer, *numbers: str) -> None:
    with crossing(Crossing.INGEST):
        PartyNumber.objects.bulk_create(PartyNumber(customer=customer, number=number) for number in numbers)


def asked(customer: Customer, query: str) -> Asked:
    owner = Actor(user=None, customer=customer, roles=frozenset(Role), door=Door.PAGE)
    return ask(QueryDict(query), owner, today=TODAY)


def days(customer: Customer, query: str) -> list[int]:
    """Days of October of the calls that a filter lets through."""
    with tenant(customer):
        found = calls.records(asked(customer, f"month=2026-10&{query}").selection)
        return sorted(call.start.day for call in found)


@pytest.mark.parametrize("typed", ["0341", "0341 27", "0341-274999", "%2B31341", "%2B31 341 27", "0031341", "274999"])
def test_a_part_of_a_number_is_found_in_any_spelling(called: None, acme: Customer, typed: str) -> None:
    assert days(acme, f"q={typed}") == [6]
    assert days(acme, f"callee={typed}") == [6]
    assert days(acme, f"caller={typed}") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("caller=088765", [5, 6, 8]),  # what it called, and what it forwarded and pays
        ("caller=020", [7, 8]),  # who called it, also when that was forwarded
        ("callee=020", []),
        ("callee=06", [5, 8]),
        ("callee=088765", [7]),
        ("caller=020&callee=06", [8]),
        ("q=020", [7, 8]),
        ("number=%2B31887654000", [5, 6, 7, 8]),
    ],
)
def test_caller_and_called_number_are_told_apart_by_the_direction(
    called: None, acme: Customer, query: str, found: list[int]
) -> None:
    assert days(acme, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("seconds_min=1:30", [5]),
        ("seconds_min=90&seconds_max=90", [5]),
        ("seconds_min=0:01:00&seconds_max=60", [6]),
        ("cost_min=0,06&cost_max=0,06", [6]),
        ("cost_min=0,10", [5]),
        ("cost_max=0,06&direction=1", [6]),
    ],
)
def test_amount_and_duration_can_be_equal_more_or_less(
    called: None, acme: Customer, query: str, found: list[int]
) -> None:
    assert days(acme, query) == found


@pytest.mark.parametrize("typed", ["1:75", "lang", "1:30:99", "9" * 40, "-5"])
def test_a_duration_that_cannot_be_read_is_said_at_its_field(called: None, acme: Customer, typed: str) -> None:
    with tenant(acme):
        assert list(asked(acme, f"seconds_min={typed}").form.errors) == ["seconds"]


def test_the_previous_period_has_a_name_that_stays(called: None, acme: Customer) -> None:
    with tenant(acme):
        selection = asked(acme, "month=previous").selection
    assert (selection.first, selection.end) == (date(2026, 10, 1), date(2026, 11, 1))


def test_the_last_day_that_is_typed_belongs_to_the_period(called: None, acme: Customer) -> None:
    assert days(acme, "month=&from=2026-10-05&to=2026-10-06") == [5, 6]


def test_a_chosen_number_without_calls_in_the_period_finds_none_of_another(called: None, acme: Customer) -> None:
    assert days(acme, "number=%2B31887654999") == []


def test_a_search_that_fits_too_many_numbers_finds_none_and_says_so(
    called: None, acme: Customer, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_NUMBERS", 1)
    with tenant(acme):
        answer = asked(acme, "month=2026-10&q=1")
        assert list(answer.form.errors) == ["q"]
        assert not calls.records(answer.selection)
    client.force_login(alice)
    assert "1.000 nummers" in client.get("/calls/details/?month=2026-10&q=1").content.decode()


def test_a_search_by_the_beginning_needs_no_list_of_numbers(
    called: None, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_NUMBERS", 0)
    assert days(acme, "callee=06") == [5, 8]
    assert days(acme, "q=06") == [5, 8]
    assert days(acme, "q=020") == [7, 8]


def test_a_search_by_the_beginning_also_finds_the_digits_elsewhere_as_long_as_these_are_few(
    called: None, acme: Customer, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_NUMBERS", 1)
    also_called(acme, "+31612345999", "+31201230655")
    with tenant(acme):
        found = calls.find_parties("06", own=(), names={}, full_numbers=True)
        assert found == calls.Parties(others=frozenset({"+31201230655"}), start="+316")
    also_called(acme, "+31201230656")
    with tenant(acme):
        assert calls.find_parties("06", own=(), names={}, full_numbers=True) == calls.Parties(
            start="+316", in_part=True
        )
        assert list(asked(acme, "month=2026-10&q=06").form.errors) == ["q"]
    client.force_login(alice)
    page = client.get("/calls/details/?month=2026-10&q=06").content.decode()
    assert "Alleen die met +316 beginnen worden gevonden" in page  # and the calls with them, which nobody takes for all
    assert "06 12 34 56 78" in page


@pytest.mark.parametrize(
    ("typed", "found"), [("+3161234", True), ("+31612345", False), ("34567", False), ("1234", True)]
)
@pytest.mark.parametrize("most", [0, 1_000])
def test_masked_digits_are_not_searched_however_the_numbers_are_found(
    called: None, acme: Customer, monkeypatch: pytest.MonkeyPatch, typed: str, found: bool, most: int
) -> None:
    monkeypatch.setattr(search, "MOST_NUMBERS", most)
    with tenant(acme):
        try:
            parties = calls.find_parties(typed, own=(), names={}, full_numbers=False)
        except calls.TooManyNumbersError:
            assert not typed.startswith("+")
            return
        seen = calls.records(replace(WHOLE, callee=parties, full_numbers=False))
        assert (MOBILE in {call.other for call in seen}) is found


def test_sums_by_record_read_no_further_than_their_reach(
    called: None, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "REACH", 2)
    wanted = replace(WHOLE, least_seconds=1)
    with tenant(acme):
        assert calls.countable(wanted).first == date(2026, 10, 7)
        assert calls.total(calls.countable(wanted)).calls == 2
        assert calls.countable(WHOLE) == WHOLE


def test_a_page_says_from_which_day_on_the_calls_were_added_up(
    called: None, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "REACH", 2)
    client.force_login(alice)
    for page in ("/calls/", "/calls/details/"):
        text = client.get(f"{page}?month=2026-10&seconds_min=1&counted=1").content.decode()
        assert "Opgeteld vanaf wo 7 okt." in text.replace("\u00a0", " "), page


def walk(selection: calls.Selection, size: int) -> tuple[list[int], list[int]]:
    """Days of the calls on all pages forth, and back again."""
    forth, page = [], calls.page(selection, size=size)
    pages = [page]
    while page.after:
        page = calls.page(selection, after=page.after, size=size)
        pages.append(page)
    forth = _days(pages)
    back = [page]
    while page.before:
        page = calls.page(selection, before=page.before, size=size)
        back.insert(0, page)
    return forth, _days(back)


def _days(pages: Iterable[calls.Page]) -> list[int]:
    return [call.start.day for page in pages for call in page.calls]


@pytest.mark.parametrize("size", [1, 2, 50])
@pytest.mark.parametrize("near", [1, 3])
@pytest.mark.parametrize("most", [1, 2, 100])
def test_pages_under_a_filter_meet_every_call_however_short_their_reach(
    called: None, acme: Customer, monkeypatch: pytest.MonkeyPatch, size: int, most: int, near: int
) -> None:
    monkeypatch.setattr(reach, "REACH", most)
    monkeypatch.setattr(reach, "NEAR", near)
    with tenant(acme):
        assert walk(replace(WHOLE, least_seconds=1), size) == ([8, 7, 6, 5], [8, 7, 6, 5])
        assert walk(replace(WHOLE, least_seconds=90), size) == ([5], [5])


def test_whole_months_and_the_days_around_them_add_up_by_number(called: None, acme: Customer) -> None:
    with tenant(acme):
        odd = calls.Selection(date(2026, 9, 20), date(2026, 11, 5), full_numbers=True)
        assert calls.by_number_and_type(odd) == calls.by_number_and_type(WHOLE)
        assert list(calls.by_month(odd)) == [OCTOBER]
        assert calls.by_month(odd)[OCTOBER] == calls.total(WHOLE)


def test_the_dearest_calls_come_dearest_first(called: None, acme: Customer) -> None:
    with tenant(acme):
        dear = calls.dearest_calls(WHOLE, calls.by_day(WHOLE), most=2)
        every = sorted((call.micros or 0 for call in calls.records(WHOLE)), reverse=True)
    assert [call.micros for call in dear] == every[:2]
    assert dear[0].start.day in {5, 8}


def test_a_page_reads_few_buffers_at_any_depth(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    rows = [
        asterisk_row(
            dst=f"02012{number:05}",
            unique=f"{number}.1",
            start=f"2026-10-{1 + number // 700:02} {8 + number // 60 % 10:02}:{number % 60:02}:00",
        )
        for number in range(20_000)
    ]
    load(write(tmp_path, rows), a_source())
    with tenant(acme):
        every = list(calls.records(WHOLE).values_list("start", "id"))
        for depth in (0, 10_000, len(every) - 60):
            start, number = every[depth]
            older = calls.records(WHOLE.between(WHOLE.first, start.date())).filter(start__lte=start)[:51]
            assert _buffers(older.query) <= 100, depth
            page = calls.page(WHOLE, after=f"{int(start.timestamp() * 1_000_000)}-{number}")
            assert [(call.start, call.id) for call in page.calls] == every[depth + 1 : depth + 51]


def _buffers(query: object) -> int:
    sql, parameters = query.sql_with_params()  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
        [plan] = cursor.fetchone()[0]
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


@pytest.mark.parametrize("page", ["/calls/?", "/calls/?view=total&", "/calls/details/?"])
def test_a_search_that_means_no_number_finds_nothing_and_says_so(
    called: None, client: Client, alice: User, page: str
) -> None:
    client.force_login(alice)
    assert "Geen gesprekken met deze filters" in client.get(f"{page}month=2026-10&q=zzz").content.decode()

"""The queue of calls without a price: what stands in it, why, what mends it, and rating them again."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.access import Door, system
from accounts.errors import Refusal
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CustomerRate, Source, Tariff
from cdr.rating.explain import Outcome
from cdr.rating.prices import Price
from cdr.selectors import unrated
from cdr.selectors.ledger import MOST_READ, unrated_months
from cdr.selectors.unrated import Queue, UnratedGroup, Waiting, destination_prefix, queue
from cdr.services import add_version, save_tariff
from cdr.services.rerating import rate_again, rate_unrated
from cdr.services.tariffs import RateLine
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType

PAGE = "/operate/unrated/"
API = "/api/v1/unrated-calls/"
GERMANY = RateLine("49", "Duitsland", CallType.ABROAD, Price(0, 10_000))
pytestmark = pytest.mark.django_db


@pytest.fixture
def as_olga(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.fixture
def source() -> Source:
    return a_source()


def call(source: Source, folder: Path, *numbers: str, day: str = "2026-10-05", account: str = "acme") -> None:
    """A call to each number, a second apart."""
    rows = [
        asterisk_row(
            dst=number,
            unique=f"{day}{account}.{place}",
            start=f"{day} 10:{place // 60:02}:{place % 60:02}",
            billsec=60,
            account=account,
        )
        for place, number in enumerate(numbers)
    ]
    load(write(folder, rows, f"{day}{account}.csv"), source)


def look(after: int = 0) -> Queue:
    with crossing(Crossing.OPERATE):
        return queue(after)


def groups(waiting: Waiting) -> list[tuple[Outcome, str, int]]:
    return [(group.reason, group.prefix, group.calls) for group in waiting.groups]


def the_only_group() -> UnratedGroup:
    [waiting] = look().waiting
    [group] = waiting.groups
    return group


# --- what stands in it, and why ---


def test_calls_are_grouped_by_customer_month_and_destination_and_priced_ones_are_not_there(
    acme: Customer, birch: Customer, source: Source, tmp_path: Path
) -> None:
    a_tariff()
    call(source, tmp_path, "004930901820", "0049891234567", "0033123456789", "0201234567")
    call(source, tmp_path, "0033123456789", day="2026-09-05")
    call(source, tmp_path, "0044201234567", account="birch")
    found = look()
    assert found.calls == 5
    assert [(one.customer.reference, str(one.month.month), one.calls) for one in found.waiting] == [
        ("acme", "2026-10", 3),
        ("acme", "2026-09", 1),
        ("birch", "2026-10", 1),
    ]
    assert groups(found.waiting[0]) == [(Outcome.NO_RATE, "+49", 2), (Outcome.NO_RATE, "+33", 1)]


def test_the_example_is_the_last_call(acme: Customer, source: Source, tmp_path: Path) -> None:
    a_tariff()
    call(source, tmp_path, "004930901820", "0049891234567")
    assert the_only_group().example.other == "+49891234567"


def test_without_any_tariff_that_is_the_reason(acme: Customer, source: Source, tmp_path: Path) -> None:
    call(source, tmp_path, "0201234567")
    assert the_only_group().reason is Outcome.NO_TARIFF
    [waiting] = look().waiting
    assert waiting.tariff is None


def test_a_tariff_that_begins_after_the_call_is_the_reason(acme: Customer, source: Source, tmp_path: Path) -> None:
    tariff = save_tariff(tariff=Tariff(name="Later", is_default=True), actor=system())
    add_version(tariff=tariff, valid_from=date(2026, 11, 1), rates=[GERMANY], actor=system())
    call(source, tmp_path, "004930901820")
    group = the_only_group()
    assert (group.reason, group.priced) == (Outcome.NO_VERSION, False)


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+4930901820", "+49"),
        ("+21253726801", "+212"),
        ("+12025550123", "+1"),
        ("+31201234567", "+3120"),
        ("short:1850", "short:1850"),
        ("", ""),
    ],
)
def test_a_destination_is_a_country_the_beginning_of_a_dutch_number_or_a_short_number(number: str, prefix: str) -> None:
    assert destination_prefix(number) == prefix


def test_a_price_that_came_since_is_seen_before_the_calls_are_rated(
    acme: Customer, source: Source, tmp_path: Path
) -> None:
    tariff = a_tariff()
    call(source, tmp_path, "004930901820")
    assert not the_only_group().priced
    add_version(tariff=tariff, valid_from=date(2026, 10, 1), rates=[GERMANY], actor=system())
    assert the_only_group().priced


@pytest.mark.parametrize(("first", "priced"), [(date(2026, 10, 5), True), (date(2026, 10, 6), False)])
def test_an_own_price_counts_from_its_first_day_on(
    acme: Customer, source: Source, tmp_path: Path, first: date, priced: bool
) -> None:
    a_tariff()
    call(source, tmp_path, "004930901820")
    with tenant(acme):
        CustomerRate.objects.create(customer=acme, prefix="49", setup_micros=0, minute_micros=10_000, valid_from=first)
    assert the_only_group().priced is priced


def test_calls_that_got_their_price_leave_the_queue(acme: Customer, source: Source, tmp_path: Path) -> None:
    tariff = a_tariff()
    call(source, tmp_path, "004930901820", "0033123456789")
    add_version(tariff=tariff, valid_from=date(2026, 10, 1), rates=[GERMANY], actor=system())
    rate_unrated(actor=system())
    assert (look().calls, the_only_group().prefix) == (1, "+33")


# --- however many there are ---


def test_only_the_newest_calls_are_read_and_the_queue_says_of_how_many(
    acme: Customer, source: Source, tmp_path: Path
) -> None:
    a_tariff()
    call(source, tmp_path, "0033123456789", day="2026-10-01")
    call(source, tmp_path, *["004930901820"] * (MOST_READ + 1), day="2026-10-09")
    [waiting] = look().waiting
    assert (waiting.read, waiting.calls, waiting.is_whole) == (MOST_READ, MOST_READ + 2, False)
    assert groups(waiting) == [(Outcome.NO_RATE, "+49", MOST_READ)]


def test_days_full_of_priced_calls_are_not_passed_by_for_ever(
    acme: Customer, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unrated, "MOST_PASSED", 3)
    a_tariff()
    call(source, tmp_path, "0033123456789", day="2026-10-01")
    call(source, tmp_path, *["0201234567"] * 4, day="2026-10-05")
    call(source, tmp_path, "004930901820", day="2026-10-09")
    [waiting] = look().waiting
    assert (waiting.read, waiting.calls) == (1, 2)


def test_a_page_ends_and_the_next_begins_where_it_ended(
    acme: Customer, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unrated, "PAGE", 2)
    for day in ("2026-08-05", "2026-09-05", "2026-10-05"):
        call(source, tmp_path, "0201234567", day=day)
    first, second = look(), look(2)
    assert (first.calls, first.after, second.after) == (3, 2, None)
    assert [str(one.month.month) for one in (*first.waiting, *second.waiting)] == ["2026-08", "2026-09", "2026-10"]


def test_the_page_asks_one_question_more_for_each_customers_month_and_none_for_each_call(
    as_olga: Client, acme: Customer, source: Source, tmp_path: Path
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_olga.get(PAGE)
        return len(asked)

    a_tariff()
    call(source, tmp_path, "004930901820")
    queries()  # what is asked once and remembered
    one = queries()
    call(source, tmp_path, "0033123456789", "0044201234567", "0049891234567", day="2026-10-06")
    assert queries() == one
    call(source, tmp_path, "004930901820", day="2026-09-06")
    assert queries() == one + 1


# --- the page ---


def test_the_page_says_why_and_leads_to_what_mends_it(
    as_olga: Client, acme: Customer, source: Source, tmp_path: Path
) -> None:
    tariff = a_tariff()
    call(source, tmp_path, "004930901820")
    page = as_olga.get(PAGE).content.decode()
    assert "+49 Duitsland" in page
    assert "Geen prijs voor deze bestemming" in page
    assert reverse("cdr:operate_tariff", args=[tariff.pk]) in page
    assert reverse("cdr:operate_own_prices", args=[acme.pk]) in page


def test_a_call_without_a_number_is_not_said_to_want_a_price(as_olga: Client, acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    row = "a,acme,out,0887654000,,2026-10-15T09:12:00+02:00,61"
    load(
        write(tmp_path, ["id,account,direction,caller,called,start,seconds", row]), a_source("generic", name="generic")
    )
    page = as_olga.get(PAGE).content.decode()
    assert "Geen gebeld nummer" in page
    assert "Geen prijs voor deze bestemming" not in page


def test_an_empty_queue_says_so_and_offers_nothing_to_rate(as_olga: Client) -> None:
    page = as_olga.get(PAGE).content.decode()
    assert "Elk gesprek heeft een prijs" in page
    assert "Prijzen opnieuw berekenen" not in page


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "99"])
def test_a_page_that_is_not_there_is_no_error(as_olga: Client, after: str) -> None:
    assert as_olga.get(PAGE, {"after": after}).status_code == 200


def test_rating_again_is_left_to_one_task_once(
    as_olga: Client,
    acme: Customer,
    source: Source,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    call(source, tmp_path, "0201234567")
    with django_capture_on_commit_callbacks() as waiting:
        assert as_olga.post(f"{PAGE}again/").headers["Location"] == PAGE
    assert len(waiting) == 1


def test_there_must_be_something_to_rate() -> None:
    with pytest.raises(Refusal) as refused:
        rate_again(actor=system())
    assert refused.value.code == "nothing_to_rate"


# --- the API ---


def test_the_api_gives_the_same_to_operators(
    client: Client, olga: User, acme: Customer, source: Source, tmp_path: Path
) -> None:
    a_tariff()
    call(source, tmp_path, "004930901820")
    body = _ask(client, olga, "get", API).json()
    assert (body["calls"], body["next"]) == (1, None)
    [month] = body["results"]
    assert (month["customer"], month["month"], month["tariff"], month["looked_at"]) == ("acme", "2026-10", "Basis", 1)
    [group] = month["groups"]
    assert (group["reason"], group["prefix"], group["calls"], group["priced"]) == ("no_rate", "+49", 1, False)
    assert group["example"]["other"] == "+4930901820"
    assert _ask(client, olga, "post", f"{API}rate/").status_code == 204


def test_the_api_refuses_a_place_that_is_no_number(client: Client, olga: User) -> None:
    assert _ask(client, olga, "get", f"{API}?after=x").status_code == 400


def test_the_api_says_that_nothing_waits(client: Client, olga: User) -> None:
    answer = _ask(client, olga, "post", f"{API}rate/")
    assert (answer.status_code, answer.json()["title"]) == (409, "nothing to rate")


def _ask(client: Client, user: User, method: str, path: str) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    return getattr(client, method)(path, headers={"Authorization": f"Bearer {key}"})


def test_the_queue_is_found_without_reading_the_totals_of_all_years(
    acme: Customer, source: Source, tmp_path: Path
) -> None:
    call(source, tmp_path, "004930123456")
    with crossing(Crossing.OPERATE), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as asked:
            assert [month.calls for month in unrated_months()] == [1]
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "totals_unrated" in plan

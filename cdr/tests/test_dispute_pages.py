"""The pages about disputes and times of keeping."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from accounts.access import system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.models import BilledPeriod, CallRecord, Dispute, KeepingTime, MaskedPeriod
from cdr.selectors.calls import cursor_of
from cdr.tests.worlds import NOW, a_source, a_tariff, asterisk_row, load, write

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def place(acme: Customer, tmp_path: Path) -> str:
    """Where a call of Acme stands."""
    a_tariff()
    load(write(tmp_path, [asterisk_row()]), a_source())
    with tenant(acme):
        return cursor_of(CallRecord.objects.get())


def disputes(customer: Customer) -> list[Dispute]:
    with tenant(customer):
        return list(Dispute.objects.order_by("pk"))


def test_a_call_is_disputed_from_its_page(place: str, acme: Customer, alice: User, client: Client) -> None:
    client.force_login(alice)
    assert 'href="dispute/"' in client.get(f"/calls/{place}/").content.decode()
    assert client.get(f"/calls/{place}/dispute/").status_code == 200
    client.post(f"/calls/{place}/dispute/", {"reason": "not ours"})
    [made] = disputes(acme)
    assert (made.reason, made.billing_period, made.opened_by) == ("not ours", OCTOBER, alice)
    assert made.call_id is not None
    assert "not ours" in client.get("/calls/disputes/").content.decode()


def test_a_period_is_disputed_by_its_name(place: str, acme: Customer, alice: User, client: Client) -> None:
    client.force_login(alice)
    page = client.get("/calls/disputes/new/?period=2026-10").content.decode()
    assert '<option value="2026-10" selected>' in page
    client.post("/calls/disputes/new/", {"period": "2026-10", "reason": "too much"})
    [made] = disputes(acme)
    assert (made.billing_period, made.call_id) == (OCTOBER, None)


@pytest.fixture
def invoiced(acme: Customer) -> None:
    """An invoice of a month in which Acme did not call, only subscribed."""
    with tenant(acme):
        BilledPeriod.objects.create(customer=acme, first_day=OCTOBER, invoice="2026100007")


@pytest.mark.parametrize("path", ["/calls/disputes/", "/operate/disputes/"])
def test_more_disputes_than_a_page_holds_follow_on_the_next(
    acme: Customer, alice: User, olga: User, client: Client, path: str
) -> None:
    with tenant(acme):
        for place in range(51):
            Dispute.objects.create(customer=acme, billing_period=OCTOBER, reason=str(place), closed_at=NOW)
    client.force_login(olga if "operate" in path else alice)
    first, second = (client.get(f"{path}{query}").context for query in ("", "?after=1"))
    assert (len(first["rows"]), first["page"].after) == (50, "1")
    assert [row["dispute"].reason for row in second["rows"]] == ["0"]


def test_an_invoice_of_a_month_without_calls_is_disputed(
    invoiced: None, acme: Customer, alice: User, client: Client
) -> None:
    client.force_login(alice)
    assert '<option value="2026-10" selected>' in client.get("/calls/disputes/new/?period=2026-10").content.decode()
    client.post("/calls/disputes/new/", {"period": "2026-10", "reason": "too much"})
    assert [made.billing_period for made in disputes(acme)] == [OCTOBER]


def test_such_an_invoice_is_disputed_over_the_api(invoiced: None, acme: Customer, alice: User, client: Client) -> None:
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=alice, name='t')[1]}"}
    given = {"billing_period": "2026-10", "reason": "too much"}
    answer = client.post("/api/v1/disputes/", given, content_type="application/json", headers=headers)
    assert (answer.status_code, [made.billing_period for made in disputes(acme)]) == (201, [OCTOBER])


def test_a_second_dispute_about_the_same_is_refused_with_a_sentence(
    place: str, acme: Customer, alice: User, client: Client
) -> None:
    client.force_login(alice)
    for _twice in range(2):
        answer = client.post("/calls/disputes/new/", {"period": "2026-10", "reason": "too much"})
    assert "loopt al een betwisting" in answer.content.decode()
    assert len(disputes(acme)) == 1


@pytest.mark.parametrize("given", [{"period": "2026-10", "reason": " "}, {"period": "1999-01", "reason": "x"}])
def test_a_dispute_needs_a_known_period_and_a_reason(
    place: str, acme: Customer, alice: User, client: Client, given: dict[str, str]
) -> None:
    client.force_login(alice)
    assert client.post("/calls/disputes/new/", given).status_code == 200
    assert disputes(acme) == []


def test_another_customers_call_cannot_be_disputed(place: str, acme: Customer, carol: User, client: Client) -> None:
    client.force_login(carol)
    assert client.post(f"/calls/{place}/dispute/", {"reason": "x"}).status_code == 404
    assert disputes(acme) == []


def test_an_operator_closes_a_dispute_and_the_customer_reads_how_it_ended(
    place: str, acme: Customer, alice: User, olga: User, client: Client
) -> None:
    with tenant(acme):
        made = Dispute.objects.create(customer=acme, billing_period=OCTOBER, reason="too much")
    client.force_login(olga)
    assert "Acme" in client.get("/operate/disputes/").content.decode()
    client.post(f"/operate/disputes/{made.pk}/", {"outcome": "paid back"})
    assert disputes(acme)[0].closed_at is not None
    client.force_login(alice)
    assert "paid back" in client.get("/calls/disputes/").content.decode()


def test_an_operator_sets_for_how_long_numbers_are_kept(acme: Customer, olga: User, client: Client) -> None:
    client.force_login(olga)
    assert "18" in client.get(f"/operate/retention/{acme.pk}/").content.decode()
    assert client.post(f"/operate/retention/{acme.pk}/", {"months": "0"}).status_code == 200
    client.post(f"/operate/retention/{acme.pk}/", {"months": "6"})
    assert KeepingTime.objects.get().months == 6


def test_the_list_of_keeping_times_says_up_to_where_numbers_are_masked(
    acme: Customer, birch: Customer, olga: User, client: Client
) -> None:
    with tenant(acme):
        MaskedPeriod.objects.create(
            customer=acme, billing_period=dt.date(2025, 1, 1), masked_at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
        )
    client.force_login(olga)
    page = client.get("/operate/retention/?q=acm").content.decode()
    assert "januari 2025" in page
    assert "Birch" not in page


@pytest.mark.parametrize("query", ["?q=%00", "?after=x", "?after=999", "?q=%25"])
def test_the_list_of_keeping_times_takes_any_address(olga: User, client: Client, query: str) -> None:
    client.force_login(olga)
    assert client.get(f"/operate/retention/{query}").status_code == 200


# --- API ---


def test_disputes_are_opened_and_read_over_the_api(place: str, acme: Customer, alice: User, client: Client) -> None:
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=alice, name='t')[1]}"}

    def ask(**given: str) -> int:
        return client.post("/api/v1/disputes/", given, content_type="application/json", headers=headers).status_code

    assert ask(call=place, reason="not ours") == 201
    assert ask(billing_period="2026-10", reason="too much") == 201
    assert ask(billing_period="2026-10", reason="too much") == 409
    found = client.get("/api/v1/disputes/", headers=headers).json()["results"]
    assert [(one["billing_period"], one["call"]) for one in found] == [("2026-10", None), ("2026-10", place)]


@pytest.mark.parametrize(
    "given",
    [
        {"reason": "x"},
        {"reason": "x", "call": "nonsense"},
        {"reason": "x", "call": "1790847744000000-1"},
        {"reason": "x", "billing_period": "1999-01"},
        {"billing_period": "2026-10"},
    ],
)
def test_a_dispute_about_nothing_is_refused_over_the_api(
    place: str, acme: Customer, alice: User, client: Client, given: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=alice, name='t')[1]}"}
    answer = client.post("/api/v1/disputes/", given, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert disputes(acme) == []

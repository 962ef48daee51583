"""Totals by number, type, month and day: in the API and as files, equal to the page."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.access import Door, system
from accounts.models import Customer, Membership, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.adding import By
from cdr.tests.worlds import OWN_NUMBER, a_source, a_tariff, asterisk_row, load, write
from portal.lib.money import parse_amount
from telephony.models import PhoneNumber
from telephony.services import create_line

pytestmark = pytest.mark.django_db

OCTOBER = "month=2026-10"
AROUND = "from=2026-09-20&to=2026-10-31"
FILTERS = ("", "&type=2", "&cost_min=0,10", "&q=0612", "&seconds_max=1:00", "&number=%2B31887654000")


@pytest.fixture(autouse=True)
def called(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """Calls of Acme on four days of two months, one without a price and some hidden, and one of Birch."""
    a_tariff()
    with tenant(acme):
        number = PhoneNumber.objects.create(customer=acme, e164=OWN_NUMBER)
        create_line(actor=system(), customer=acme, display_name="=1+1", extension="121", number=number)
    days = ("2026-09-28", "2026-09-30", "2026-10-01", "2026-10-15")
    numbers = ("0201234567", "0612345678", "0021253726", "004930901820", "112", "08000410")
    rows = [
        asterisk_row(dst=dst, start=f"{day} 10:0{place}:00", billsec=58 + place, unique=f"{day}.{place}")
        for day in days
        for place, dst in enumerate(numbers)
    ]
    load(write(tmp_path, [*rows, asterisk_row(account="birch", unique="9.9")]), a_source())


class Api:
    """Somebody with a key."""

    def __init__(self, user: User) -> None:
        _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
        self.client, self.headers = Client(), {"Authorization": f"Bearer {key}"}

    def __call__(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)


@pytest.fixture
def api(alice: User) -> Api:
    return Api(alice)


def rows_of(response: Any) -> list[list[str]]:
    assert response.status_code == 200, response.content
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("filters", FILTERS)
def test_rows_add_up_to_the_whole_however_they_are_told_apart(api: Api, by: By, filters: str) -> None:
    whole = api(f"call-totals/?{AROUND}{filters}").json()
    found = api(f"call-totals/?{AROUND}{filters}&by={by}").json()
    assert whole["calls"], filters
    for name in ("calls", "seconds", "unrated"):
        assert found[name] == whole[name] == sum(row[name] for row in found["results"])
    assert found["amount"] == whole["amount"]
    assert Decimal(found["amount"]) == sum(Decimal(row["amount"]) for row in found["results"])


def test_days_and_months_are_named_and_those_without_calls_left_out(api: Api) -> None:
    days = api(f"call-totals/?{AROUND}&by=day").json()["results"]
    assert [row["day"] for row in days] == ["2026-09-28", "2026-09-30", "2026-10-01", "2026-10-15"]
    assert set(days[0]) == {"day", "calls", "seconds", "amount", "unrated"}
    months = api(f"call-totals/?{AROUND}&by=month").json()["results"]
    assert [(row["month"], row["calls"], row["unrated"]) for row in months] == [("2026-09", 8, 2), ("2026-10", 8, 2)]


@pytest.mark.parametrize("by", By)
def test_the_file_for_programs_has_the_rows_of_the_api(api: Api, by: By) -> None:
    header, *rows = rows_of(api(f"call-totals/export/?{AROUND}&by={by}"))
    document = api(f"call-totals/?{AROUND}&by={by}").json()["results"]
    assert rows == [[_guarded(str(row[name])) for name in header] for row in document]


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith("=") else text


@pytest.mark.parametrize("view", ["matrix", "type", "number", "total", "day"])
@pytest.mark.parametrize("filters", FILTERS)
def test_the_total_line_for_people_equals_the_page(client: Client, alice: User, view: str, filters: str) -> None:
    client.force_login(alice)
    page = client.get(f"/calls/?{OCTOBER}{filters}&view={view}")
    [link] = [choice.url for choice in page.context["downloads"] if choice.url.endswith("form=dutch")]
    header, *rows, total = rows_of(client.get(link))
    whole, keys = page.context["whole"], len(header) - 4
    assert total[0] == "Totaal"
    assert (total[keys], total[keys + 1]) == (str(whole.calls), str(whole.seconds))
    assert parse_amount(total[keys + 2]) == whole.micros == sum(parse_amount(row[keys + 2]) for row in rows)


def test_a_name_that_is_a_formula_stays_a_text(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    for response in (
        client.get(f"/calls/totals.csv?{OCTOBER}&by=number"),
        api(f"call-totals/export/?{OCTOBER}&by=number&form=dutch"),
    ):
        header, row, _total = rows_of(response)
        assert header[:2] == ["Eigen nummer", "Naam"]
        assert row[:2] == ["088 765 40 00", "'=1+1"]


def test_the_rest_of_a_month_is_named_by_its_days(client: Client, alice: User) -> None:
    client.force_login(alice)
    _header, *rows = rows_of(client.get(f"/calls/totals.csv?{AROUND}&by=month"))
    assert [row[0] for row in rows] == ["20 t/m 30 september", "oktober 2026", "Totaal"]


def test_the_totals_by_day_have_their_page_and_lead_to_the_calls_of_the_day(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "view=day" in client.get(f"/calls/?{OCTOBER}").content.decode()
    page = client.get(f"/calls/?{OCTOBER}&type=2&view=day").content.decode()
    body = page[page.rindex("<tbody>") : page.rindex("</tbody>")]
    assert body.index("donderdag 1 oktober") < body.index("donderdag 15 oktober")
    assert "type=2" in body
    assert "from=2026-10-01" in body
    assert "by=day" in page
    page = client.get(f"/calls/?{OCTOBER}&type=2&view=day&sort=-name").content.decode()
    body = page[page.rindex("<tbody>") : page.rindex("</tbody>")]
    assert body.index("donderdag 15 oktober") < body.index("donderdag 1 oktober")


@pytest.mark.parametrize("query", ["by=weird", "form=xlsx", "type=99", "month=nonsense"])
def test_what_cannot_be_read_gives_no_file(client: Client, alice: User, api: Api, query: str) -> None:
    refused = api(f"call-totals/export/?{query}")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [query.partition("=")[0]]
    client.force_login(alice)
    assert client.get(f"/calls/totals.csv?{query}").status_code == 422


@pytest.mark.parametrize("filters", ["", "&type=2", "&cost_min=0,10", "&number=%2B31887654000"])
def test_the_dearest_calls_are_those_of_the_page(client: Client, alice: User, api: Api, filters: str) -> None:
    found = api(f"call-totals/dearest/?{OCTOBER}{filters}").json()
    every = api(f"calls/?{OCTOBER}{filters}").json()["results"]
    paid = sorted((Decimal(one["amount"] or 0) for one in every), reverse=True)
    assert [Decimal(one["amount"]) for one in found] == [amount for amount in paid if amount][:5]
    client.force_login(alice)
    page = client.get(f"/calls/?{OCTOBER}{filters}").content.decode()
    assert [f"/calls/{one['id']}/" in page for one in found] == [True] * len(found)
    assert found


def test_another_customer_gets_its_own_totals_only(carol: User) -> None:
    document = Api(carol)(f"call-totals/?{OCTOBER}&by=day").json()
    assert (document["calls"], len(document["results"])) == (1, 1)
    assert len(rows_of(Api(carol)(f"call-totals/export/?{AROUND}&by=day"))) == 2


def test_a_colleague_without_the_right_gets_no_totals(client: Client, bob: User) -> None:
    assert Api(bob)("call-totals/?by=day").status_code == 403
    assert Api(bob)("call-totals/export/").status_code == 403
    client.force_login(bob)
    assert client.get("/calls/totals.csv").status_code == 403
    Membership.objects.filter(user=bob).update(views_invoices=True)
    assert Api(bob)("call-totals/export/").status_code == 200

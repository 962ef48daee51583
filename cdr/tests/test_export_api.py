"""Files of calls and monthly reports in the API: the filters, rows and rights of the pages."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from accounts.access import Door, system
from accounts.audit_words import details
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.export_tasks import make_export
from cdr.exporting import limits, making
from cdr.models import CallRecord, Export, MonthlyReport
from cdr.services.corrections import book, reversal, successor
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write

pytestmark = pytest.mark.django_db(transaction=True)

OCTOBER = "month=2026-10"


@pytest.fixture(autouse=True)
def october(acme: Customer, settings: Settings, tmp_path: Path) -> None:
    """Six calls of Acme, half of them to mobile numbers."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    a_tariff()
    rows = [
        asterisk_row(
            dst=("0612345678", "0201234567")[place % 2], start=f"2026-10-15 09:0{place}:00", unique=f"{place}.1"
        )
        for place in range(6)
    ]
    load(write(tmp_path, rows), a_source())


class Api:
    """Somebody with a key."""

    def __init__(self, user: User) -> None:
        _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
        self.client, self.headers = Client(), {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, path: str, data: Any = None) -> Any:
        more = {} if method == "get" else {"content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1/{path}", data, headers=self.headers, **more)


@pytest.fixture
def api(alice: User) -> Api:
    return Api(alice)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_the_file_of_a_selection_holds_its_calls_and_is_the_one_of_the_pages(
    api: Api, client: Client, alice: User
) -> None:
    client.force_login(alice)
    for form in ("iso", "dutch"):
        page = text_of(client.get(f"/calls/export.csv?{OCTOBER}&type=2&form={form}"))
        assert text_of(api("get", f"calls/export/?{OCTOBER}&type=2&form={form}")) == page
    lines = text_of(api("get", f"calls/export/?{OCTOBER}&type=2")).splitlines()
    assert len(lines) == 1 + api("get", f"call-totals/?{OCTOBER}&type=2").json()["calls"] == 4


def test_a_workbook_is_given_too(api: Api) -> None:
    response = api("get", f"calls/export/?{OCTOBER}&form=xlsx")
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert response.headers["Content-Disposition"].endswith('.xlsx"')


@pytest.mark.parametrize(
    "query",
    [
        "month=nonsense",
        "month=2026-10&from=x",
        "seconds_min=absurd",
        "type=99",
        "cost_min=much",
        "form=weird",
        "invoice=1",
    ],
)
def test_what_cannot_be_read_is_a_problem_at_its_name_and_no_file(api: Api, acme: Customer, query: str) -> None:
    refused = api("get", f"calls/export/?{query}")
    assert refused.status_code == 400
    assert refused.json()["errors"]
    if "form" not in query:
        assert api("post", f"call-exports/?{query}", {}).status_code == 400
        assert api("post", f"call-reports/?{query}", {"name": "x", "form": "iso"}).status_code == 400
    with tenant(acme):
        assert not Export.objects.exists()
        assert not MonthlyReport.objects.exists()


def test_too_many_calls_at_once_are_refused_with_a_code(api: Api, settings: Settings) -> None:
    settings.EXPORT_DIRECT_ROWS = 5
    refused = api("get", f"calls/export/?{OCTOBER}")
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:centrale:problem:export_too_long"


def test_a_file_is_asked_followed_fetched_and_thrown_away(api: Api, acme: Customer) -> None:
    asked = api("post", f"call-exports/?{OCTOBER}&type=2", {"form": "iso"})
    assert asked.status_code == 202
    key = asked.json()["id"]
    assert (asked.json()["state"], asked.json()["url"], asked.json()["rows"]) == ("queued", None, 3)
    assert api("get", f"call-exports/{key}/file/").json()["type"].endswith("export_not_ready")
    make_export.apply(args=(acme.pk, key), throw=True)
    found = api("get", f"call-exports/{key}/").json()
    assert (found["state"], found["done"], found["filter"]) == ("done", 3, f"{OCTOBER}&type=2")
    assert found["url"].endswith(f"/api/v1/call-exports/{key}/file/")
    direct = text_of(api("get", f"calls/export/?{OCTOBER}&type=2"))
    assert text_of(api("get", f"call-exports/{key}/file/")) == direct
    assert [one["id"] for one in api("get", "call-exports/").json()["results"]] == [key]
    assert api("delete", f"call-exports/{key}/").status_code == 204
    assert api("get", f"call-exports/{key}/").status_code == 404


def test_the_log_book_tells_in_words_who_took_which_calls(api: Api, acme: Customer) -> None:
    text_of(api("get", f"calls/export/?{OCTOBER}&type=2"))
    with tenant(acme), override("nl"):
        said = details(AuditEntry.objects.get(verb="calls.export"))
    assert said == "Soort bestand: iso · Regels: 3 · Filter: maand: oktober 2026, gesprekstype: Nederland mobiel"


def test_what_failed_is_tried_again(api: Api, acme: Customer) -> None:
    key = api("post", f"call-exports/?{OCTOBER}", {}).json()["id"]
    with tenant(acme):
        Export.objects.update(state=Export.State.FAILED, problem=Export.Problem.DISK_FULL, attempts=3)
    queued = api("post", f"call-exports/{key}/again/")
    assert (queued.status_code, queued.json()["state"], queued.json()["problem"]) == (202, "queued", "")
    make_export.apply(args=(acme.pk, key), throw=True)
    refused = api("post", f"call-exports/{key}/again/")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:centrale:problem:nothing_to_retry")


@pytest.mark.parametrize("form", ["iso", "xlsx"])
def test_rows_of_corrections_count_for_what_a_file_may_hold(
    api: Api, acme: Customer, settings: Settings, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    with tenant(acme):
        first = CallRecord.objects.order_by("start")[0]
    period = first.billing_period
    with crossing(Crossing.INGEST):
        book([reversal(first, period=period), successor(first, period=period, micros=180_000)])
    assert api("get", f"call-totals/?{OCTOBER}").json()["calls"] == 6
    settings.EXPORT_DIRECT_ROWS = 7
    assert api("get", f"calls/export/?{OCTOBER}&form={form}").json()["type"].endswith("export_too_long")
    asked = api("post", f"call-exports/?{OCTOBER}", {"form": form})
    assert asked.json()["rows"] == 8
    monkeypatch.setattr(limits, "MOST_WORKBOOK_ROWS", 7)
    monkeypatch.setattr(making, "MOST_WORKBOOK_ROWS", 7)
    make_export.apply(args=(acme.pk, asked.json()["id"]), throw=True)
    found = api("get", f"call-exports/{asked.json()['id']}/").json()
    assert (found["state"], found["problem"]) == (("failed", "too_long") if form == "xlsx" else ("done", ""))
    again = api("post", f"call-exports/?{OCTOBER}", {"form": form})
    assert again.status_code == (409 if form == "xlsx" else 202)


def test_files_and_reports_of_others_are_not_there(api: Api, carol: User, acme: Customer) -> None:
    export = api("post", f"call-exports/?{OCTOBER}", {}).json()["id"]
    report = api("post", "call-reports/", {"name": "All", "form": "dutch", "day": 1}).json()["id"]
    other = Api(carol)
    for method, path in (
        ("get", f"call-exports/{export}/"),
        ("get", f"call-exports/{export}/file/"),
        ("delete", f"call-exports/{export}/"),
        ("delete", f"call-reports/{report}/"),
    ):
        assert other(method, path).status_code == 404
    assert other("get", "call-exports/").json()["results"] == other("get", "call-reports/").json()["results"] == []


def test_a_colleague_without_the_right_is_told_no(bob: User) -> None:
    api = Api(bob)
    asked = [
        api("get", "calls/export/"),
        api("get", "call-exports/"),
        api("post", "call-exports/", {}),
        api("post", "call-reports/", {}),
    ]
    assert [response.status_code for response in asked] == [403] * 4


def test_a_report_is_made_listed_and_stopped(api: Api, acme: Customer) -> None:
    made = api("post", f"call-reports/?{OCTOBER}&type=2", {"name": "Mobile", "form": "xlsx"})
    assert made.status_code == 201
    assert made.json() | {"id": 0} == {"id": 0, "name": "Mobile", "form": "xlsx", "day": 3, "filter": "type=2"}
    assert len(api("get", "call-reports/").json()["results"]) == 1
    assert api("post", "call-reports/", {"name": "Mobile", "form": "xlsx"}).status_code == 409
    assert api("delete", f"call-reports/{made.json()['id']}/").status_code == 204
    with tenant(acme):
        assert not MonthlyReport.objects.exists()


@pytest.mark.parametrize(
    "given", [{"form": "iso"}, {"name": "x", "form": "pdf"}, {"name": "x", "form": "iso", "day": 29}]
)
def test_a_report_that_is_not_right_is_a_problem(api: Api, given: dict[str, Any]) -> None:
    assert api("post", "call-reports/", given).status_code == 400

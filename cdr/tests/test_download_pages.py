"""Pages about files of calls: the kinds that are offered, having one made, following it, and what cannot be read."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from cdr.export_tasks import make_export
from cdr.exporting import limits
from cdr.models import Export
from cdr.services import exports
from cdr.tests.made_files import CALLS, OCTOBER, State, asked, body, changed, files_of, made
from cdr.tests.worlds import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forty_calls")]


def test_too_many_calls_to_send_at_once_are_made_instead(as_alice: Client, acme: Customer, settings: Settings) -> None:
    settings.EXPORT_DIRECT_ROWS = CALLS - 1
    refused = as_alice.get(f"/calls/export.csv?{OCTOBER}")
    assert refused.status_code == 422
    assert "Content-Disposition" not in refused.headers
    started = as_alice.post(f"/calls/download/?{OCTOBER}&type=2&view=number", {"form": "iso"})
    with tenant(acme):
        export = Export.objects.get()
        entry = AuditEntry.objects.get(verb="calls.export")
    assert started.headers["Location"] == f"/calls/downloads/{export.pk}/"
    assert (export.query, export.form, export.rows) == (f"{OCTOBER}&type=2", "iso", CALLS // 2)
    assert entry.changes["rows"] == [None, CALLS // 2]


def test_exactly_as_many_calls_as_the_limit_are_sent_at_once(as_alice: Client, settings: Settings) -> None:
    settings.EXPORT_DIRECT_ROWS = CALLS
    assert body(as_alice.get(f"/calls/export.csv?{OCTOBER}"))


def test_a_workbook_that_is_too_long_is_refused_with_what_to_do(
    as_alice: Client, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_WORKBOOK_ROWS", CALLS - 1)
    for response in (
        as_alice.get(f"/calls/export.xlsx?{OCTOBER}"),
        as_alice.post(f"/calls/download/?{OCTOBER}", {"form": "xlsx"}),
    ):
        assert response.status_code == 422
        assert "Kies csv" in response.content.decode()
    with tenant(acme):
        assert not Export.objects.exists()


def test_the_page_of_a_file_shows_how_far_it_is_and_asks_again_until_it_is_over(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    export = changed(asked(alice, acme), state=State.RUNNING, done=10)
    running = as_alice.get(f"/calls/downloads/{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<b>10</b> van 40" in running
    assert "hx-get" in running
    make_export.apply(args=(acme.pk, export.pk), throw=True)
    over = as_alice.get(f"/calls/downloads/{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in over
    assert ">Weggooien<" in over  # what the button above does by now
    assert f"/calls/downloads/{export.pk}/file/" in over


def test_a_file_in_the_making_is_not_given(as_alice: Client, alice: User, acme: Customer) -> None:
    export = asked(alice, acme)
    response = as_alice.get(f"/calls/downloads/{export.pk}/file/", follow=True)
    assert "wordt nog gemaakt" in response.content.decode()


def test_who_asked_may_throw_it_away(as_alice: Client, alice: User, acme: Customer) -> None:
    export = made(alice, acme)
    as_alice.post(f"/calls/downloads/{export.pk}/remove/")
    assert files_of(acme) == []
    with tenant(acme):
        assert not Export.objects.exists()
        assert AuditEntry.objects.filter(verb="export.remove").count() == 1


def test_nobody_has_more_than_ten_files_made_at_a_time(alice: User, acme: Customer) -> None:
    for _ in range(exports.MOST_WAITING):
        asked(alice, acme)
    with pytest.raises(Refusal) as refusal:
        asked(alice, acme)
    assert refusal.value.code == "exports_waiting"


def test_the_list_of_files_takes_the_same_queries_for_one_and_for_many(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    as_alice.get("/calls/downloads/")  # what is looked up once
    counts = []
    for number in (1, 7):
        for _ in range(number):
            asked(alice, acme)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_alice.get("/calls/downloads/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_more_files_than_a_page_holds_follow_on_the_next(as_alice: Client, alice: User, acme: Customer) -> None:
    with tenant(acme):
        Export.objects.bulk_create(
            Export(customer=acme, user=alice, form="iso", query=str(place), created_at=NOW, seen_at=NOW)
            for place in range(51)
        )
    first, second = (as_alice.get(f"/calls/downloads/{query}").context for query in ("", "?after=1"))
    assert (len(first["rows"]), first["page"].after) == (50, "1")
    assert [export.query for export in second["rows"]] == ["0"]


def test_a_list_without_files_says_how_to_get_one(as_alice: Client) -> None:
    assert "Nog geen bestanden" in as_alice.get("/calls/downloads/").content.decode()


@pytest.mark.parametrize("path", ["/calls/", "/calls/details/"])
def test_totals_and_details_offer_every_kind_of_file_with_their_filters(as_alice: Client, path: str) -> None:
    page = as_alice.get(f"{path}?{OCTOBER}&type=2&view=number").content.decode()
    wanted = ("export.csv?", "export.csv?", "export.xlsx?", "download/?")
    for place in wanted:
        assert f"/calls/{place}month=2026-10&amp;type=2" in page
    assert "form=iso" in page
    assert "/calls/downloads/" in page


UNREADABLE = (
    "month=nonsense", "month=2026-13", "month=nonsense&from=2026-10-01&to=2026-10-31", "month=2026-10&from=x&to=2026-10-31",
    "from=2026-10-01", "to=2026-10-31", "from=2026-10-31&to=2026-10-01", "from=2020-01-01&to=2026-10-31",
    "seconds_min=absurd", "seconds_min=99999999999999999999", "seconds_max=-1", "cost_min=much", "cost_max=1.234",
    "type=99", "type=x", "type=2&type=99", "direction=9", "product=7", "number=12", "invoice=1999-01", "q=" + "1" * 41,
    "caller=" + "1" * 41, "callee=%00", "form=weird",
)  # fmt: skip


@pytest.mark.parametrize("query", UNREADABLE)
def test_a_question_that_cannot_be_read_is_answered_with_no_file(as_alice: Client, acme: Customer, query: str) -> None:
    for path in ("/calls/export.csv", "/calls/export.xlsx"):
        response = as_alice.get(f"{path}?{query}")
        assert response.status_code == 422
        assert "Content-Disposition" not in response.headers
    if "form" not in query:
        assert as_alice.post(f"/calls/download/?{query}", {"form": "iso"}).status_code == 422
        assert as_alice.post(f"/calls/reports/add/?{query}", {"name": "x", "form": "iso", "day": 1}).status_code == 422
    with tenant(acme):
        assert not AuditEntry.objects.filter(verb="calls.export").exists()
        assert not Export.objects.exists()

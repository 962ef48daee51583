"""Monthly reports: each period once, by mail, for who asked and may still see the calls."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.access import Actor, Door, roles_of
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.tenancy import tenant
from cdr.export_tasks import mail_export, make_export, tidy_exports, watch_exports
from cdr.models import Export, ExportForm, MonthlyReport
from cdr.services import reports
from cdr.services.exports import remove_export
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from conftest import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)
DUE = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def october(acme: Customer, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Four calls in October, one on the first of November; it is October the 20th."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    a_tariff()
    rows = [
        asterisk_row(dst=("0612345678", "0201234567")[place % 2], start=f"2026-{day} 09:12:00", unique=f"{place}.1")
        for place, day in enumerate(("10-01", "10-15", "10-16", "10-31", "11-01"))
    ]
    load(write(tmp_path, rows), a_source())
    with time_machine.travel(ASKED):
        yield


def acting(user: User, customer: Customer) -> Actor:
    membership = Membership.objects.get(user=user, customer=customer)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.PAGE)


def add(user: User, customer: Customer, name: str = "Mobile", query: str = "type=2", day: int = 3) -> MonthlyReport:
    with tenant(customer):
        return reports.add_report(
            actor=acting(user, customer), report=MonthlyReport(name=name, query=query, form=ExportForm.ISO, day=day)
        )


def at(moment: dt.datetime, customer: Customer) -> list[Export]:
    """What there is after beat came by at this moment."""
    with time_machine.travel(moment):
        watch_exports()
        tidy_exports(customer.pk)
    with tenant(customer):
        return list(Export.objects.select_related("report"))


def test_a_report_holds_the_calls_of_the_past_month_with_its_filters_and_comes_by_mail(
    alice: User, acme: Customer, mailbox: Mailbox
) -> None:
    add(alice, acme)
    [export] = at(DUE, acme)
    with time_machine.travel(DUE):
        make_export.apply(args=(acme.pk, export.pk), throw=True)
        mail_export.apply(args=(acme.pk, export.pk), throw=True)
    with tenant(acme):
        export = Export.objects.get()
    assert (export.state, export.rows, export.query) == (Export.State.DONE, 2, "month=2026-10&type=2")
    [message] = mailbox.messages
    assert "Maandrapport Mobile" in message["Subject"]
    assert "/calls/downloads/" in message.get_content()


def test_a_report_comes_once_a_period_and_again_in_the_next(alice: User, acme: Customer) -> None:
    add(alice, acme)
    assert len(at(DUE, acme)) == 1
    assert len(at(DUE + dt.timedelta(days=1), acme)) == 1
    assert len(at(DUE + dt.timedelta(days=27), acme)) == 1
    months = [export.month for export in at(DUE + dt.timedelta(days=30), acme)]
    assert months == [dt.date(2026, 11, 1), dt.date(2026, 10, 1)]


def test_nothing_is_queued_for_a_period_that_was_made(alice: User, acme: Customer) -> None:
    add(alice, acme)
    at(DUE, acme)
    with time_machine.travel(DUE + dt.timedelta(minutes=1)):
        assert watch_exports() == 0


def test_a_report_that_was_thrown_away_does_not_come_again(alice: User, acme: Customer) -> None:
    add(alice, acme)
    [export] = at(DUE, acme)
    with tenant(acme):
        remove_export(actor=acting(alice, acme), export=export)
    assert at(DUE + dt.timedelta(minutes=5), acme) == []
    assert [made.month for made in at(DUE + dt.timedelta(days=30), acme)] == [dt.date(2026, 11, 1)]


def test_it_waits_for_its_day_and_for_the_first_month_to_be_over(alice: User, acme: Customer) -> None:
    add(alice, acme, day=3)
    assert at(ASKED, acme) == []
    assert at(dt.datetime(2026, 11, 2, 22, 59, tzinfo=dt.UTC), acme) == []  # 23:59 in Amsterdam
    assert len(at(dt.datetime(2026, 11, 2, 23, 1, tzinfo=dt.UTC), acme)) == 1


def test_workers_that_come_at_the_same_time_make_it_once(alice: User, acme: Customer) -> None:
    report = add(alice, acme)
    actor = acting(alice, acme)
    together, made = threading.Barrier(4), []

    def work() -> None:
        together.wait()
        made.append(reports.start_report(actor=actor, report=report, month=dt.date(2026, 10, 1)))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(made) == [False, False, False, True]
    with tenant(acme):
        assert Export.objects.count() == 1


@pytest.mark.parametrize("lost", [{"views_invoices": False}, {"is_blocked": True}])
def test_who_lost_the_right_gets_none(alice: User, acme: Customer, lost: dict[str, bool]) -> None:
    add(alice, acme)
    Membership.objects.filter(user=alice).update(**lost)
    assert at(DUE, acme) == []


def test_a_blocked_person_gets_none(alice: User, acme: Customer) -> None:
    add(alice, acme)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert at(DUE, acme) == []


def test_a_stopped_report_comes_no_more_and_what_was_made_stays(client: Client, alice: User, acme: Customer) -> None:
    report = add(alice, acme)
    at(DUE, acme)
    client.force_login(alice)
    assert client.post(f"/calls/reports/{report.pk}/stop/").status_code == 302
    assert [export.report for export in at(DUE + dt.timedelta(days=30), acme)] == [None]
    with tenant(acme):
        assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"monthly_report.add", "monthly_report.remove"}


def test_it_is_made_from_the_page_without_the_period_of_the_page(client: Client, alice: User, acme: Customer) -> None:
    client.force_login(alice)
    form = {"name": "Mobile", "form": "xlsx", "day": "5"}
    answer = client.post("/calls/reports/add/?month=2026-10&type=2&sort=-cost", form)
    assert answer.headers["Location"] == "/calls/downloads/"
    with tenant(acme):
        report = MonthlyReport.objects.get()
    assert (report.query, report.form, report.day, report.user) == ("type=2", "xlsx", 5, alice)
    assert "op dag 5 van elke maand" in client.get("/calls/downloads/").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "form": "iso", "day": 1},
        {"name": "x", "form": "iso", "day": 29},
        {"name": "x", "form": "pdf", "day": 1},
    ],
)
def test_what_is_not_right_about_it_is_said_on_the_page(
    client: Client, alice: User, acme: Customer, form: dict[str, str]
) -> None:
    client.force_login(alice)
    assert client.post("/calls/reports/add/", form).status_code == 422
    with tenant(acme):
        assert not MonthlyReport.objects.exists()


def test_a_second_report_of_a_name_is_refused(client: Client, alice: User, acme: Customer) -> None:
    add(alice, acme)
    with pytest.raises(Refusal) as refusal:
        add(alice, acme)
    assert refusal.value.code == "report_exists"
    client.force_login(alice)
    answer = client.post("/calls/reports/add/", {"name": "Mobile", "form": "iso", "day": 1})
    assert answer.status_code == 422
    assert "Kies een andere naam" in answer.content.decode()


def test_nobody_has_more_than_twenty(alice: User, acme: Customer) -> None:
    for number in range(reports.MOST_REPORTS):
        add(alice, acme, name=str(number))
    with pytest.raises(Refusal) as refusal:
        add(alice, acme)
    assert refusal.value.code == "too_many_reports"


def test_nobody_sees_or_stops_the_report_of_another(client: Client, alice: User, carol: User, acme: Customer) -> None:
    report = add(alice, acme)
    client.force_login(carol)
    assert client.post(f"/calls/reports/{report.pk}/stop/").status_code == 404
    assert "Mobile" not in client.get("/calls/downloads/").content.decode()

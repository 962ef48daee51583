"""Numbers that a customer never sees (0800, 112, 113, 116xxx): not beside a call that is shown either."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Customer, User
from accounts.tenancy import tenant
from cdr.api import CallViewSet
from cdr.models import CallRecord, Source
from cdr.selectors import calls
from cdr.tests.test_api import ask
from cdr.tests.worlds import ARRIVAL, FORWARD, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import Leg
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(acme: Customer) -> Source:
    """A source of calls of Acme, which has one number."""
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654000")
    return a_source()


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def shown_call(customer: Customer) -> CallRecord:
    """The only call that the customer sees."""
    with tenant(customer):
        [found] = calls.records(calls.Selection(date(2026, 10, 1), date(2026, 11, 1)))
    return found


def story(client: Client, call: CallRecord) -> str:
    return client.get(f"/calls/{calls.cursor_of(call)}/").content.decode()


@pytest.mark.parametrize(("dst", "shown"), [("113", "113"), ("112", "112"), ("116123", "116"), ("08000113", "0800")])
def test_a_leg_to_a_hidden_number_is_not_in_the_story_of_the_call_beside_it(
    source: Source, acme: Customer, owner: Client, tmp_path: Path, dst: str, shown: str
) -> None:
    legs = [
        asterisk_row(dst="0612345678", unique="1.1", linked="1.1", sequence=1, dialled=""),
        asterisk_row(dst=dst, unique="1.2", linked="1.1", sequence=2, dialled="", billsec=5),
    ]
    load(write(tmp_path, legs), source)
    call = shown_call(acme)
    with tenant(acme):
        assert CallRecord.objects.filter(leg=Leg.LEG).count() == 1
        assert [leg.other for leg in calls.legs_of(call)] == ["+31612345678"]
    text = story(owner, call)
    assert "06 12 34 56 78" in text
    assert f">{shown}" not in text
    assert f" {shown}" not in text


def test_a_hidden_number_that_was_forwarded_is_not_told_as_the_caller(
    source: Source, acme: Customer, owner: Client, alice: User, tmp_path: Path
) -> None:
    legs = [
        asterisk_row(ARRIVAL, src="08000113", unique="1.1", linked="1.1", sequence=1),
        asterisk_row(FORWARD, src="08000113", unique="1.2", linked="1.1", sequence=2),
    ]
    load(write(tmp_path, legs), source)
    call = shown_call(acme)
    assert (call.other, call.origin, call.number) == ("+31612345678", "", "+31887654000")
    text = story(owner, call)
    assert "06 12 34 56 78" in text
    assert "0800" not in text
    assert "0612345678" not in owner.get("/calls/details/?month=2026-10&q=08000113").content.decode()
    assert ask(alice, CallViewSet, "?month=2026-10&q=08000113").data["results"] == []
    assert len(ask(alice, CallViewSet, "?month=2026-10&q=0612345678").data["results"]) == 1


@pytest.mark.django_db(transaction=True)  # a file is read over a connection of its own
def test_a_hidden_caller_is_not_taken_for_an_own_number_where_none_is_known(
    source: Source, acme: Customer, owner: Client, tmp_path: Path
) -> None:
    load(write(tmp_path, [asterisk_row(FORWARD, src="08000113")]), source)
    call = shown_call(acme)
    assert "0800" not in call.number + call.origin
    for address in ("/calls/?month=2026-10", "/calls/details/?month=2026-10", f"/calls/{calls.cursor_of(call)}/"):
        text = owner.get(address).content.decode()
        assert "0800" not in text
        assert "+31800" not in text
    export = b"".join(owner.get("/calls/export.csv?month=2026-10").streaming_content)  # type: ignore[attr-defined]
    assert b"0800" not in export


def test_who_else_was_forwarded_is_still_told(source: Source, acme: Customer, owner: Client, tmp_path: Path) -> None:
    legs = [
        asterisk_row(ARRIVAL, src="0201234567", unique="1.1", linked="1.1", sequence=1),
        asterisk_row(FORWARD, src="0201234567", unique="1.2", linked="1.1", sequence=2),
    ]
    load(write(tmp_path, legs), source)
    call = shown_call(acme)
    assert call.origin == "+31201234567"
    assert story(owner, call).count("020 123 4567") == 2


def test_a_month_with_only_hidden_calls_is_not_offered_as_an_invoice(
    source: Source, acme: Customer, owner: Client, tmp_path: Path
) -> None:
    rows = [
        asterisk_row(dst="113", unique="1.1", start="2026-09-15 10:00:00", end="2026-09-15 10:01:00"),
        asterisk_row(unique="2.2"),
    ]
    load(write(tmp_path, rows), source)
    october, september = date(2026, 10, 1), date(2026, 9, 1)
    with tenant(acme):
        assert CallRecord.objects.filter(billing_period=september).count() == 1
        assert calls.billing_periods() == {october: ""}
        assert calls.months_of_billing_period(september) is None
        assert calls.months_of_billing_period(october) == (october, date(2026, 11, 1))
    assert 'value="2026-09"' not in owner.get("/calls/details/?month=2026-10").content.decode()

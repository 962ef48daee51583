"""The spend guard: stops paid calls, lets them out again, and is unlocked by who may; also with several workers."""

import threading
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from accounts.access import Actor, Door, Role
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, Notice, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr import services
from cdr.limit_tasks import mail_guard
from cdr.models import (
    CallRecord,
    GuardEvent,
    NumberLimit,
    Source,
    SpendSettings,
)
from cdr.tests.test_limits import EURO, NOON, NOVEMBER, NUMBER, choose, level, look, mail_of, owner, spend, told
from cdr.tests.worlds import a_source
from cdr.vocabulary import CallType, Direction, Leg, Product
from portal.lib.periods import AMSTERDAM
from telephony.selectors import spend_guard

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def registered(acme: Customer, alice: User) -> User:
    """Alice, who wants mail about high usage."""
    Membership.objects.filter(user=alice, customer=acme).update(mails_voip_usage=True)
    return alice


def test_the_guard_stops_dear_calls_at_the_limit_and_all_a_fifth_later(acme: Customer, registered: User) -> None:
    choose(registered, acme, stop_micros=100 * EURO)
    spend(acme, 99)
    look(acme)
    assert level(acme) == "open"
    spend(acme, 1)
    look(acme)
    assert level(acme) == "premium"
    spend(acme, 20)
    look(acme)
    look(acme)
    assert level(acme) == "emergency_only"
    with tenant(acme):
        assert [event.told for event in GuardEvent.objects.order_by("pk")] == [1, 1]
        assert [notice.level for notice in Notice.objects.all()] == ["alarm", "alarm"]


def test_the_mail_says_what_is_stopped_and_that_112_goes_out(acme: Customer, registered: User, mailbox: Any) -> None:
    choose(registered, acme, stop_micros=100 * EURO, mode="all")
    spend(acme, 100)
    look(acme)
    with tenant(acme):
        event = GuardEvent.objects.get()
    mail_guard.apply(args=(acme.pk, event.pk, registered.pk), throw=True)
    (mail,) = mailbox.messages
    assert mail["Subject"] == "North ICT: Alle betaalde gesprekken zijn gestopt"
    assert "112" in mail_of(mail)


def test_a_correction_or_a_higher_limit_lets_calls_out_again_without_a_mail(acme: Customer, registered: User) -> None:
    choose(registered, acme, stop_micros=100 * EURO)
    spend(acme, 105)
    look(acme)
    choose(registered, acme, stop_micros=200 * EURO)
    assert level(acme) == "open"
    with tenant(acme):
        assert [event.told for event in GuardEvent.objects.order_by("pk")] == [1, 0]


def test_unlocking_needs_the_right_a_reason_and_something_stopped(acme: Customer, alice: User, bob: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    nobody = Actor(bob, acme, frozenset({Role.EDITS_SETTINGS}), Door.PAGE)
    with tenant(acme):
        with pytest.raises(PermissionDenied):
            services.unlock(actor=nobody, customer=acme, reason="x", now=NOON)
        for reason, code in ((" ", "reason_missing"), ("Beurs", "guard_open")):
            with pytest.raises(Refusal) as refused:
                services.unlock(actor=owner(alice, acme), customer=acme, reason=reason, now=NOON)
            assert refused.value.code == code


@pytest.mark.parametrize(
    "looser",
    [{"stop_micros": 200 * EURO}, {"stop_micros": None}, {"stop_micros": 100 * EURO, "mode": "premium"}],
)
def test_who_may_not_unlock_lets_nothing_out_by_another_hard_limit(
    acme: Customer, alice: User, bob: User, looser: dict[str, Any]
) -> None:
    choose(alice, acme, stop_micros=100 * EURO, mode="all")
    spend(acme, 105)
    look(acme)
    settings_only = Actor(bob, acme, frozenset({Role.EDITS_SETTINGS}), Door.PAGE)
    with tenant(acme):
        with pytest.raises(Refusal) as refused:
            services.save_limits(actor=settings_only, customer=acme, choice=services.Chosen(**looser), now=NOON)
        stands = SpendSettings.objects.get()
    assert refused.value.code == "guard_needs_unlock"
    assert (stands.stop_micros, stands.mode, level(acme)) == (100 * EURO, "all", "emergency_only")


def test_who_may_not_unlock_still_changes_what_lets_nothing_out(acme: Customer, alice: User, bob: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 105)
    look(acme)
    settings_only = Actor(bob, acme, frozenset({Role.EDITS_SETTINGS}), Door.PAGE)
    stricter = services.Chosen(amount_micros=50 * EURO, stop_micros=80 * EURO)
    with tenant(acme):
        services.save_limits(actor=settings_only, customer=acme, choice=stricter, now=NOON)
    assert level(acme) == "emergency_only"


def test_an_unlocked_guard_stays_open_until_the_next_fifth_and_the_reason_is_kept(acme: Customer, alice: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 105)
    look(acme)
    with tenant(acme):
        services.unlock(actor=owner(alice, acme), customer=acme, reason="Beurs in Parijs", now=NOON)
        entry = AuditEntry.objects.get(verb="spend_guard.open")
    assert (entry.user_name, entry.note) == ("Alice Test", "Beurs in Parijs")
    spend(acme, 14)
    look(acme)
    assert level(acme) == "open"
    spend(acme, 1)
    look(acme)
    assert level(acme) == "premium"


def test_a_new_period_finds_the_guard_open_by_date_and_by_task(acme: Customer, alice: User) -> None:
    choose(alice, acme, stop_micros=100 * EURO)
    spend(acme, 105)
    look(acme)
    december = datetime(2026, 12, 1, 0, 0, tzinfo=AMSTERDAM)
    assert level(acme, NOVEMBER.next()) == "open"
    look(acme, december)
    with tenant(acme):
        state = spend_guard(acme)
    assert state is not None
    assert (state.level, state.period) == ("open", date(2026, 12, 1))


def a_call(customer: Customer, source: Source, minute: int, euros: int) -> None:
    start = datetime(2026, 11, 20, 10, minute, tzinfo=AMSTERDAM)
    with crossing(Crossing.INGEST), connection.cursor() as cursor:
        cursor.execute("SELECT centrale_make_month('cdr_callrecord', %s)", [NOVEMBER.first_day])
        CallRecord.objects.create(
            customer=customer,
            start=start,
            id=minute,
            micros=euros * EURO,
            source=source,
            seconds=60,
            billing_period=NOVEMBER.first_day,
            leg=Leg.CALL,
            direction=Direction.OUTGOING,
            product=Product.FIXED,
            call_type=CallType.ABROAD,
            number=NUMBER,
            other="+21237268011",
            origin="",
            call_group="",
            record_id=f"r{minute}",
        )


def test_too_much_in_one_hour_stops_dear_calls_until_somebody_unlocks_them(acme: Customer, alice: User) -> None:
    source = a_source()
    choose(alice, acme, velocity_micros=25 * EURO)
    a_call(acme, source, 0, 20)
    look(acme)
    assert level(acme) == "open"
    a_call(acme, source, 40, 5)
    look(acme)
    assert level(acme) == "premium"
    look(acme, datetime(2026, 11, 22, 12, tzinfo=AMSTERDAM))
    assert level(acme) == "premium"
    with tenant(acme):
        services.unlock(actor=owner(alice, acme), customer=acme, reason="Het waren wij", now=NOON)
    look(acme)
    assert level(acme) == "open"


# --- several workers ---


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_cross_at_once_tell_once(acme: Customer, registered: User) -> None:
    choose(registered, acme, 100, stop_micros=80 * EURO)
    spend(acme, 90)
    barrier, failed = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(timeout=20)
            look(acme)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failed.append(error)
        finally:
            connections["default"].close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert failed == []
    assert told(acme) == [(80, True)]
    with tenant(acme):
        assert Notice.objects.count() == 2
        assert GuardEvent.objects.count() == 1
        assert NumberLimit.objects.count() == 0

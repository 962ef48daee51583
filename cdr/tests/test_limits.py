"""Limits in the database: told once, armed again, stopped and let out again, in the right period and rooms."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.access import PRESETS, Actor, Door, Role, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, Notice, Partner, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr import services
from cdr.limit_tasks import check_all_limits, check_limits, mail_limit_warning
from cdr.models import (
    BillingPeriod,
    LimitWarning,
    MonthlyTotal,
    PartnerLimit,
    SpendSettings,
)
from cdr.selectors import limits as selectors
from cdr.services.limits import after_records, check
from cdr.services.spend_settings import Chosen
from cdr.vocabulary import CallType, Direction, Product
from portal.lib.periods import AMSTERDAM, Month
from telephony.selectors import spend_guard
from telephony.services import add_number

EURO = 1_000_000
NOVEMBER = Month(2026, 11)
NOON = datetime(2026, 11, 20, 12, tzinfo=AMSTERDAM)
NUMBER = "+31887654001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def owner(user: User, customer: Customer) -> Actor:
    return Actor(user, customer, frozenset(Role(name) for name in PRESETS["owner"]), Door.PAGE)


def spend(customer: Customer, euros: int, *, month: Month = NOVEMBER, number: str = NUMBER, **more: Any) -> None:
    """Calls of so much; a negative amount is booked back."""
    key = {
        "month": month.first_day,
        "billing_period": month.first_day,
        "number": number,
        "call_type": CallType.NL_MOBILE,
        "direction": Direction.OUTGOING,
        "product": Product.FIXED,
        **more,
    }
    with crossing(Crossing.INGEST):
        row = MonthlyTotal.objects.filter(customer=customer, **key).first()
        before = row.micros if row else 0
        MonthlyTotal.objects.filter(customer=customer, **key).delete()
        MonthlyTotal.objects.create(customer=customer, calls=1, seconds=60, micros=before + euros * EURO, **key)


def choose(user: User, customer: Customer, euros: int | None = None, **more: Any) -> SpendSettings:
    with tenant(customer):
        choice = Chosen(amount_micros=None if euros is None else euros * EURO, **more)
        return services.save_limits(actor=owner(user, customer), customer=customer, choice=choice, now=NOON)


def look(customer: Customer, now: datetime = NOON) -> None:
    check(actor=system(customer), customer=customer, now=now)


def told(customer: Customer) -> list[tuple[int, bool]]:
    """Thresholds in the order in which they were crossed, and whether each stands."""
    with tenant(customer):
        rows = LimitWarning.objects.filter(covered=False).order_by("pk")
        return [(row.threshold, row.rearmed_at is None) for row in rows]


def level(customer: Customer, month: Month = NOVEMBER) -> str:
    with tenant(customer):
        state = spend_guard(customer)
        return state.level_in(month) if state else "open"


@pytest.fixture
def registered(acme: Customer, alice: User) -> User:
    """Alice, who wants mail about high usage."""
    Membership.objects.filter(user=alice, customer=acme).update(mails_voip_usage=True)
    return alice


# --- warnings ---


def test_a_threshold_is_told_once_in_a_period(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 50)
    look(acme)
    spend(acme, 5)
    look(acme)
    assert told(acme) == [(50, True)]


def test_of_several_thresholds_at_once_the_highest_is_told(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 130)
    look(acme)
    assert told(acme) == [(100, True)]
    with tenant(acme):
        assert LimitWarning.objects.filter(covered=True).count() == 2


def test_a_threshold_that_is_off_tells_nothing(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100, warn_50=False, warn_100=False)
    spend(acme, 130)
    look(acme)
    assert told(acme) == [(80, True)]


@pytest.mark.parametrize("euros", [None, 0])
def test_no_limit_tells_nothing_and_empty_and_zero_stay_apart(acme: Customer, alice: User, euros: int | None) -> None:
    choose(alice, acme, euros)
    spend(acme, 1000)
    look(acme)
    assert told(acme) == []
    with tenant(acme):
        assert SpendSettings.objects.get().amount_micros == euros


def test_a_limit_below_what_is_spent_tells_at_once(acme: Customer, alice: User) -> None:
    spend(acme, 90)
    choose(alice, acme, 100)
    assert told(acme) == [(80, True)]
    choose(alice, acme, 60)
    assert told(acme) == [(80, True), (100, True)]


def test_a_higher_limit_arms_what_it_is_no_longer_over_and_tells_nothing_again(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 105)
    look(acme)
    choose(alice, acme, 200)
    assert told(acme) == [(100, False)]
    spend(acme, 60)
    look(acme)
    assert told(acme) == [(100, False), (80, True)]


def test_what_corrections_bring_back_below_is_kept_and_not_told_again(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 82)
    look(acme)
    spend(acme, -10)
    look(acme)
    with tenant(acme):
        assert LimitWarning.objects.get(threshold=80).below_since == NOON
    spend(acme, 10)
    look(acme)
    assert told(acme) == [(80, True)]
    with tenant(acme):
        assert LimitWarning.objects.get(threshold=80).below_since is None


def test_what_a_bundle_covers_does_not_count(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 90, discount=60 * EURO)
    look(acme)
    assert told(acme) == []


@pytest.mark.parametrize("more", [{"product": Product.MOBILE}, {"call_type": CallType.FREE}])
def test_mobile_calls_and_numbers_that_customers_never_see_do_not_count(
    acme: Customer, alice: User, more: dict[str, Any]
) -> None:
    choose(alice, acme, 100)
    spend(acme, 90, **more)
    look(acme)
    assert told(acme) == []


def test_the_next_period_begins_at_midnight_in_amsterdam(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 90)
    look(acme)
    spend(acme, 60, month=NOVEMBER.next())
    look(acme, datetime(2026, 11, 30, 23, 59, tzinfo=AMSTERDAM))
    assert told(acme) == [(80, True)]
    look(acme, datetime(2026, 12, 1, 0, 0, tzinfo=AMSTERDAM))
    assert told(acme) == [(80, True), (50, True)]


def test_late_calls_of_the_period_before_are_told_while_it_is_open(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 60)
    december = datetime(2026, 12, 2, 9, tzinfo=AMSTERDAM)
    look(acme, december)
    assert told(acme) == [(50, True)]
    spend(acme, 30)
    BillingPeriod.objects.create(first_day=date(2026, 11, 1), closed_at=december, closed_by="test")
    look(acme, december)
    assert told(acme) == [(50, True)]


def test_a_limit_says_nothing_of_a_period_that_was_over_when_it_was_chosen(acme: Customer, alice: User) -> None:
    spend(acme, 500, month=Month(2026, 10))
    choose(alice, acme, 100)
    assert told(acme) == []


def test_a_number_has_its_own_stricter_limit(acme: Customer, alice: User) -> None:
    with tenant(acme):
        add_number(actor=system(acme), customer=acme, e164=NUMBER)
        services.set_number_limit(actor=owner(alice, acme), customer=acme, number=NUMBER, micros=20 * EURO, now=NOON)
    spend(acme, 17)
    spend(acme, 500, number="+31887654002")
    look(acme)
    with tenant(acme):
        assert list(LimitWarning.objects.filter(covered=False).values_list("number", "threshold")) == [(NUMBER, 80)]
        assert Notice.objects.get().kind == "call_limit.number_warning"


def test_a_number_of_somebody_else_gets_no_limit(acme: Customer, birch: Customer, alice: User) -> None:
    with tenant(birch):
        add_number(actor=system(birch), customer=birch, e164=NUMBER)
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.set_number_limit(actor=owner(alice, acme), customer=acme, number=NUMBER, micros=20 * EURO, now=NOON)
    assert refused.value.code == "number_unknown"


# --- who chooses ---


def test_the_partners_limit_holds_until_the_customer_chooses(
    acme: Customer, birch: Customer, north: Partner, alice: User, dave: User
) -> None:
    actor = Actor(dave, None, frozenset({Role.PARTNER}), Door.PAGE)
    services.set_partner_limit(actor=actor, partner=north, micros=100 * EURO, now=NOON)
    choose(alice, acme, None)
    for customer in (acme, birch):
        spend(customer, 90)
        look(customer)
    assert told(birch) == [(80, True)]
    assert told(acme) == []
    with crossing(Crossing.LIMITS):
        assert selectors.watched() == {birch.pk}


def test_back_to_the_partners_limit(acme: Customer, north: Partner, alice: User) -> None:
    PartnerLimit.objects.create(partner=north, amount_micros=100 * EURO, since=NOON)
    choose(alice, acme, 500)
    spend(acme, 90)
    look(acme)
    assert told(acme) == []
    choose(alice, acme, own_limit=False)
    assert told(acme) == [(80, True)]


def test_another_partner_sets_no_default(north: Partner, erik: User) -> None:
    actor = Actor(erik, None, frozenset({Role.PARTNER}), Door.PAGE)
    with pytest.raises(PermissionDenied):
        services.set_partner_limit(actor=actor, partner=north, micros=1, now=NOON)


def test_who_may_not_change_settings_chooses_no_limit(acme: Customer, bob: User) -> None:
    nobody = Actor(bob, acme, frozenset({Role.VIEWS_INVOICES}), Door.PAGE)
    with tenant(acme), pytest.raises(PermissionDenied):
        services.save_limits(actor=nobody, customer=acme, choice=Chosen(), now=NOON)


def test_a_change_stands_in_the_log_book_once(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    choose(alice, acme, 100)
    with tenant(acme):
        entry = AuditEntry.objects.get(verb="spend_settings.change")
    assert entry.changes["amount_micros"] == [None, 100 * EURO]


# --- telling ---


def mail_of(message: Any) -> str:
    return str(message.get_content()).replace("\u00a0", " ")


def test_who_is_registered_gets_a_mail_with_the_forecast(acme: Customer, registered: User, mailbox: Any) -> None:
    choose(registered, acme, 100)
    spend(acme, 82)
    look(acme)
    with tenant(acme):
        warning = LimitWarning.objects.get(covered=False)
    assert warning.told == 1
    assert mail_limit_warning.apply(args=(acme.pk, warning.pk, registered.pk), throw=True).get()
    (mail,) = mailbox.messages
    assert mail["Subject"].replace("\u00a0", " ") == "North ICT: 80 % van de limiet voor bellen is verbruikt"
    assert "€ 82,00" in mail_of(mail)
    assert "maandag 30 november" in mail_of(mail)


@pytest.mark.parametrize("lost", ["unsubscribed", "blocked", "gone"])
def test_who_is_registered_no_more_is_mailed_nothing(acme: Customer, registered: User, mailbox: Any, lost: str) -> None:
    choose(registered, acme, 100)
    spend(acme, 82)
    look(acme)
    place = Membership.objects.filter(user=registered, customer=acme)
    if lost == "gone":
        place.delete()
    else:
        place.update(**({"is_blocked": True} if lost == "blocked" else {"mails_voip_usage": False}))
    with tenant(acme):
        warning = LimitWarning.objects.get(covered=False)
    assert not mail_limit_warning.apply(args=(acme.pk, warning.pk, registered.pk), throw=True).get()
    assert mailbox.messages == []


def test_a_mail_server_that_refuses_at_first_loses_no_warning_and_gets_it_once(
    acme: Customer, registered: User, mailbox: Any
) -> None:
    choose(registered, acme, 100)
    spend(acme, 82)
    look(acme)
    with tenant(acme):
        warning = LimitWarning.objects.get(covered=False)
    refused: list[Any] = []
    takes = mailbox.handle_DATA

    async def refuse_first(*given: Any) -> str:
        if not refused:
            refused.append(given)
            return "451 try again later"
        return str(await takes(*given))

    mailbox.handle_DATA = refuse_first
    mail_limit_warning.apply(args=(acme.pk, warning.pk, registered.pk))
    assert len(refused) == 1
    assert len(mailbox.messages) == 1


def test_one_task_a_person_is_queued_after_the_change_is_saved(
    acme: Customer, registered: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    choose(registered, acme, 100)
    spend(acme, 82)
    with django_capture_on_commit_callbacks() as waiting:
        look(acme)
        look(acme)
    assert len(waiting) == 1


def test_who_may_see_calls_is_told_in_the_portal(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 82)
    look(acme)
    with tenant(acme):
        notice = Notice.objects.get()
    assert (notice.capability, notice.link, notice.level) == ("view_calls", "/calls/limits/", "warning")
    assert notice.values == {"percent": 80, "month": "2026-11", "spent": 82 * EURO, "limit": 100 * EURO}


def test_a_load_asks_for_a_check_of_customers_that_have_a_limit(
    acme: Customer, birch: Customer, alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    choose(alice, acme, 100)
    with django_capture_on_commit_callbacks() as waiting:
        after_records([acme.pk, birch.pk])
    assert len(waiting) == 1
    with django_capture_on_commit_callbacks() as waiting:
        assert check_all_limits() == 1
    assert len(waiting) == 1


def test_a_worker_checks_a_customer(acme: Customer, alice: User) -> None:
    choose(alice, acme, 100)
    spend(acme, 51)
    check_limits.apply(args=(acme.pk, ["2026-11"]), throw=True)
    assert told(acme) == [(50, True)]

"""The state of the spend guard: one row a customer, true in its billing period only."""

import pytest

from accounts.access import system
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from portal.lib.periods import Month
from telephony.models import SpendGuardState
from telephony.selectors import spend_guard
from telephony.services import set_spend_guard

NOVEMBER = Month(2026, 11)
pytestmark = pytest.mark.django_db


def put(customer: Customer, level: str, month: Month = NOVEMBER, cause: str = "limit") -> bool:
    with tenant(customer):
        return set_spend_guard(actor=system(customer), customer=customer, month=month, level=level, cause=cause)


def level(customer: Customer, month: Month = NOVEMBER) -> str:
    with tenant(customer):
        state = spend_guard(customer)
        return state.level_in(month) if state else "none"


def verbs(customer: Customer) -> list[str]:
    with tenant(customer):
        return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_closing_is_told_once(acme: Customer) -> None:
    assert put(acme, "premium")
    assert not put(acme, "premium")
    assert put(acme, "emergency_only")
    assert verbs(acme) == ["spend_guard.close", "spend_guard.close"]


def test_another_period_finds_it_open_and_can_close_it_again(acme: Customer) -> None:
    put(acme, "premium")
    assert level(acme, NOVEMBER.next()) == "open"
    assert put(acme, "premium", NOVEMBER.next())
    assert level(acme, NOVEMBER) == "open"


def test_a_guard_that_was_closed_in_an_old_period_is_written_open_without_a_change_for_callers(acme: Customer) -> None:
    put(acme, "premium")
    assert not put(acme, "open", NOVEMBER.next())
    assert verbs(acme) == ["spend_guard.close", "spend_guard.open"]
    with tenant(acme):
        assert SpendGuardState.objects.get().cause == ""


def test_nothing_is_written_down_while_it_stays_open(acme: Customer) -> None:
    assert not put(acme, "open")
    assert not put(acme, "open", NOVEMBER.next())
    assert verbs(acme) == []


def test_the_guard_of_one_customer_says_nothing_of_another(acme: Customer, birch: Customer) -> None:
    put(acme, "premium")
    assert level(birch) == "none"

"""Which bundles make a number one with unlimited calls to Dutch fixed numbers, as the app of lines is told."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.models import Bundle
from cdr.services import end_bundle, set_bundle_numbers
from cdr.tests.worlds import OWN_NUMBER, a_bundle
from cdr.vocabulary import CallType
from portal.database import as_owner
from telephony.models import UnlimitedCalling

pytestmark = pytest.mark.django_db(transaction=True)  # as_owner() needs no open transaction

NEW_YEAR, MAY, JUNE = date(2026, 1, 1), date(2026, 5, 1), date(2026, 6, 1)


def told(customer: Customer) -> list[tuple[str, date, date | None]]:
    with tenant(customer):
        return list(UnlimitedCalling.objects.values_list("number", "valid_from", "valid_to"))


def test_a_new_bundle_tells_its_numbers(acme: Customer) -> None:
    a_bundle(acme)
    assert told(acme) == [(OWN_NUMBER, NEW_YEAR, None)]


def test_the_end_of_a_bundle_is_told(acme: Customer) -> None:
    end_bundle(actor=system(), bundle=a_bundle(acme), valid_to=MAY)
    assert told(acme) == [(OWN_NUMBER, NEW_YEAR, MAY)]


def test_a_number_that_leaves_and_comes_back_is_told_both_times(acme: Customer) -> None:
    bundle = a_bundle(acme)
    set_bundle_numbers(actor=system(), bundle=bundle, numbers=[], since=MAY)
    set_bundle_numbers(actor=system(), bundle=bundle, numbers=[OWN_NUMBER], since=JUNE)
    assert told(acme) == [(OWN_NUMBER, NEW_YEAR, MAY), (OWN_NUMBER, JUNE, None)]


OTHERS: list[tuple[dict[str, Any], bool]] = [
    ({"included_minutes": 2_000}, True),
    ({"prefixes": ["31"]}, True),
    ({"prefixes": [], "call_types": [CallType.NL_FIXED.value]}, True),
    ({"kind": Bundle.Kind.MINUTES, "included_minutes": 100}, False),
    ({"prefixes": ["32", "49"]}, False),
    ({"prefixes": ["3120"]}, False),
    ({"prefixes": [], "call_types": [CallType.NL_MOBILE.value]}, False),
]


@pytest.mark.parametrize(("given", "unlimited"), OTHERS)
def test_only_unlimited_calls_to_all_of_the_netherlands_are_told(
    acme: Customer, given: dict[str, Any], *, unlimited: bool
) -> None:
    a_bundle(acme, **given)
    now = told(acme)
    assert bool(now) == unlimited
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM telephony_unlimitedcalling")
        cursor.execute(import_module("cdr.migrations.0016_unlimited_numbers").TELL)
    assert told(acme) == now  # bundles from before are told by the migration

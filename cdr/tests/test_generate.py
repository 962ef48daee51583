"""Files for demonstrations."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.models import Count

from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.fraud.kinds import Severity, SignKind
from cdr.generate import Caller, Company, burst, files
from cdr.models import CallRecord
from cdr.rating.prices import Price
from cdr.services.fraud import find_signs
from cdr.services.tariffs import RateLine
from cdr.tests.worlds import NOW, RATES, a_source, a_tariff, load
from cdr.vocabulary import CallType, Direction, Leg
from portal.lib.periods import Month
from telephony.models import PhoneNumber

ACME = Company(
    "acme",
    "+31887654000",
    (
        Caller("Sanne Bakker", "101", "+31887654121"),
        Caller("Joost de Wit", "102", "+31887654123"),
        Caller("Werkplaats", "130"),
    ),
    400,
    favourite="212537268",
)


def test_the_same_seed_gives_the_same_bytes() -> None:
    months = [Month(2026, 9), Month(2026, 10)]
    assert list(files([ACME], months, seed=7)) == list(files([ACME], months, seed=7))
    assert list(files([ACME], months, seed=7)) != list(files([ACME], months, seed=8))


def test_a_running_month_stops_at_the_moment_given() -> None:
    [whole] = files([ACME], [Month(2026, 11)])
    [part] = files([ACME], [Month(2026, 11)], until=datetime(2026, 11, 10, tzinfo=UTC))
    assert 0 < part.content.count(b"\n") < whole.content.count(b"\n")


@pytest.mark.django_db
def test_generated_calls_load_without_a_reject_and_go_every_way(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    with tenant(acme):
        for number in ("+31887654000", "+31887654121", "+31887654123"):
            PhoneNumber.objects.create(customer=acme, e164=number)
    [made] = files([ACME], [Month(2026, 10)])
    path = tmp_path / made.name
    path.write_bytes(made.content)
    batch = load(path, a_source())
    assert (batch.rejected, batch.duplicate) == (0, 0)
    assert batch.loaded == batch.read == made.content.count(b"\n")
    with tenant(acme):
        ways = dict(CallRecord.objects.filter(leg=Leg.CALL).values_list("direction").annotate(calls=Count("leg")))
        assert sum(ways.values()) == ACME.calls_a_month + 3
        assert set(ways) == set(Direction)
        assert not CallRecord.objects.filter(leg=Leg.CALL, number="").exists()


@pytest.mark.django_db
def test_a_night_of_theft_loads_whole_and_is_a_sign_of_fraud(acme: Customer, tmp_path: Path) -> None:
    a_tariff((*RATES, RateLine("53", "Cuba", CallType.ABROAD, Price(50_000, 780_000))))
    file = burst(ACME, "5352345", datetime(2026, 11, 21, 1, 10, tzinfo=UTC))
    path = tmp_path / file.name
    path.write_bytes(file.content)
    batch = load(path, a_source())
    assert (batch.loaded, batch.unrated) == (12, 0)
    [sign] = find_signs(customer=acme, now=NOW)
    assert (sign.kind, sign.facts["place"], sign.severity) == (SignKind.RISKY, "CU", Severity.HIGH)

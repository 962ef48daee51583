"""FreeSWITCH that logs both legs of a call, in whatever files they come."""

from itertools import permutations
from pathlib import Path

import pytest

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import CallRecord, DailyTotal
from cdr.tests.worlds import a_source, a_tariff, load, write
from cdr.vocabulary import Leg

CALLER = ("0887654000", "0201234567", "2026-10-15 09:12:00", "65", "a-1", "b-1")
OWN_NAME = ("0201234567", "0201234567", "2026-10-15 09:12:01", "64", "b-1", "")
NOBODY = ("0887654000", "&", "2026-10-15 09:12:01", "64", "a-1", "b-1")
MIRRORED = ("0887654000", "0201234567", "2026-10-15 09:12:01", "64", "b-1", "a-1")


def row(leg: tuple[str, ...]) -> str:
    caller, called, start, duration, uuid, partner = leg
    times = (start, "2026-10-15 09:12:04", "2026-10-15 09:13:05", duration, "61")
    cells = ("Sanne", caller, called, "default", *times, "NORMAL_CLEARING", uuid, partner, "acme", "PCMA", "PCMA")
    return ",".join(f'"{cell}"' for cell in cells)


def billed() -> list[tuple[str, str, int | None]]:
    with crossing(Crossing.OPERATE):
        assert sum(DailyTotal.objects.values_list("calls", flat=True)) == 1
        found = CallRecord.objects.filter(leg=Leg.CALL)
        return [(record.number, record.other, record.micros) for record in found]


@pytest.mark.django_db
@pytest.mark.parametrize("legs", [*permutations([CALLER, OWN_NAME]), *permutations([CALLER, NOBODY])])
def test_a_call_is_billed_once_to_the_caller_when_its_legs_come_in_two_files(
    acme: Customer, tmp_path: Path, legs: tuple[tuple[str, ...], ...]
) -> None:
    a_tariff()
    source = a_source("freeswitch", name="freeswitch")
    for number, leg in enumerate(legs):
        load(write(tmp_path, [row(leg)], f"{number}.csv"), source)
    assert billed() == [("+31887654000", "+31201234567", 60_250)]


@pytest.mark.django_db
@pytest.mark.parametrize("legs", permutations([CALLER, MIRRORED]))
def test_legs_that_name_each_other_are_one_call(
    acme: Customer, tmp_path: Path, legs: tuple[tuple[str, ...], ...]
) -> None:
    a_tariff()
    load(write(tmp_path, map(row, legs)), a_source("freeswitch", name="freeswitch"))
    assert billed() == [("+31887654000", "+31201234567", 60_250)]

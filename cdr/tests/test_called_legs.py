"""FreeSWITCH that logs both legs of a call, in whatever files they come."""

from itertools import permutations
from pathlib import Path

import pytest

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import CallRecord, DailyTotal
from cdr.tests.worlds import a_source, a_tariff, counts, load, write
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
@pytest.mark.parametrize("size", [100_000, 1])
def test_legs_that_name_each_other_are_one_call_however_files_are_cut(
    acme: Customer, tmp_path: Path, legs: tuple[tuple[str, ...], ...], size: int
) -> None:
    a_tariff()
    source = a_source("freeswitch", name="freeswitch")
    if size == 1:
        load(write(tmp_path, map(row, legs), "both.csv"), source, chunk_rows=size)
    else:
        for number, leg in enumerate(legs):
            load(write(tmp_path, [row(leg)], f"{number}.csv"), source)
    assert billed() == [("+31887654000", "+31201234567", 60_250)]
    # Whatever comes again, alone or with the other, is a duplicate.
    for number, again in enumerate(([legs[0]], [legs[1]], legs, legs[::-1])):
        batch = load(write(tmp_path, map(row, again), f"again-{number}.csv"), source)
        assert counts(batch) == (len(again), 0, len(again), 0, 0)
    # A further row of the call leaves the choice as it is.
    load(write(tmp_path, [row(("0887654000", "&", "2026-10-15 09:12:02", "63", "a-1", "b-1"))], "late.csv"), source)
    assert billed() == [("+31887654000", "+31201234567", 60_250)]
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.values("call_group").distinct().count() == 1


@pytest.mark.django_db
def test_a_leg_that_came_in_and_called_on_is_not_one_call_with_the_one_that_called_it(
    acme: Customer, tmp_path: Path
) -> None:
    a_tariff()
    source = a_source("freeswitch", name="freeswitch")
    onward = ("0887654000", "0612345678", "2026-10-15 09:12:02", "63", "b-1", "c-1")
    for number, leg in enumerate((CALLER, onward)):
        load(write(tmp_path, [row(leg)], f"{number}.csv"), source)
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.filter(leg=Leg.CALL).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("legs", permutations([CALLER, MIRRORED]))
def test_legs_that_name_each_other_are_one_call(
    acme: Customer, tmp_path: Path, legs: tuple[tuple[str, ...], ...]
) -> None:
    a_tariff()
    load(write(tmp_path, map(row, legs)), a_source("freeswitch", name="freeswitch"))
    assert billed() == [("+31887654000", "+31201234567", 60_250)]

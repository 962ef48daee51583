"""What comes of a file of each dialect, record by record, and of each row that is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.dialects import dialects
from cdr.models import Batch, CallRecord, Reject
from cdr.services import save_source
from cdr.tests.worlds import a_source, a_tariff, load
from cdr.vocabulary import CallType, Direction, Flag, Leg, Product
from telephony.models import PhoneNumber

GOLDEN = Path(__file__).parent / "golden"
INTERNATIONAL = {"wholesale", "broadworks", "kamailio", "mobile-usage"}
UTC = {"kamailio"}
FILES = sorted([*dialects(), "asterisk-16", "asterisk-18"])
FIRST = [*FILES, "kamailio-local"]  # files of which no later one is looked at as well


def shown(record: CallRecord) -> dict[str, Any]:
    """A record as the golden files hold it; of whom it is stands there where that is not Acme."""
    shown_customer = {} if record.customer.reference == "acme" else {"customer": record.customer.reference}
    return shown_customer | {
        "id": record.record_id,
        "start": record.start.isoformat(),
        "leg": Leg(record.leg).name,
        "direction": Direction(record.direction).name,
        "product": Product(record.product).name,
        "type": CallType(record.call_type).name,
        "number": record.number,
        "other": record.other,
        "origin": record.origin,
        "seconds": record.seconds,
        "micros": record.micros,
        "group": record.call_group,
        "flags": [flag.name for flag in Flag if record.flags & flag],
    }


def outcome(batch: Batch) -> dict[str, Any]:
    """The counts of a delivery, and the line and reason of each row that was not loaded."""
    names = ("read", "loaded", "duplicate", "rejected", "unrated")
    rejects = Reject.objects.filter(batch=batch).order_by("line")
    return {
        "counts": {name: getattr(batch, name) for name in names},
        "rejects": [f"{reject.line} {reject.reason}" for reject in rejects],
    }


def furnish(customer: Customer) -> None:
    """The rates, the numbers that the files call with, and another customer of ours, whom they call."""
    a_tariff()
    birch = Customer.objects.create(reference="birch", name="Birch", partner=customer.partner)
    with tenant(birch):
        PhoneNumber.objects.create(customer=birch, e164="+31885550100")
    with tenant(customer):
        for number in ("+31887654000", "+31887654121", "+31612340001"):
            PhoneNumber.objects.create(customer=customer, e164=number)


def golden_file(name: str) -> Path:
    return next(path for path in GOLDEN.glob(f"{name}.*") if not path.name.endswith(".expected.json"))


def load_golden(name: str, chunk_rows: int = 100_000) -> Batch:
    dialect = name if name in dialects() else name.partition("-")[0]
    source = a_source(dialect, name=dialect, time_zone="UTC" if name in UTC else "")
    if dialect in INTERNATIONAL:
        source.number_format = source.NumberFormat.INTERNATIONAL
        save_source(source=source, actor=system())
    return load(golden_file(name), source, chunk_rows=chunk_rows)


def in_the_ledger() -> list[dict[str, Any]]:
    with crossing(Crossing.OPERATE):
        return [shown(record) for record in CallRecord.objects.order_by("id")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", FIRST)
def test_a_file_of_each_dialect_becomes_the_records_that_were_reviewed(acme: Customer, name: str) -> None:
    furnish(acme)
    batch = load_golden(name)
    expected = json.loads((GOLDEN / f"{name}.expected.json").read_text())
    assert outcome(batch) == {"counts": expected["counts"], "rejects": expected["rejects"]}
    assert in_the_ledger() == expected["records"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", FIRST)
def test_a_file_that_comes_again_under_another_name_loads_nothing(acme: Customer, name: str, tmp_path: Path) -> None:
    furnish(acme)
    first = load_golden(name)
    before = in_the_ledger()
    again = tmp_path / "again"
    again.write_bytes(golden_file(name).read_bytes())
    second = load(again, first.source)
    assert (second.loaded, second.duplicate) == (0, first.loaded + first.duplicate)
    assert in_the_ledger() == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", FIRST)
def test_the_records_are_the_same_in_however_small_chunks_a_file_is_read(acme: Customer, name: str) -> None:
    furnish(acme)
    batch = load_golden(name, chunk_rows=2)
    expected = json.loads((GOLDEN / f"{name}.expected.json").read_text())
    assert outcome(batch) == {"counts": expected["counts"], "rejects": expected["rejects"]}
    assert in_the_ledger() == expected["records"]

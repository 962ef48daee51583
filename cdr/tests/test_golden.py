"""What comes of a file of each dialect, record by record."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord
from cdr.tests.worlds import a_source, a_tariff, load
from cdr.vocabulary import CallType, Direction, Leg, Product
from telephony.models import PhoneNumber

GOLDEN = Path(__file__).parent / "golden"


def shown(record: CallRecord) -> dict[str, Any]:
    """A record as the golden files hold it."""
    return {
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
    }


@pytest.mark.django_db
@pytest.mark.parametrize("dialect", ["asterisk", "generic"])
def test_a_file_of_each_dialect_becomes_the_records_that_were_reviewed(acme: Customer, dialect: str) -> None:
    a_tariff()
    with tenant(acme):
        for number in ("+31887654000", "+31887654121"):
            PhoneNumber.objects.create(customer=acme, e164=number)
    batch = load(GOLDEN / f"{dialect}.csv", a_source(dialect, name=dialect))
    assert batch.rejected == 0
    with crossing(Crossing.OPERATE):
        found = [shown(record) for record in CallRecord.objects.order_by("id")]
    assert found == json.loads((GOLDEN / f"{dialect}.json").read_text())

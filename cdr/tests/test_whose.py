"""Whose a call is, and what it is between numbers that are all known here."""

from pathlib import Path

import pytest

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Bundle, BundleAllocation, CallRecord
from cdr.services import save_source
from cdr.services.rerating import Rerated, rerate
from cdr.tests.test_golden import golden_file
from cdr.tests.worlds import Cells, a_bundle, a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import CallType, Direction, Leg
from portal.lib.periods import Month
from telephony.services import add_number

pytestmark = pytest.mark.django_db

HEADER = "id,account,direction,caller,called,own,start,seconds,product,call"
ACMES, COLLEAGUES, BIRCHES, NOBODYS = "0887654000", "0887654121", "0201119000", "0887659999"


@pytest.fixture(autouse=True)
def numbers(acme: Customer, birch: Customer) -> None:
    a_tariff()
    for customer, number in ((acme, ACMES), (acme, COLLEAGUES), (birch, BIRCHES)):
        with tenant(customer):
            add_number(actor=system(), customer=customer, e164="+31" + number[1:])


def row(
    name: str, direction: str, caller: str, called: str, *, own: str = "", product: str = "", call: str = ""
) -> str:
    return f"{name},,{direction},{caller},{called},{own},2026-10-15T09:12:00+02:00,60,{product},{call}"


def told() -> list[tuple[object, ...]]:
    """Of each record: whose it is, which way it went, own number and amount."""
    with crossing(Crossing.OPERATE):
        rows = CallRecord.objects.order_by("record_id")
        return list(rows.values_list("customer__reference", "direction", "number", "micros"))


def test_a_call_that_came_in_is_of_whom_it_came_to_also_when_another_customer_called(tmp_path: Path) -> None:
    load(write(tmp_path, [HEADER, row("a", "in", ACMES, BIRCHES)]), a_source("generic"))
    assert told() == [("birch", Direction.INCOMING, "+31201119000", 0)]


def test_the_same_call_as_it_went_out_is_of_who_called(tmp_path: Path) -> None:
    load(write(tmp_path, [HEADER, row("a", "out", ACMES, BIRCHES)]), a_source("generic"))
    [(whose, direction, number, micros)] = told()
    assert (whose, direction, number) == ("acme", Direction.OUTGOING, "+31887654000")
    assert micros


def test_a_call_to_a_colleague_is_internal_and_free_whatever_the_source_calls_it(tmp_path: Path) -> None:
    load(write(tmp_path, [HEADER, row("a", "out", ACMES, COLLEAGUES)]), a_source("generic"))
    assert told() == [("acme", Direction.INTERNAL, "+31887654000", 0)]
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.get().call_type == CallType.INTERNAL


def test_a_call_forwarded_to_a_colleague_is_free(tmp_path: Path) -> None:
    load(write(tmp_path, [HEADER, row("a", "forwarded", "0612345678", COLLEAGUES, own=ACMES)]), a_source("generic"))
    assert told() == [("acme", Direction.FORWARDED, "+31887654000", 0)]
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.get().call_type == CallType.INTERNAL


def test_such_a_call_stays_free_when_its_month_is_rated_again_and_uses_no_minutes(
    acme: Customer, tmp_path: Path
) -> None:
    a_bundle(acme, [f"+31{ACMES[1:]}"], kind=Bundle.Kind.MINUTES, included_minutes=10)
    load(write(tmp_path, [HEADER, row("a", "forwarded", "0612345678", COLLEAGUES, own=ACMES)]), a_source("generic"))
    assert rerate(actor=system(), customer=acme, month=Month(2026, 10)) == Rerated(())
    with tenant(acme):
        assert not BundleAllocation.objects.exists()


def test_a_mobile_phone_pays_for_a_call_to_its_own_company(tmp_path: Path) -> None:
    load(write(tmp_path, [HEADER, row("a", "out", ACMES, COLLEAGUES, product="mobile")]), a_source("generic"))
    [(_whose, direction, _number, micros)] = told()
    assert direction == Direction.OUTGOING
    assert micros


def test_a_number_that_nobody_has_is_not_guessed_from_an_earlier_file_either(tmp_path: Path) -> None:
    source = a_source("generic")
    load(write(tmp_path, [HEADER, row("a", "in", "0612345678", ACMES, call="c")], "a.csv"), source)
    leg = row("b", "forwarded", "0612345678", "0201234567", own=NOBODYS, call="c")
    again = load(write(tmp_path, [HEADER, leg], "b.csv"), source)
    assert (counts(again), again.reasons) == ((1, 0, 0, 1, 0), {"unknown_customer": 1})


def test_a_forward_to_a_colleague_costs_nothing_where_numbers_tell_the_way_too(tmp_path: Path) -> None:
    head, *records = golden_file("broadworks").read_bytes().splitlines()
    [forward] = [record for record in records if b"unconditional" in record]
    source = a_source("broadworks")
    source.number_format = source.NumberFormat.INTERNATIONAL
    to_colleague = forward.replace(b"+31612345678", b"+31887654000")
    load(write(tmp_path, [head, to_colleague]), save_source(source=source, actor=system()))
    [(whose, direction, number, micros)] = told()
    assert (whose, direction, number, micros) == ("acme", Direction.FORWARDED, "+31887654121", 0)


FROM_TRUNK: Cells = {"account": "", "src": ACMES, "dst": BIRCHES, "channel": "PJSIP/trunk-0000001a"}


def test_a_call_over_a_trunk_is_of_whom_it_came_to_also_when_another_customer_called(tmp_path: Path) -> None:
    load(write(tmp_path, [asterisk_row(FROM_TRUNK, peer="PJSIP/201-0000001b")]), a_source(trunks="trunk"))
    assert told() == [("birch", Direction.INCOMING, "+31201119000", 0)]


def test_what_goes_on_of_such_a_call_is_paid_by_whom_it_came_to(tmp_path: Path) -> None:
    arrived = asterisk_row(FROM_TRUNK, peer="PJSIP/201-0000001b", unique="1.1", linked="1.1", sequence=1, billsec=5)
    dialled = "PJSIP/0612345678@trunk,30"
    out: Cells = {"dst": "0612345678", "peer": "PJSIP/trunk-0000001c", "dialled": dialled}
    went_on = asterisk_row({**FROM_TRUNK, **out}, unique="1.2", linked="1.1", sequence=2)
    load(write(tmp_path, [arrived, went_on]), a_source(trunks="trunk"))
    with crossing(Crossing.OPERATE):
        [call] = CallRecord.objects.filter(leg=Leg.CALL).select_related("customer")
    assert (call.customer.reference, call.direction, call.number) == ("birch", Direction.FORWARDED, "+31201119000")
    assert call.micros


def test_a_call_that_a_customers_own_trunk_sends_out_is_the_callers(tmp_path: Path) -> None:
    out: Cells = {"dst": "0612345678", "peer": "PJSIP/trunk-0000001c", "dialled": "PJSIP/0612345678@trunk,30"}
    load(write(tmp_path, [asterisk_row({**FROM_TRUNK, **out})]), a_source())
    assert [(whose, direction) for whose, direction, *_rest in told()] == [("acme", Direction.OUTGOING)]

"""A billing run: every customer once, from what was really used, numbered without gaps, frozen afterwards."""

import json
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.access import Door, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from cdr.models import Adjustment, BillingPeriod
from cdr.vocabulary import CallType, Direction
from invoices.models import Invoice, InvoiceLine, InvoicePdf, NumberSequence, OneOffCharge, Subscription
from invoices.services import Billed, Result, bill, next_number
from portal.lib.periods import Month

OCTOBER = Month(2026, 10)
pytestmark = pytest.mark.usefixtures("november")

type Subscribe = Callable[..., Subscription]
type AddCalls = Callable[..., None]


@pytest.fixture
def november() -> object:
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        yield


def run(customer: Customer, month: Month = OCTOBER) -> Billed:
    return bill(actor=system(customer, Door.COMMAND), customer=customer, month=month)


def test_an_invoice_holds_subscriptions_calls_and_vat(acme: Customer, subscribed: Subscribe, called: AddCalls) -> None:
    subscribed(acme)
    called(acme, OCTOBER, calls=1800, micros=277_084_999)
    called(acme, OCTOBER, calls=50, micros=1, call_type=CallType.NL_MOBILE)
    called(acme, OCTOBER, calls=300, micros=0, call_type=CallType.INCOMING, direction=Direction.INCOMING)
    called(acme, OCTOBER, calls=9, micros=0, call_type=CallType.EMERGENCY)
    invoice = run(acme).invoice
    assert invoice is not None
    with tenant(acme):
        lines = [(one.key, one.quantity, one.amount_cents) for one in InvoiceLine.objects.order_by("position")]
    assert lines == [("product:user", 14, 13930), ("calls:fixed", 1850, 27709)]
    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (41639, 8744, 50383)
    assert invoice.vat == [{"category": "S", "rate": 2100, "base_cents": 41639, "vat_cents": 8744}]
    assert (invoice.number, invoice.issued_on, invoice.due_on) == (
        "2026-000001",
        date(2026, 11, 22),
        date(2026, 12, 22),
    )


def test_what_changed_of_an_earlier_month_stands_on_a_line_of_its_own_once(
    acme: Customer, subscribed: Subscribe, called: AddCalls
) -> None:
    subscribed(acme)
    called(acme, OCTOBER, calls=10, micros=1_000_000)
    with tenant(acme):
        for reason, micros in (("tariff", 250_000), ("bundle", -1_250_000)):
            Adjustment.objects.create(
                customer=acme,
                period=date(2026, 9, 1),
                into_period=OCTOBER.first_day,
                reason=reason,
                micros=micros,
                made_at=timezone.now(),
            )
    assert run(acme).invoice is not None
    with tenant(acme):
        lines = InvoiceLine.objects.filter(key__startswith="adjustment").order_by("key")
        found = [(one.key, one.amount_cents, one.since, one.until) for one in lines]
        assert not Adjustment.objects.filter(taken_in=None).exists()
    assert found == [
        ("adjustment:bundle", -125, date(2026, 9, 1), date(2026, 10, 1)),
        ("adjustment:tariff", 25, date(2026, 9, 1), date(2026, 10, 1)),
    ]


def test_a_second_run_makes_nothing_and_finds_the_first(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    first, second = run(acme), run(acme)
    assert (first.result, second.result) == (Result.MADE, Result.EXISTING)
    assert first.invoice == second.invoice
    assert NumberSequence.objects.get().last == 1


def test_calls_of_another_billing_period_are_not_on_it(acme: Customer, subscribed: Subscribe, called: AddCalls) -> None:
    subscribed(acme)
    called(acme, OCTOBER, micros=5_000_000, calls=2, month=date(2026, 9, 1))  # came late
    called(acme, OCTOBER.next(), micros=7_000_000, calls=3)
    run(acme)
    with tenant(acme):
        assert InvoiceLine.objects.get(key="calls:fixed").amount_cents == 500


def test_the_run_closes_the_period_before_it_counts(acme: Customer) -> None:
    run(acme)
    assert BillingPeriod.objects.get().first_day == OCTOBER.first_day


def test_a_customer_with_nothing_to_pay_gets_no_invoice(acme: Customer) -> None:
    assert run(acme) == Billed(Result.NOTHING, None)
    assert not NumberSequence.objects.exists()


@pytest.mark.parametrize("month", [Month(2026, 11), Month(2026, 12)])
def test_a_month_that_is_not_over_is_refused(acme: Customer, subscribed: Subscribe, month: Month) -> None:
    subscribed(acme)
    with pytest.raises(Refusal) as caught:
        run(acme, month)
    assert caught.value.code == "month_open"
    assert not BillingPeriod.objects.exists()


def test_a_customer_without_an_address_is_refused_and_told_what_is_missing(
    acme: Customer, subscribed: Subscribe
) -> None:
    subscribed(acme)
    Customer.objects.filter(pk=acme.pk).update(street="", city="")
    acme.refresh_from_db()
    with pytest.raises(Refusal, match="acme") as caught:
        run(acme)
    assert caught.value.code == "buyer_incomplete"
    with tenant(acme):
        assert not Invoice.objects.exists()


def test_a_subscription_is_billed_for_each_day_once(acme: Customer, subscribed: Subscribe) -> None:
    one = subscribed(acme, billed_until=None, valid_from=date(2026, 9, 16), quantity=1)
    run(acme)
    with tenant(acme):
        assert [line.amount_cents for line in InvoiceLine.objects.order_by("position")] == [498, 995]
        one.refresh_from_db()
    assert one.billed_until == date(2026, 11, 1)
    with time_machine.travel("2026-12-02T10:00:00+01:00", tick=False):
        again = run(acme, Month(2026, 11)).invoice
    assert again is not None
    assert again.net_cents == 995


def test_a_one_off_charge_is_billed_once(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    with tenant(acme):
        one = OneOffCharge.objects.create(
            customer=acme, description="Yealink T46U", price_micros=149_000_000, day=date(2026, 9, 9)
        )
    made = run(acme).invoice
    with tenant(acme):
        one.refresh_from_db()
        assert InvoiceLine.objects.get(key=f"once:{one.pk}").amount_cents == 14900
    assert made is not None
    assert one.invoice_id == made.pk
    with time_machine.travel("2026-12-02T10:00:00+01:00", tick=False):
        run(acme, Month(2026, 11))
    with tenant(acme):
        assert InvoiceLine.objects.filter(key=f"once:{one.pk}").count() == 1


def test_numbers_follow_each_other_over_customers_and_a_failure_leaves_no_gap(
    acme: Customer, birch: Customer, subscribed: Subscribe
) -> None:
    subscribed(acme)
    subscribed(birch)
    with transaction.atomic():
        assert next_number(2026) == "2026-000001"
        transaction.set_rollback(True)
    first, second = run(acme).invoice, run(birch).invoice
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == ("2026-000001", "2026-000002")


def test_the_pdf_is_kept_as_it_was_issued_and_the_trail_knows(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    invoice = run(acme).invoice
    with tenant(acme):
        kept = InvoicePdf.objects.get(invoice=invoice)
        assert bytes(kept.content).startswith(b"%PDF-")
        entry = AuditEntry.objects.get(verb="invoice.issue")
    assert entry.object_name == "2026-000001"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices_invoice SET total_cents = total_cents + 1, net_cents = net_cents + 1",
        "UPDATE invoices_invoice SET number = '2026-000009'",
        "DELETE FROM invoices_invoice",
        "UPDATE invoices_invoiceline SET description = 'x'",
        "DELETE FROM invoices_invoiceline",
        "UPDATE invoices_invoicepdf SET sha256 = ''",
        "DELETE FROM invoices_invoicepdf",
    ],
)
def test_an_issued_invoice_cannot_be_changed_or_deleted(acme: Customer, subscribed: Subscribe, statement: str) -> None:
    subscribed(acme)
    run(acme)
    with pytest.raises(DatabaseError, match="frozen"), tenant(acme), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_line_cannot_be_added_to_an_issued_invoice(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    run(acme)
    with tenant(acme):
        line = InvoiceLine.objects.get()
        line.pk, line.position = None, 2
        line.save(force_insert=True)
        with pytest.raises(IntegrityError, match="sum to"):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_when_it_was_sent_may_be_filled_in_once(acme: Customer, subscribed: Subscribe) -> None:
    subscribed(acme)
    invoice = run(acme).invoice
    assert invoice is not None
    with tenant(acme):
        Invoice.objects.update(sent_at=invoice.created_at)
    with pytest.raises(DatabaseError, match="frozen"), tenant(acme):
        Invoice.objects.update(sent_at=None)


def test_the_command_says_what_it_did_and_again_nothing(
    acme: Customer, birch: Customer, subscribed: Subscribe, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribed(acme)
    call_command("billing_run", "2026-10", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "month": "2026-10",
        "made": 1,
        "existing": 0,
        "nothing": 1,
        "refused": 0,
        "unrated": 0,
        "numbers": ["2026-000001"],
    }
    call_command("billing_run", "2026-10")
    assert "0 invoices made, 1 were there already, 1 customers had nothing" in capsys.readouterr().out


def test_one_customer_that_is_refused_does_not_stop_the_others(
    acme: Customer, birch: Customer, subscribed: Subscribe, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribed(acme)
    subscribed(birch)
    Customer.objects.filter(pk=acme.pk).update(street="")
    with pytest.raises(CommandError, match="acme"):
        call_command("billing_run", "2026-10", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["made"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["october"], "is no month"),
        (["2026-10", "--customer", "nobody"], "There is no customer nobody"),
        (["2026-11"], "2026-11"),
    ],
)
def test_the_command_refuses_what_it_cannot_do_in_one_sentence(
    acme: Customer, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("billing_run", *arguments)

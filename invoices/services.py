"""Billing: what a customer owes over a closed month becomes one numbered, frozen invoice with its PDF, in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from celery import signature
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Actor, Door, system
from accounts.models import Brand, Customer
from accounts.selectors import registered_for
from accounts.tenancy import tenant
from accounts.work import queue
from cdr.models import Adjustment
from cdr.selectors.billing import PeriodCost, period_costs
from cdr.services import close_period
from cdr.services.adjusting import Afterwards, take_adjustments
from cdr.services.retention import mark_billed
from cdr.vocabulary import CallType
from cdr.vocabulary import Product as CallProduct
from invoices import rules
from invoices.building import (
    Charge,
    Group,
    InvoiceDraft,
    Kind,
    Recurring,
    Unit,
    draft,
    recurring_charges,
    treatment,
    with_vat,
)
from invoices.document import Document, Party, render_pdf
from invoices.models import Invoice, InvoiceLine, InvoicePdf, NumberSequence, OneOffCharge, Product, Subscription
from mobile.services import OutsideCost, take_costs
from portal.lib.periods import Month

# Days to pay: the law's default between businesses.
PAYMENT_DAYS = 30
LANGUAGE = "nl"


# By name: tasks know services and not the other way round.
_MAIL = signature("invoices.tasks.mail_invoice")
_BILL = signature("invoices.tasks.bill_customer")


class Result(StrEnum):
    """What a billing run did for a customer."""

    MADE = "made"
    EXISTING = "existing"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Billed:
    """The result and, unless there was nothing to bill, the invoice; `unrated` calls of the period have no price yet."""

    result: Result
    invoice: Invoice | None
    unrated: int = 0


def bill(*, actor: Actor, customer: Customer, month: Month, issued_on: date | None = None, mail: bool = True) -> Billed:
    """Bill a closed month once and mail it; a second call finds the invoice and does nothing. Raises Refusal.

    The period is closed first, so that no call can still fall into it. Runs of the same customer wait for each other on
    the customer's row; the row of the number sequence is locked last, because all customers share it.
    """
    today = timezone.localdate()
    rules.month_is_over(month, Month.of_day(today))
    rules.seller_is_complete(settings.SELLER)
    close_period(month=month, actor=actor)
    with tenant(customer):
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        existing = Invoice.objects.filter(month=month.first_day).first()
        if existing:
            return Billed(Result.EXISTING, existing)
        rules.buyer_is_complete(customer)
        with translation.override(LANGUAGE):
            found = _collect(customer, month)
        made = draft(with_vat(found.charges, treatment(customer.country, customer.vat_number)))
        if not made.lines:
            mark_billed(customer=customer, month=month)
            return Billed(Result.NOTHING, None, found.unrated)
        invoice = _issue(customer, month, made, issued_on or today)
        mark_billed(customer=customer, month=month, invoice=invoice.number)
        found.mark(invoice, month)
        audit.record(actor=actor, verb="invoice.issue", obj=invoice)
        for reader in registered_for(customer, "mails_invoices") if mail else ():
            queue(_MAIL, customer.pk, invoice.pk, reader.pk, actor=actor)
    return Billed(Result.MADE, invoice, found.unrated)


def queue_billing(*, customers: Sequence[Customer], month: Month) -> None:
    """Let the workers bill a closed month, one task a customer. Raises Refusal where no customer could be billed."""
    rules.month_is_over(month, Month.of_day(timezone.localdate()))
    rules.seller_is_complete(settings.SELLER)
    for customer in customers:
        queue(_BILL, customer.pk, str(month), actor=system(customer, Door.COMMAND))


# --- what there is to pay ---


@dataclass(frozen=True, slots=True)
class _Found:
    charges: list[Charge]
    subscriptions: list[Subscription]
    one_offs: list[OneOffCharge]
    unrated: int

    def mark(self, invoice: Invoice, month: Month) -> None:
        """Remember what the invoice holds, so that nothing of it is billed again."""
        for one in self.subscriptions:
            one.billed_until = month.end_day
        Subscription.objects.bulk_update(self.subscriptions, ["billed_until"], batch_size=1000)
        OneOffCharge.objects.filter(pk__in=[one.pk for one in self.one_offs]).update(invoice=invoice)


def _collect(customer: Customer, month: Month) -> _Found:
    subscriptions = list(
        Subscription.objects.select_for_update(of=("self",))
        .select_related("product")
        .filter(valid_from__lt=month.end_day)
        .order_by("product__group", "pk")
    )
    one_offs = list(OneOffCharge.objects.select_for_update().filter(invoice=None, day__lt=month.end_day))
    charges = [charge for one in subscriptions for charge in recurring_charges(_recurring(one), month)]
    costs = period_costs(month.first_day)
    charges += _call_charges(costs)
    charges += [_outside_charge(one, month) for one in take_costs(customer=customer, until=month)]
    charges += [_afterwards_charge(one) for one in take_adjustments(customer=customer, until=month)]
    charges += [_one_off_charge(one) for one in one_offs]
    return _Found(charges, subscriptions, one_offs, sum(one.unrated for one in costs))


def _recurring(one: Subscription) -> Recurring:
    return Recurring(
        key=f"product:{one.product.code}",
        group=Group(one.product.group),
        description=one.description,
        price_micros=one.price_micros,
        quantity=one.quantity,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        billed_until=one.billed_until,
    )


def _one_off_charge(one: OneOffCharge) -> Charge:
    return Charge(
        key=f"once:{one.pk}",
        group=Group.ONE_OFF,
        kind=Kind.ONE_OFF,
        description=one.description,
        amount_micros=one.price_micros * one.quantity,
        quantity=one.quantity,
        unit_price_micros=one.price_micros,
    )


def _outside_charge(one: OutsideCost, month: Month) -> Charge:
    late = one.month != month
    return Charge(
        key="mobile:outside",
        group=Group.MOBILE,
        kind=Kind.USAGE,
        description=gettext("Mobile outside the bundle"),
        amount_micros=one.micros,
        quantity=one.subscriptions,
        unit=Unit.NUMBER,
        since=one.month.first_day if late else None,
        until=one.month.end_day if late else None,
    )


def _afterwards_charge(one: Afterwards) -> Charge:
    """What changed of a period that was billed: it stays as it was, and the difference is a line of its own."""
    descriptions = {
        Adjustment.Reason.TARIFF: gettext("Call charges corrected after another tariff"),
        Adjustment.Reason.BUNDLE: gettext("Call charges corrected after another bundle"),
    }
    return Charge(
        key=f"adjustment:{one.reason}",
        group=Group.EXCHANGE,
        kind=Kind.ONE_OFF,
        description=descriptions[Adjustment.Reason(one.reason)],
        amount_micros=one.micros,
        quantity=0,
        since=one.period.first_day,
        until=one.period.end_day,
    )


def _call_charges(costs: Sequence[PeriodCost]) -> list[Charge]:
    """Calls of the billing period, summed from the totals: what came late stands in the period it was loaded into."""
    names = {CallProduct.FIXED: gettext("Call charges"), CallProduct.MOBILE: gettext("Mobile call charges")}
    groups = {CallProduct.FIXED: Group.EXCHANGE, CallProduct.MOBILE: Group.MOBILE}
    return [
        Charge(
            key=f"calls:{CallProduct(one.product).name.lower()}",
            group=groups[CallProduct(one.product)],
            kind=Kind.USAGE,
            description=names[CallProduct(one.product)],
            amount_micros=one.micros,
            quantity=0 if one.call_type in _NEVER_PAID else one.calls,
            unit=Unit.CALL,
        )
        for one in costs
    ]


_NEVER_PAID = (CallType.INCOMING, CallType.INTERNAL)


# --- issuing ---


def _issue(customer: Customer, month: Month, made: InvoiceDraft, issued_on: date) -> Invoice:
    document = Document(
        number=next_number(issued_on.year),
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=PAYMENT_DAYS),
        month=month,
        customer_reference=customer.reference,
        seller=Party(**settings.SELLER),
        buyer=_buyer(customer),
        draft=made,
        brand=_brand(customer).name,
        accent=_brand(customer).colour,
        language=LANGUAGE,
    )
    invoice = Invoice.objects.create(
        customer=customer,
        number=document.number,
        month=month.first_day,
        issued_on=issued_on,
        due_on=document.due_on,
        net_cents=made.net_cents,
        vat_cents=made.vat_cents,
        total_cents=made.total_cents,
        vat=[
            {
                "category": one.vat.category,
                "rate": one.vat.rate,
                "base_cents": one.base_cents,
                "vat_cents": one.vat_cents,
            }
            for one in made.vat
        ],
        seller=asdict(document.seller),
        buyer=asdict(document.buyer),
        language=LANGUAGE,
    )
    InvoiceLine.objects.bulk_create(_lines(invoice, made))
    content = render_pdf(document)
    InvoicePdf.objects.create(
        customer=customer, invoice=invoice, content=content, sha256=hashlib.sha256(content).hexdigest()
    )
    return invoice


def next_number(year: int, series: str = "") -> str:
    """Take the next number; the row stays locked until the transaction ends, so a roll-back gives the number back."""
    NumberSequence.objects.bulk_create([NumberSequence(series=series, year=year)], ignore_conflicts=True)
    sequence = NumberSequence.objects.select_for_update().get(series=series, year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"{series}{year}-{sequence.last:06d}"


def _lines(invoice: Invoice, made: InvoiceDraft) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            customer_id=invoice.customer_id,
            invoice=invoice,
            position=line.position,
            key=line.charge.key,
            group=line.charge.group,
            kind=line.charge.kind,
            description=line.charge.description,
            quantity=line.charge.quantity,
            unit=line.charge.unit,
            unit_price_micros=line.charge.unit_price_micros,
            amount_micros=line.charge.amount_micros,
            amount_cents=line.amount_cents,
            vat_category=line.charge.vat.category,
            vat_rate=line.charge.vat.rate,
            since=line.charge.since,
            until=line.charge.until,
        )
        for line in made.lines
    ]


def _buyer(customer: Customer) -> Party:
    return Party(
        name=customer.name,
        street=customer.street,
        postcode=customer.postcode,
        city=customer.city,
        country=customer.country,
        kvk_number=customer.kvk_number,
        vat_number=customer.vat_number,
    )


def _brand(customer: Customer) -> Brand:
    return customer.partner.brand if customer.partner else Brand.objects.get(is_default=True)


# --- what customers are subscribed to ---


@dataclass(frozen=True, slots=True)
class Order:
    """A product ordered by a customer: its code, how many, from which day, and its own price or words if it has any."""

    product: str
    quantity: int
    valid_from: date
    price_micros: int | None = None
    description: str = ""


def save_product(*, actor: Actor, code: str, description: str, group: Group, price_micros: int) -> Product:
    """Make or change a product; what is agreed with customers keeps its price."""
    with transaction.atomic():
        product, made = Product.objects.get_or_create(
            code=code, defaults={"description": description, "group": group, "price_micros": price_micros}
        )
        fields = ("description", "group", "price_micros")
        before = {} if made else audit.snapshot(product, fields)
        product.description, product.group, product.price_micros = description, group, price_micros
        product.save()
        changed = audit.changes(before, audit.snapshot(product, fields))
        if changed:
            audit.record(actor=actor, verb="product.create" if made else "product.change", obj=product, changes=changed)
    return product


def subscribe(*, actor: Actor, customer: Customer, orders: Sequence[Order]) -> list[Subscription]:
    """Subscribe a customer to products. Days before today that no invoice holds come on the next one."""
    products = {one.code: one for one in Product.objects.filter(code__in={order.product for order in orders})}
    with tenant(customer):
        made = Subscription.objects.bulk_create(
            [
                Subscription(
                    customer=customer,
                    product=products[order.product],
                    description=order.description or products[order.product].description,
                    quantity=order.quantity,
                    price_micros=products[order.product].price_micros
                    if order.price_micros is None
                    else order.price_micros,
                    valid_from=order.valid_from,
                )
                for order in orders
            ]
        )
        audit.record(actor=actor, verb="subscription.add", obj=customer, note=", ".join(str(one) for one in made))
    return made


def charge_once(*, actor: Actor, customer: Customer, description: str, price_micros: int, day: date) -> OneOffCharge:
    """Charge something once; it stands on the first invoice of a month that ends after the day."""
    with tenant(customer):
        one = OneOffCharge.objects.create(
            customer=customer, description=description, price_micros=price_micros, day=day
        )
        audit.record(actor=actor, verb="charge.add", obj=one)
    return one


def mark_sent(*, actor: Actor, invoice: Invoice, at: datetime) -> bool:
    """Keep when the invoice first went out; False when that is known already."""
    with tenant(invoice.customer_id):
        kept = Invoice.objects.filter(pk=invoice.pk, sent_at=None).update(sent_at=at)
        if kept:
            audit.record(actor=actor, verb="invoice.sent", obj=invoice)
    return bool(kept)

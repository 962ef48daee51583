"""A furnished customer: phones, an exchange, calls, an invoice and mobile subscriptions, made as the demonstration makes them."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from accounts.access import Actor, Capability, Door, system
from accounts.models import ApiToken, Customer, Invitation, Membership, Notice, User
from accounts.services import create_token
from accounts.tenancy import tenant
from accounts.tokens import make_key, token_hash
from cdr import generate
from cdr.fraud.kinds import Severity, SignKind
from cdr.models import (
    Batch,
    Bundle,
    CallRecord,
    CustomerRate,
    Dispute,
    Export,
    ExportForm,
    FraudSign,
    MonthlyReport,
    NumberLimit,
    RateImport,
    SavedFilter,
    Source,
    TariffVersion,
)
from cdr.selectors.calls import cursor_of
from cdr.services import load_file
from invoices.models import Invoice
from invoices.services import bill
from mobile.models import MobileSubscription
from pbx.models import AutoAttendant, HuntGroup
from portal.demo import calls, cast, exchange, phones
from portal.lib.periods import Month, month_of
from telephony import vault
from telephony.audio.convert import Sound
from telephony.callers import Pattern
from telephony.models import CallerFilter, Device, Greeting, HolidaySchedule, Line, PhoneFile, PhoneNumber, Schedule
from telephony.services import create_greeting, set_caller_filter

PLAN = replace(cast.CUSTOMERS[0], people=10, calls_a_month=120)


@dataclass(frozen=True, slots=True)
class World:
    """What stands in the customer's rooms, one of each kind."""

    customer: Customer
    month: Month
    number: PhoneNumber
    line: Line
    callers: CallerFilter
    device: Device
    phone_file: PhoneFile
    group: HuntGroup
    attendant: AutoAttendant
    schedule: Schedule
    greeting: Greeting
    holidays: HolidaySchedule
    invoice: Invoice
    subscription: MobileSubscription
    membership: Membership
    invitation: Invitation
    invitation_key: str
    token: ApiToken
    notice: Notice
    number_limit: NumberLimit
    call_place: str
    batch: Batch
    source: Source
    version: TariffVersion
    own_price: CustomerRate
    rate_import: RateImport
    sign: FraudSign
    dispute: Dispute
    bundle: Bundle
    saved_filter: SavedFilter
    export: Export
    report: MonthlyReport


def furnish(customer: Customer, owner: User, employee: User, folder: Path, now: dt.datetime) -> World:
    """Fill the rooms of ``customer``; ``employee`` gets the first line, ``owner`` has saved a filter. The last closed month is billed."""
    actor = system(customer, Door.COMMAND)
    month = month_of(now).previous()
    with tenant(customer):
        made = phones.make(actor, customer, PLAN, {cast.LOGINS[1].username: employee}, 0)
        exchange.make(actor, customer, PLAN, made, now.date())
        subscription = MobileSubscription.objects.create(
            customer=customer, msisdn="+31612345601", plan="Zakelijk 5 GB", active_since=month.first_day
        )
    calls.make_tariff(month.first_day)
    calls.make_source()
    source = Source.objects.get(name=calls.SOURCE)
    load_calls(customer, folder, month, actor)
    invoice = bill(actor=actor, customer=customer, month=month).invoice
    assert invoice is not None
    membership = Membership.objects.get(customer=customer, user=employee)
    key = make_key()
    with tenant(customer):
        return World(
            customer=customer,
            month=month,
            number=made.numbers[PLAN.number(0)],
            line=made.lines[0],
            callers=set_caller_filter(
                actor=actor, line=made.lines[0], name="Enquêtes", patterns=[Pattern("+31201234567")]
            ),
            device=Device.objects.order_by("pk")[0],
            phone_file=PhoneFile.objects.create(
                customer=customer,
                device=Device.objects.order_by("pk")[0],
                name="app.log",
                at=now,
                size=6,
                body=vault.encrypt("ready\n"),
            ),
            group=HuntGroup.objects.order_by("pk")[0],
            attendant=AutoAttendant.objects.get(),
            schedule=Schedule.objects.get(),
            greeting=create_greeting(
                actor=actor, customer=customer, name="Gesloten", sound=Sound(b"RIFF", 1000), line=made.lines[0]
            ),
            holidays=HolidaySchedule.objects.get(),
            invoice=invoice,
            subscription=subscription,
            membership=membership,
            invitation=Invitation.objects.create(
                customer=customer,
                email="new@example.com",
                token_hash=token_hash(key),
                expires_at=now + dt.timedelta(days=7),
            ),
            invitation_key=key,
            token=create_token(actor=actor, user=employee, name="test")[0],
            notice=Notice.objects.create(
                customer=customer, capability=Capability.VIEW_CALLS, kind="spend_guard.premium", at=now
            ),
            number_limit=NumberLimit.objects.create(
                customer=customer, number=PLAN.number(0), amount_micros=10_000_000, since=now
            ),
            call_place=cursor_of(CallRecord.objects.filter(micros__gt=0).order_by("start")[0]),
            batch=Batch.objects.get(),
            source=source,
            version=TariffVersion.objects.get(),
            own_price=CustomerRate.objects.create(
                customer=customer, prefix="49", setup_micros=0, minute_micros=10_000, valid_from=month.first_day
            ),
            rate_import=RateImport.objects.create(
                customer=customer, valid_from=now.date(), file_name="own.csv", text="prefix;setup;minute\n44;0;0,02\n"
            ),
            sign=FraudSign.objects.create(
                customer=customer,
                kind=SignKind.PARALLEL,
                key="world",
                start=now,
                end=now,
                severity=Severity.LOW,
                calls=12,
                micros=0,
                found_at=now,
                fired_at=now,
            ),
            dispute=Dispute.objects.create(customer=customer, billing_period=month.first_day, reason="not ours"),
            bundle=Bundle.objects.create(
                customer=customer,
                name="Bellen onbeperkt",
                kind=Bundle.Kind.UNLIMITED,
                prefixes=["31"],
                valid_from=month.first_day,
            ),
            saved_filter=SavedFilter.objects.create(
                customer=customer, user=owner, name="Abroad", query="month=previous&type=3"
            ),
            export=Export.objects.create(
                customer=customer,
                user=owner,
                form=ExportForm.ISO,
                state=Export.State.EXPIRED,
                created_at=now,
                seen_at=now,
            ),
            report=MonthlyReport.objects.create(
                customer=customer, user=owner, name="Calls", first_month=month.first_day
            ),
        )


def load_calls(customer: Customer, folder: Path, month: Month, actor: Actor) -> None:
    """A month of the customer's calls, through the real ingestion."""
    company = replace(calls.company(PLAN, 0), account=customer.reference)
    source = Source.objects.get(name=calls.SOURCE)
    for file in generate.files([company], [month]):
        path = folder / file.name
        path.write_bytes(file.content)
        load_file(path=path, source=source, actor=actor)

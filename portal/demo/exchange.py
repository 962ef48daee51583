"""A company exchange: groups, a menu, working hours, holidays and night mode."""

import datetime as dt

from accounts.access import Actor
from accounts.models import Customer
from pbx import services
from pbx.models import ExchangeSettings, HuntGroup, Menu, MenuKey
from portal.demo import cast
from portal.demo.phones import Phones
from telephony import services as telephony
from telephony.hours import PeriodRow, years_to_offer
from telephony.models import Dialable
from telephony.selectors import Target

WORKING_HOURS = [PeriodRow(frozenset(range(5)), 8 * 60 + 30, 17 * 60 + 30)]


def make(actor: Actor, customer: Customer, plan: cast.CustomerPlan, phones: Phones, today: dt.date) -> None:
    """Make the exchange of a customer; inside the customer's door."""
    main = phones.numbers[plan.number(0)]
    hours = telephony.create_schedule(
        actor=actor, customer=customer, name="Werktijden 8:30 tot 17:30", periods=WORKING_HOURS
    )
    holidays = telephony.create_dutch_holidays(
        actor=actor, customer=customer, name="Feestdagen Nederland", years=years_to_offer(today.year), keep=True
    )
    voicemail = services.create_voicemail(
        actor=actor,
        customer=customer,
        name="Bedrijf Voicemail",
        extension="999",
        mail_to=f"info@{plan.reference}.example",
    )
    services.create_fax(actor=actor, customer=customer, name="Bedrijf Fax", extension="998")
    settings = services.start_exchange(actor=actor, customer=customer, company_number=main)
    services.change_night(
        actor=actor,
        settings=settings,
        mode=ExchangeSettings.NightMode.AUTO,
        target=Target(dialable=voicemail.dialable),
        schedule=hours,
        holidays=holidays,
    )
    if plan.reference == "acme":
        _full(actor, customer, plan, phones)
    else:
        _desk(actor, customer, plan, phones)


def _desk(actor: Actor, customer: Customer, plan: cast.CustomerPlan, phones: Phones) -> None:
    """The main number rings at a desk of three, then at the voicemail."""
    services.create_group(
        actor=actor,
        customer=customer,
        name="Balie",
        extension="100",
        number=phones.numbers[plan.number(0)],
        settings=services.GroupSettings(wait_seconds=45, overflow=_at("999")),
        members=phones.lines[:3],
    )


def _full(actor: Actor, customer: Customer, plan: cast.CustomerPlan, phones: Phones) -> None:
    """Press 1 for sales, 2 for support, 9 or nothing for reception. Support has no overflow: something for the page to find."""
    reception = services.create_group(
        actor=actor,
        customer=customer,
        name="Receptie",
        extension="209",
        settings=services.GroupSettings(wait_seconds=25, overflow=_at("999")),
        members=phones.lines[3:5],
    )
    services.create_group(
        actor=actor,
        customer=customer,
        name="Verkoop",
        extension="101",
        number=phones.numbers[plan.number(1)],
        settings=services.GroupSettings(wait_seconds=30, overflow=Target(dialable=reception.dialable)),
        members=phones.lines[5:8],
    )
    services.create_group(
        actor=actor,
        customer=customer,
        name="Support",
        extension="102",
        number=phones.numbers[plan.number(2)],
        settings=services.GroupSettings(policy=HuntGroup.Policy.REGULAR, rings=3),
        members=phones.lines[8:10],
    )
    menu = services.create_attendant(
        actor=actor, customer=customer, name="Welkomstmenu", extension="200", number=phones.numbers[plan.number(0)]
    )
    transfer = MenuKey.Action.TRANSFER_WITHOUT_PROMPT
    services.set_menu(
        actor=actor,
        attendant=menu,
        moment=Menu.Moment.BUSINESS,
        greeting="Welkom bij Van Dijk",
        keys={
            "1": services.KeySettings(action=transfer, target=_at("101"), description="Verkoop"),
            "2": services.KeySettings(action=transfer, target=_at("102"), description="Support"),
            "9": services.KeySettings(
                action=MenuKey.Action.TRANSFER_TO_OPERATOR, target=_at("209"), description="Receptie"
            ),
        },
    )


def _at(extension: str) -> Target:
    return Target(dialable=Dialable.objects.get(extension=extension))

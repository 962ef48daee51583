"""An exchange for Acme, made by the services: a main number with a menu, two groups, three people, a voicemail."""

import pytest
from django.test import Client

from accounts.access import Actor, Door, Role, system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from pbx import services
from pbx.models import ExchangeSettings
from pbx.services import GroupSettings, KeySettings
from telephony.hours import PeriodRow
from telephony.models import Line, PhoneNumber
from telephony.selectors import Target
from telephony.services import add_number_range, create_dutch_holidays, create_schedule

MAIN = "+31887654000"
OFFICE = PeriodRow(frozenset(range(5)), 510, 1050)


@pytest.fixture
def actor(alice: User, acme: Customer) -> Actor:
    return Actor(user=alice, customer=acme, roles=frozenset(Role), door=Door.PAGE)


def build_exchange(customer: Customer, first: str = MAIN) -> ExchangeSettings:
    """Inside the customer's door."""
    actor = system(customer)
    add_number_range(actor=actor, customer=customer, first=first, last=f"{first[:-2]}09")
    numbers = list(PhoneNumber.objects.order_by("e164"))
    people = {
        extension: services.create_person(
            actor=actor, customer=customer, name=name, extension=extension, number=numbers[index]
        )
        for index, (extension, name) in enumerate(
            [("103", "Mehmet Kaya"), ("104", "Lisa de Boer"), ("209", "Fatima El Idrissi")], start=3
        )
    }
    box = services.create_voicemail(
        actor=actor, customer=customer, name="Bedrijf Voicemail", extension="999", mail_to="info@acme.example"
    )
    sales = services.create_group(
        actor=actor,
        customer=customer,
        name="Verkoop",
        extension="101",
        settings=GroupSettings(wait_seconds=30, overflow=Target(dialable=people["209"].dialable)),
        members=[people["103"], people["104"]],
    )
    support = services.create_group(
        actor=actor,
        customer=customer,
        name="Support",
        extension="102",
        settings=GroupSettings(policy="regular"),
        members=[people["104"], people["103"]],
    )
    schedule = create_schedule(actor=actor, customer=customer, name="Werktijden", periods=[OFFICE])
    holidays = create_dutch_holidays(actor=actor, customer=customer, name="Feestdagen NL", years=[2026, 2027])
    attendant = services.create_attendant(
        actor=actor, customer=customer, name="Welkomstmenu", number=numbers[0], schedule=schedule, holidays=holidays
    )
    services.set_menu(
        actor=actor,
        attendant=attendant,
        moment="business",
        greeting="Welkom bij Acme",
        keys={
            "1": KeySettings(action="transfer_with_prompt", target=Target(dialable=sales.dialable)),
            "2": KeySettings(action="transfer_without_prompt", target=Target(dialable=support.dialable)),
            "9": KeySettings(action="transfer_to_operator", target=Target(dialable=people["209"].dialable)),
        },
    )
    settings = services.start_exchange(actor=actor, customer=customer, company_number=numbers[0])
    return services.change_night(
        actor=actor,
        settings=settings,
        mode="auto",
        target=Target(dialable=box.dialable),
        schedule=schedule,
        holidays=holidays,
    )


@pytest.fixture
def acme_exchange(acme: Customer) -> ExchangeSettings:
    with tenant(acme):
        return build_exchange(acme)


@pytest.fixture
def birch_exchange(birch: Customer) -> ExchangeSettings:
    with tenant(birch):
        return build_exchange(birch, "+31887655000")


def line(extension: str) -> Line:
    """Inside the customer's door."""
    return Line.objects.select_related("dialable").get(dialable__extension=extension)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client

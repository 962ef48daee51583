"""Lines and a desk phone of Acme, made by the services as an owner would."""

import pytest
from django.test import Client

from accounts.access import Actor, Role, system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.models import HolidaySchedule, Line, PhoneNumber

T46U = "249ad80a46b3"


@pytest.fixture
def owner(alice: User, acme: Customer) -> Actor:
    """Alice at work in her own customer."""
    return Actor(user=alice, customer=acme, roles=frozenset(Role), door=system().door)


@pytest.fixture
def numbers(acme: Customer) -> list[PhoneNumber]:
    """Ten numbers of Acme that reach nobody yet."""
    with tenant(acme):
        made = services.add_number_range(actor=system(acme), customer=acme, first="+31887654000", last="+31887654009")
        return list(made.numbers.order_by("e164"))


@pytest.fixture
def sanne(acme: Customer, bob: User, numbers: list[PhoneNumber]) -> Line:
    """Bob's own line: extension 121 and a number."""
    with tenant(acme):
        return services.create_line(
            actor=system(acme),
            customer=acme,
            display_name="Sanne Bakker",
            extension="121",
            number=numbers[1],
            user=bob,
        )


@pytest.fixture
def sales(acme: Customer) -> Line:
    """A second line, without a number."""
    with tenant(acme):
        return services.create_line(actor=system(acme), customer=acme, display_name="Verkoop", extension="101")


@pytest.fixture
def phone(acme: Customer, sanne: Line) -> services.NewDevice:
    """A Yealink T46U that carries Sanne's line."""
    with tenant(acme):
        return services.create_device(
            actor=system(acme), customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B3", lines=[sanne]
        )


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """Alice at a browser."""
    client.force_login(alice)
    return client


@pytest.fixture
def employee(bob: User) -> Client:
    """Bob at a browser of his own."""
    one = Client()
    one.force_login(bob)
    return one


@pytest.fixture
def feestdagen(acme: Customer) -> HolidaySchedule:
    """A list of Acme's that is kept up to date, with four years in it."""
    with tenant(acme):
        return services.create_dutch_holidays(
            actor=system(acme), customer=acme, name="Feestdagen", years=range(2026, 2030), keep=True
        )

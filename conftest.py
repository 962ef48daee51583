"""Test set-up: one cluster a run, a migrated template database, a copy of it for each worker, and the cast."""

import os
import socket
from collections.abc import Generator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as project
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from hypothesis import settings as properties
from psycopg import sql
from pytest_django import DjangoDbBlocker, Settings

from accounts.access import OWNER
from accounts.models import Brand, BrandHost, Customer, Membership, Partner, User
from portal.logs import logged_as
from portal.roles import close_to_public
from tests import programs

TEMPLATE = "centrale_template"
PASSWORD = "correct-horse-battery"

properties.register_profile("unhurried", deadline=None)  # a slow machine is no defect
properties.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a program that this machine lacks."""
    programs.leave_out(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip for any other reason fails, and under CI every skip does."""
    report = yield
    allowed = any(item.get_closest_marker(mark) is not None for mark in programs.missing())
    if report.skipped and (os.environ.get("CI") == "true" or not allowed):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what this machine could not test."""
    for mark, why in programs.missing().items():
        terminalreporter.write_line(f"Left out: tests marked {mark}, because {why}.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Migrate the template once a run as the owner, then give this process a copy of it."""
    name = f"centrale_test_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    with django_db_blocker.unblock(), psycopg.connect(project.DATABASE_OWNER_URL, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(1)")
        if owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone() is None:
            _create(owner, f"{TEMPLATE}_half")
            _use(f"{TEMPLATE}_half")
            call_command("migrate", verbosity=0)
            connections["default"].close()
            # Only a finished template has the name that others look for.
            owner.execute(f"ALTER DATABASE {TEMPLATE}_half RENAME TO {TEMPLATE}")
        _create(owner, name, TEMPLATE)
        owner.execute("SELECT pg_advisory_unlock(1)")
        _use(name)
        yield
        connections["default"].close()


def _create(owner: psycopg.Connection, name: str, template: str = "template1") -> None:
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    close_to_public(owner, name)


def _use(name: str) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = project.DATABASES["default"]["NAME"] = name


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """For whom a test works stays in the test."""
    with logged_as(request_id=""):
        yield


@pytest.fixture(autouse=True)
def _own_cache(request: pytest.FixtureRequest) -> None:
    """A test that uses the database starts with an empty cache; each worker has its own."""
    marked = request.node.get_closest_marker("django_db") is not None
    if marked or "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


class Mailbox:
    """What a real SMTP server on this machine received."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's name
        self.messages.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """Mail of this test goes over SMTP to a server that keeps it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": controller.port, "timeout": 5},
        }
    }
    yield box
    controller.stop()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- the cast: see docs/developers.md ---


@pytest.fixture
def provider(db: None) -> Brand:
    """The provider's own brand, on localhost and on Django's test host."""
    brand = Brand.objects.create(name="Centrale", sender="noreply@centrale.example", is_default=True, mark="cradle")
    BrandHost.objects.create(brand=brand, host="testserver")
    return brand


def _partner(name: str, host: str, colour: str) -> Partner:
    brand = Brand.objects.create(name=name, sender=f"noreply@{host}", colour=colour)
    BrandHost.objects.create(brand=brand, host=host)
    return Partner.objects.create(name=name, brand=brand)


@pytest.fixture
def north(provider: Brand) -> Partner:
    return _partner("North ICT", "north.localhost", "#7A2A68")


@pytest.fixture
def south(provider: Brand) -> Partner:
    return _partner("South ICT", "south.localhost", "#1A6B3B")


@pytest.fixture
def acme(north: Partner) -> Customer:
    return Customer.objects.create(
        reference="acme", name="Acme", partner=north, street="Dorpsstraat 1", postcode="5011 AA", city="Tilburg"
    )


@pytest.fixture
def birch(north: Partner) -> Customer:
    return Customer.objects.create(
        reference="birch", name="Birch", partner=north, street="Kerkweg 2", postcode="4811 AB", city="Breda"
    )


def _person(name: str, **place: object) -> User:
    user = User.objects.create_user(
        username=name, email=f"{name}@example.com", password=PASSWORD, first_name=name.title(), last_name="Test"
    )
    Membership.objects.create(user=user, **place)
    return user


def _every_role() -> dict[str, bool]:
    return dict.fromkeys(OWNER, True)


@pytest.fixture
def alice(acme: Customer) -> User:
    """Owns Acme."""
    return _person("alice", customer=acme, **_every_role())


@pytest.fixture
def bob(acme: Customer) -> User:
    """Works at Acme and has no role there."""
    return _person("bob", customer=acme)


@pytest.fixture
def carol(birch: Customer) -> User:
    """Owns Birch, another customer."""
    return _person("carol", customer=birch, **_every_role())


@pytest.fixture
def dave(north: Partner) -> User:
    """Partner of Acme and Birch."""
    return _person("dave", partner=north, **_every_role())


@pytest.fixture
def erik(south: Partner) -> User:
    """Another partner, of neither."""
    return _person("erik", partner=south, **_every_role())


@pytest.fixture
def olga(provider: Brand) -> User:
    """The provider's operator."""
    return _person("olga", operates=True)

from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from pbx import services
from pbx.models import ExchangeSettings
from pbx.routing import features, route, shapes
from pbx.selectors import load_exchange
from pbx.tests.conftest import MAIN, line
from portal.lib.numbers import Block
from telephony.selectors import Target
from telephony.services import change_outgoing_blocks, set_features
from telephony.timetable import ZONE

DAY = datetime(2026, 11, 19, 14, 10, tzinfo=ZONE)
QUERIES = 20


def load(customer: Customer) -> shapes.Exchange:
    with tenant(customer):
        return load_exchange(customer)


def test_what_the_services_wrote_is_what_routing_sees(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    plan = route(load(acme), shapes.Call(MAIN, shapes.Outside(), ("2",)), DAY)
    assert [step.rule for step in plan.steps] == [
        "received_main",
        "open_schedule",
        "menu_business",
        "key_transfer_without_prompt",
        "group_rings_member",
        "group_rings_member",
        "group_again",
        "group_without_overflow",
    ]


def test_at_night_and_on_holidays_the_voicemail_answers(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    exchange = load(acme)
    for at in (DAY.replace(hour=22), datetime(2026, 12, 25, 11, tzinfo=ZONE)):
        assert route(exchange, shapes.Call(MAIN), at).outcome is shapes.Outcome.VOICEMAIL


def test_a_number_keeps_its_owner_and_a_free_one_has_none(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    exchange = load(acme)
    assert exchange.numbers["+31887654009"] is None
    assert exchange.label(features.Target(number="+31887654003")) == "Mehmet Kaya (103)"


def test_the_features_of_a_line_and_the_blocks_of_the_company_are_seen(
    acme: Customer, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        set_features(
            actor=system(acme),
            line=line("209"),
            hide_caller_id=True,
            call_waiting=False,
            forward_always=True,
            forward_to=Target(external="+31201234567"),
            no_answer_does="voicemail",
            voicemail=True,
            mail_to="fatima@acme.example",
            rings=3,
            barred=frozenset({Block.MOBILE}),
        )
        change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset(list(Block)[:1]))
        exchange = load_exchange(acme)
    fatima = exchange.objects[exchange.extensions["209"]]
    assert isinstance(fatima, shapes.Person)
    assert (fatima.hides_number, fatima.call_waiting, fatima.forward_always) == (
        True,
        False,
        features.Target(number="+31201234567"),
    )
    assert (fatima.no_answer.voicemail, fatima.mailbox, fatima.rings, fatima.barred) == (
        True,
        features.Mailbox(mail_to="fatima@acme.example"),
        3,
        frozenset({Block.MOBILE}),
    )
    assert len(exchange.barred) == 1


def test_a_bigger_exchange_takes_no_more_queries(acme: Customer, acme_exchange: ExchangeSettings) -> None:
    counts = []
    for round_ in range(2):
        with tenant(acme), CaptureQueriesContext(connection) as queries:
            load_exchange(acme)
        counts.append(len(queries))
        with tenant(acme):
            for extension in range(300 + 20 * round_, 320 + 20 * round_):
                services.create_person(
                    actor=system(acme), customer=acme, name=f"Persoon {extension}", extension=str(extension)
                )
    assert counts == [QUERIES, QUERIES]


def test_a_customer_without_an_exchange_has_lines_that_need_no_company_number(birch: Customer) -> None:
    with tenant(birch):
        services.create_person(actor=system(birch), customer=birch, name="Carol", extension="20")
    exchange = load(birch)
    assert not exchange.needs_company_number
    assert [place.name for place in exchange.objects.values()] == ["Carol"]


def test_an_exchange_holds_nothing_of_another_customer(
    acme: Customer, birch: Customer, acme_exchange: ExchangeSettings, birch_exchange: ExchangeSettings
) -> None:
    one, two = load(acme), load(birch)
    assert not set(one.objects) & set(two.objects)
    assert not set(one.numbers) & set(two.numbers)

"""Signs of fraud from the calls of a customer: found once, mailed once, judged by who may."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from celery import current_app
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from accounts.audit import record
from accounts.models import Customer, Membership, Notice, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr import sign_words
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud_tasks import find_fraud, look_for_fraud, mail_signs, watch_fraud
from cdr.models import CallRecord, FraudSign, Source
from cdr.selectors import signs as selectors
from cdr.services import fraud
from cdr.tests.fraud_worlds import NIGHT, actor_of, habits, raised, rows_of
from cdr.tests.worlds import ARRIVAL, FORWARD, NOW, Cells, asterisk_row, load, write
from conftest import Mailbox
from telephony.models import PhoneNumber
from telephony.selectors import Target
from telephony.services import create_line, set_features, set_forward

pytestmark = pytest.mark.django_db

CUBA = "005351234567"


@pytest.fixture(autouse=True)
def forget_what_waits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_a_burst_to_a_new_country_explains_itself_with_numbers(burst: None, acme: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    [sign] = [sign for sign in raised(acme) if sign.kind == SignKind.NEW_COUNTRY]
    with translation.override("en"):
        sentence = sign_words.sentence(sign)
    for words in ("12 calls to Morocco", "between 02:10 and 02:34", "never called there in the 30 days before", "7.80"):
        assert words in sentence


def test_the_sentence_is_dutch_for_who_reads_dutch(burst: None, acme: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    [sign] = [sign for sign in raised(acme) if sign.kind == SignKind.NEW_COUNTRY]
    with translation.override("nl"):
        assert "12 gesprekken naar Marokko" in sign_words.sentence(sign)


def test_looking_again_finds_nothing_new(burst: None, acme: Customer) -> None:
    first = fraud.find_signs(customer=acme, now=NOW)
    again = fraud.find_signs(customer=acme, now=NOW + dt.timedelta(hours=1))
    assert first
    assert again == []
    assert len(raised(acme)) == len(first)


def test_a_sign_that_grows_is_raised_once_and_keeps_up(source: Source, acme: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, [*habits(), *rows_of(3, "0021253726801", NIGHT)], "a.csv"), source)
    assert fraud.find_signs(customer=acme, now=NOW) == []
    load(write(tmp_path, rows_of(9, "0021253726801", NIGHT + dt.timedelta(hours=1), name="more"), "b.csv"), source)
    [sign] = fraud.find_signs(customer=acme, now=NOW)
    assert (sign.kind, sign.calls) == (SignKind.NEW_COUNTRY, 12)


def test_a_judged_sign_stays_as_it_was(
    burst: None, source: Source, acme: Customer, tmp_path: Path, alice: User
) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        fraud.judge(actor=actor_of(alice, acme), sign=sign, judgement=Judgement.FALSE, note="our own trip")
    load(write(tmp_path, rows_of(9, "0021253726801", NIGHT + dt.timedelta(hours=1), name="more"), "b.csv"), source)
    fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        sign.refresh_from_db()
    assert (sign.judgement, sign.note, sign.calls) == (Judgement.FALSE, "our own trip", 12)


def test_a_call_that_was_booked_back_is_no_call(burst: None, source: Source, acme: Customer) -> None:
    with tenant(acme):
        before = selectors.history(dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert len(before.calls) == 12
    assert sum(one.calls for one in before.reached) == 12
    with crossing(Crossing.INGEST):
        from_table = CallRecord.objects.filter(customer=acme, call_type=3)[0]
        from_table.leg, from_table.revision, from_table.id = 3, 1, from_table.id + 100_000
        from_table.seconds, from_table.micros = -from_table.seconds, -(from_table.micros or 0)
        from_table.save(force_insert=True)
    with tenant(acme):
        after = selectors.history(dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert len(after.calls) == 11
    assert sum(one.calls for one in after.reached) == 11


def test_another_customer_has_no_part_in_it(burst: None, acme: Customer, birch: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    assert fraud.find_signs(customer=birch, now=NOW) == []
    assert raised(birch) == []


def test_a_forward_to_abroad_is_raised_with_who_set_it(source: Source, acme: Customer, alice: User) -> None:
    actor = actor_of(alice, acme)
    with tenant(acme):
        number = PhoneNumber.objects.create(customer=acme, e164="+31887654121")
        line = create_line(actor=actor, customer=acme, display_name="Sanne", extension="121", number=number)
        set_forward(actor=actor, line=line, on=True, target=Target(external="+5351234567"))
    [sign] = fraud.find_signs(customer=acme)
    assert (sign.kind, sign.calls) == (SignKind.FORWARD, 0)
    with translation.override("en"):
        assert "Alice Test let Sanne" in sign_words.sentence(sign)
        assert "a number in Cuba" in sign_words.sentence(sign)
    assert fraud.find_signs(customer=acme) == []


def test_the_calls_of_a_forward_to_abroad_are_those_of_its_own_line(
    source: Source, acme: Customer, alice: User, client: Client, tmp_path: Path
) -> None:
    sanne, joost = "0887654121", "0887654123"
    arrived, left = (
        Cells({**cells, "start": "2026-11-22 12:30:00", "src": "0201112233"}) for cells in (ARRIVAL, FORWARD)
    )
    forwards = [
        row
        for call, (own, to) in enumerate(((sanne, CUBA), (joost, CUBA), (sanne, "0612345678")))
        for row in (
            asterisk_row(arrived, dst=own, unique=f"{call}.1", linked=f"{call}.1", sequence=1),
            asterisk_row(left, dst=to, unique=f"{call}.2", linked=f"{call}.1", sequence=2),
        )
    ]
    actor = actor_of(alice, acme)
    with time_machine.travel(NOW - dt.timedelta(hours=2)), tenant(acme):
        for name, own in (("Sanne", sanne), ("Joost", joost)):
            number = PhoneNumber.objects.create(customer=acme, e164=f"+31{own[1:]}")
            line = create_line(actor=actor, customer=acme, display_name=name, extension=own[-3:], number=number)
            if own == sanne:
                set_forward(actor=actor, line=line, on=True, target=Target(external="+5351234567"))
    load(write(tmp_path, forwards), source)
    [sign] = [one for one in fraud.find_signs(customer=acme, now=NOW) if one.kind == SignKind.FORWARD]
    with tenant(acme):
        assert [call.other for call in selectors.calls_of(sign)] == ["+5351234567"]
    client.force_login(alice)
    [group] = client.get(sign_words.calls_address(sign)).context["groups"]
    assert [(line.own, line.call.other) for line in group.lines] == [("Sanne", "+5351234567")]


@pytest.mark.parametrize(("prefix", "asked"), [("+", ""), ("short:", ""), ("+5351", "+5351"), ("short:18", "18")])
def test_a_sign_links_to_numbers_only_by_digits_that_they_have_in_common(prefix: str, asked: str) -> None:
    sign = FraudSign(kind=SignKind.PARALLEL, start=NOW, end=NOW, facts={"prefix": prefix})
    query = QueryDict(sign_words.calls_address(sign).partition("?")[2])
    assert (query.get("callee", ""), query["seconds_max"]) == (asked, "300")


def test_a_forward_that_is_off_again_is_no_sign(source: Source, acme: Customer, alice: User) -> None:
    actor = actor_of(alice, acme)
    with tenant(acme):
        line = create_line(actor=actor, customer=acme, display_name="Sanne", extension="121")
        set_forward(actor=actor, line=line, on=False, target=Target(external="+5351234567"))
    assert fraud.find_signs(customer=acme) == []


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
def test_a_forward_to_abroad_in_one_case_is_raised_too(source: Source, acme: Customer, alice: User, case: str) -> None:
    with tenant(acme):
        line = create_line(actor=actor_of(alice, acme), customer=acme, display_name="Sanne", extension="121")
        to = {f"{case}_does": "forward", f"{case}_to": Target(external="+5351234567")}
        set_features(actor=actor_of(alice, acme), line=line, **to)
    assert [sign.kind for sign in fraud.find_signs(customer=acme)] == [SignKind.FORWARD]


def test_a_forward_of_the_exchange_to_abroad_is_seen_too(source: Source, acme: Customer, alice: User) -> None:
    with tenant(acme):
        number = PhoneNumber.objects.create(customer=acme, e164="+31887654121")
        record(actor=actor_of(alice, acme), verb="night_rule.set", obj=number, changes={"target": ("", "+5351234567")})
    assert [sign.kind for sign in fraud.find_signs(customer=acme)] == [SignKind.FORWARD]


# --- mail and work behind the scenes ---


def test_readers_are_mailed_once_in_their_language(
    burst: None, acme: Customer, alice: User, bob: User, mailbox: Mailbox
) -> None:
    Membership.objects.filter(user=alice).update(mails_voip_usage=True)
    keys = [sign.pk for sign in fraud.find_signs(customer=acme, now=NOW)]
    assert mail_signs(acme.pk, keys, alice.pk)
    assert not mail_signs(acme.pk, keys, bob.pk)
    [message] = mailbox.messages
    text = message.get_content()
    assert "Marokko" in text
    assert "/calls/signs/" in text


def test_readers_are_told_in_the_portal_once(burst: None, acme: Customer, alice: User, bob: User) -> None:
    Membership.objects.filter(user=alice).update(mails_voip_usage=True)
    for _twice in range(2):
        fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        [notice] = Notice.objects.all()
    assert (notice.user, notice.kind, notice.link) == (alice, "fraud.signs", "/calls/signs/")


def test_signs_of_another_customer_are_never_mailed(burst: None, acme: Customer, carol: User, birch: Customer) -> None:
    Membership.objects.filter(user=carol).update(mails_voip_usage=True)
    keys = [sign.pk for sign in fraud.find_signs(customer=acme, now=NOW)]
    assert not mail_signs(birch.pk, keys, carol.pk)


def test_many_loads_queue_one_look(acme: Customer, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        look_for_fraud([acme.pk])
        look_for_fraud([acme.pk])
    assert len(callbacks) == 1


def test_a_look_that_began_lets_the_next_one_queue(acme: Customer, django_capture_on_commit_callbacks: object) -> None:
    look_for_fraud([acme.pk])
    find_fraud(acme.pk)
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        look_for_fraud([acme.pk])
    assert len(callbacks) == 1


def test_loading_a_file_asks_for_a_look(
    source: Source, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        load(write(tmp_path, habits()), source)
    assert len(callbacks) == 1
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        load(write(tmp_path, habits()), source)
    assert callbacks == []


def test_beat_looks_at_customers_with_calls(source: Source, tmp_path: Path, acme: Customer) -> None:
    assert watch_fraud() == 0
    assert "cdr.tasks.watch_fraud" in {entry["task"] for entry in current_app.conf.beat_schedule.values()}

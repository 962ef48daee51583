"""Desk phones fetch their configuration; nobody else learns anything."""

import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.memory import gate
from telephony.models import Line, ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning.digest import NONCE_LIFETIME
from telephony.services import NewDevice
from telephony.tasks import store_phone_events
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, challenges, nonce_of, taken

FILE = f"/provision/{T46U}.cfg"


@pytest.fixture
def yealink(phone: NewDevice) -> Phone:
    return Phone(phone.device.login, phone.password)


def test_a_phone_gets_its_configuration_after_digest(yealink: Phone, sanne: Line) -> None:
    response = yealink.fetch(FILE)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    lines = response.content.decode().splitlines()
    assert lines[0] == "#!version:1.0.0.1"
    assert f"account.1.user_name = {sanne.sip_user}" in lines
    assert "account.1.sip_server.1.address = sip.centrale.example" in lines
    assert "lang.gui = Dutch" in lines
    assert f"static.auto_provision.server.password = {yealink.password}" in lines


def test_the_old_digest_without_qop_is_accepted_once_a_nonce(yealink: Phone) -> None:
    assert yealink.fetch(FILE, qop=False).status_code == 200
    again = yealink.ask(FILE, authorization=yealink.last)
    assert again.status_code == 401
    assert "stale=true" in challenges(again)[0]


def test_a_captured_header_opens_nothing_and_a_risen_count_does(yealink: Phone) -> None:
    nonce = nonce_of(yealink.ask(FILE))
    first = yealink.digest(nonce, FILE)
    assert yealink.ask(FILE, authorization=first).status_code == 200
    replayed = yealink.ask(FILE, authorization=first)
    assert replayed.status_code == 401
    assert "stale=true" in challenges(replayed)[0]
    assert yealink.ask(FILE, authorization=yealink.digest(nonce, FILE, nc="00000002")).status_code == 200


def test_a_header_for_one_address_opens_no_other(yealink: Phone) -> None:
    header = yealink.digest(nonce_of(yealink.ask(FILE)), "/provision/phonebook.xml")
    assert yealink.ask(FILE, authorization=header).status_code == 401


def test_a_nonce_of_five_minutes_ago_is_stale(yealink: Phone) -> None:
    with time_machine.travel("2026-11-22T03:00:00Z", tick=False) as clock:
        header = yealink.digest(nonce_of(yealink.ask(FILE)), FILE)
        clock.shift(NONCE_LIFETIME)
        late = yealink.ask(FILE, authorization=header)
    assert late.status_code == 401
    assert "stale=true" in challenges(late)[0]


def test_basic_is_offered_after_digest_and_accepted_over_https_only(yealink: Phone) -> None:
    assert [scheme.split()[0] for scheme in challenges(yealink.ask(FILE))] == ["Digest"]
    assert yealink.ask(FILE, authorization=yealink.basic()).status_code == 401
    yealink.secure = True
    assert [scheme.split()[0] for scheme in challenges(yealink.ask(FILE))] == ["Digest", "Basic"]
    assert yealink.ask(FILE, authorization=yealink.basic()).status_code == 200


def test_head_says_the_length_and_sends_nothing(yealink: Phone) -> None:
    length = len(yealink.fetch(FILE).content)
    response = yealink.fetch(FILE, method="HEAD")
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(length), b"")


def test_an_unchanged_configuration_is_not_sent_again(yealink: Phone) -> None:
    etag = yealink.fetch(FILE)["ETag"]
    response = yealink.fetch(FILE, If_None_Match=etag)
    assert (response.status_code, response.content) == (304, b"")
    assert yealink.fetch(FILE, If_None_Match='"something-else"').status_code == 200


def test_a_change_of_the_line_gives_another_answer_at_once(yealink: Phone, sanne: Line, acme: Customer) -> None:
    etag = yealink.fetch(FILE)["ETag"]
    with tenant(acme):
        services.set_features(actor=system(acme), line=sanne, hide_caller_id=True, call_waiting=False)
    response = yealink.fetch(FILE, If_None_Match=etag)
    assert response.status_code == 200
    assert b"account.1.anonymous_call = 1" in response.content


def test_after_a_new_password_the_old_one_opens_nothing(yealink: Phone, phone: NewDevice, acme: Customer) -> None:
    with tenant(acme):
        renewed = services.make_new_password(actor=system(acme), device=phone.device)
    assert yealink.fetch(FILE).status_code == 401
    assert Phone(renewed.device.login, renewed.password).fetch(FILE).status_code == 200


def test_a_released_phone_gets_nothing(yealink: Phone, phone: NewDevice, acme: Customer) -> None:
    with tenant(acme):
        services.release_device(actor=system(acme), device=phone.device)
    assert yealink.fetch(FILE).status_code == 401
    assert not ProvisioningAnswer.objects.exists()


# --- the one 401 ---

VARYING = re.compile(r'nonce="[^"]{43}"')


def face(response: object) -> tuple[object, ...]:
    """Everything of an answer that may not differ: the values of nonce, Date and request id may."""
    headers = [
        (name, VARYING.sub("nonce", value) if name == "WWW-Authenticate" else value)
        for name, value in response.items()  # type: ignore[attr-defined]
        if name not in {"Date", "X-Request-ID"}
    ]
    lengths = [(name, len(value)) for name, value in response.items()]  # type: ignore[attr-defined]
    return response.status_code, headers, lengths, response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("secure", [False, True])
def test_every_refusal_looks_the_same(yealink: Phone, birch: Customer, secure: bool) -> None:
    with tenant(birch):
        line = services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
        foreign = services.create_device(
            actor=system(birch), customer=birch, model_code="yealink-t54w", mac="805ec00a54b7", lines=[line]
        )
    wrong, unknown = Phone(yealink.username, "wrong"), Phone("nobody-at-all", "wrong")
    for one in (yealink, wrong, unknown):
        one.secure = secure
    paths = [FILE, "/provision/001565ffffff.cfg", f"/provision/{foreign.device.mac}.cfg", "/provision/phonebook.xml"]
    unknown.address = "2001:db8::7"  # so that nobody is slowed down while we look
    faces = [face(yealink.ask(path)) for path in paths]
    faces += [face(yealink.ask(FILE, User_Agent=agent)) for agent in ("", "curl/8.5.0")]
    faces += [face(one.fetch(path)) for path in paths for one in (wrong, unknown)]
    faces += [face(yealink.ask(FILE, authorization=header)) for header in ("Digest x", "Bearer y", "Basic !")]
    if secure:
        wrong.address = "198.51.100.4"
        unknown.address = "198.51.100.5"
        faces += [face(one.ask(path, authorization=one.basic())) for path in paths for one in (wrong, unknown)]
    assert len({repr(shown) for shown in faces}) == 1


def test_with_a_right_login_every_other_phone_is_absent_known_or_not(yealink: Phone, birch: Customer) -> None:
    with tenant(birch):
        line = services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
        services.create_device(
            actor=system(birch), customer=birch, model_code="yealink-t54w", mac="805ec00a54b7", lines=[line]
        )
    found = []
    for path in ("/provision/805ec00a54b7.cfg", "/provision/001565ffffff.cfg"):
        header = yealink.digest(nonce_of(yealink.ask(path)), path)
        with CaptureQueriesContext(connection) as captured:
            response = yealink.ask(path, authorization=header)
        assert response.status_code == 404
        found.append(repr((face(response), [query["sql"] for query in captured])))
    assert len(set(found)) == 1


def test_asking_for_other_phones_is_slowed_down_like_guessing(yealink: Phone) -> None:
    asked = [yealink.fetch("/provision/001565ffffff.cfg").status_code for _ in range(12)]
    assert asked == [404] * 10 + [429] * 2


def queries(phone: Phone, path: str, authorization: str = "") -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert phone.ask(path, authorization=authorization).status_code == 401
    return [query["sql"] for query in captured]


def test_a_challenge_touches_no_database(yealink: Phone) -> None:
    for path in (FILE, "/provision/001565ffffff.cfg", "/provision/phonebook.xml"):
        assert queries(yealink, path) == []


def test_a_refusal_asks_for_the_claimed_name_only(yealink: Phone) -> None:
    wrong = Phone(yealink.username, "wrong")
    asked = [
        queries(wrong, path, wrong.digest(nonce_of(wrong.ask(path)), path))
        for path in (FILE, "/provision/001565ffffff.cfg", "/provision/phonebook.xml")
    ]
    assert len({repr(found) for found in asked}) == 1
    assert len(asked[0]) == 1
    unknown = Phone("x" * len(yealink.username), "wrong")
    path = "/provision/001565ffffff.cfg"
    other = queries(unknown, path, unknown.digest(nonce_of(unknown.ask(path)), path))
    assert [sql.replace(unknown.username, yealink.username) for sql in other] == asked[0]


def test_a_stored_answer_costs_one_query(yealink: Phone) -> None:
    header = yealink.digest(nonce_of(yealink.ask(FILE)), FILE)
    with CaptureQueriesContext(connection) as captured:
        assert yealink.ask(FILE, authorization=header).status_code == 200
    assert len(captured) == 1


# --- guessing ---


def test_guessing_a_name_is_slowed_down_from_that_address_only(yealink: Phone) -> None:
    wrong = Phone(yealink.username, "wrong")
    assert [wrong.fetch(FILE).status_code for _ in range(12)] == [401] * 10 + [429] * 2
    assert yealink.fetch(FILE).status_code == 429
    yealink.address = "192.0.2.99"
    assert yealink.fetch(FILE).status_code == 200


def test_an_unknown_name_is_slowed_down_just_so(yealink: Phone) -> None:
    unknown = Phone("nobody", "wrong")
    assert [unknown.fetch(FILE).status_code for _ in range(12)] == [401] * 10 + [429] * 2


def test_a_good_login_clears_what_went_before(yealink: Phone) -> None:
    wrong = Phone(yealink.username, "wrong")
    for _ in range(3):
        assert [wrong.fetch(FILE).status_code for _ in range(8)] == [401] * 8
        assert yealink.fetch(FILE).status_code == 200


def test_many_phones_behind_one_address_are_normal(yealink: Phone) -> None:
    for number in range(100):
        assert Phone(f"other-{number}", "wrong").fetch(FILE).status_code == 401
    assert yealink.fetch(FILE).status_code == 200
    assert Phone("one-more", "wrong").fetch(FILE).status_code == 429


def test_a_challenge_without_credentials_is_never_slowed_down(yealink: Phone) -> None:
    assert {yealink.ask(FILE).status_code for _ in range(150)} == {401}


# --- the rest of what phones ask ---


def test_the_common_file_needs_no_login_and_holds_no_secret(yealink: Phone) -> None:
    response = yealink.ask("/provision/y000000000108.cfg")
    assert response.status_code == 200
    assert response.content.startswith(b"#!version:1.0.0.1\nlang.gui = Dutch\n")
    assert b"account" not in response.content
    assert yealink.ask("/provision/y000000000999.cfg").status_code == 404


def test_a_file_that_a_yealink_never_asks_is_absent_after_login(yealink: Phone) -> None:
    assert yealink.fetch(f"/provision/cfg{T46U}.xml").status_code == 404


def test_no_page_no_redirect_and_no_slash_is_added(yealink: Phone) -> None:
    for path in ("/provision", "/provision/", "/provision/languages/x.xml", "/provision/a%0Ab.cfg"):
        response = yealink.ask(path)
        assert response.status_code == 404
        assert response.content == b"404 Not Found\n"


def test_without_its_memory_the_door_stays_shut_and_says_come_back(yealink: Phone, settings: Settings) -> None:
    broken = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = settings.CACHES | {"default": broken}
    response = yealink.fetch(FILE)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response.content == b"503 Service Unavailable\n"


# --- what is told afterwards ---


def test_what_a_phone_did_is_in_its_history(yealink: Phone, phone: NewDevice, acme: Customer) -> None:
    etag = yealink.fetch(FILE)["ETag"]
    yealink.fetch(FILE, If_None_Match=etag)
    Phone(yealink.username, "wrong").fetch(FILE)
    yealink.fetch("/provision/001565ffffff.cfg")
    Phone("nobody", "wrong").fetch(FILE)
    assert store_phone_events() == 4
    assert store_phone_events() == 0
    with tenant(acme):
        told = [
            (event.outcome, event.address, event.firmware, event.device_id)
            for event in ProvisioningEvent.objects.order_by("pk")
        ]
    where = ("192.0.2.10", "108.86.0.20", phone.device.pk)
    assert told == [(outcome, *where) for outcome in ("fetched", "unchanged", "refused", "foreign")]


def test_the_stored_answer_and_the_queue_hold_no_secret_in_the_clear(yealink: Phone, sanne: Line) -> None:
    yealink.fetch(FILE)
    answer = ProvisioningAnswer.objects.get()
    kept = " ".join(str(value) for value in vars(answer).values())
    assert yealink.password not in kept
    assert sanne.sip_user not in kept
    assert yealink.password not in repr(taken(gate().events))


def test_the_phone_facing_role_reads_what_stands_ready_for_phones_and_nothing_else(db: None) -> None:
    rights = """
        SELECT relname, privilege FROM pg_class,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
            AND has_table_privilege('centrale_provision', pg_class.oid, privilege)
    """
    with connection.cursor() as cursor:
        cursor.execute(rights)
        assert sorted(cursor.fetchall()) == [
            ("telephony_keptsettings", "SELECT"),
            ("telephony_phonebook", "SELECT"),
            ("telephony_provisioninganswer", "SELECT"),
        ]

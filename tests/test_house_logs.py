"""What a log line holds, and what it never does."""

import json
import logging
import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from portal.logs import (
    ContextFilter,
    JsonFormatter,
    RequestIdMiddleware,
    logged_as,
    request_id,
    scrub,
    set_customer,
    set_user,
)


def _line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("tests").makeRecord(
        "tests", logging.INFO, __file__, 1, message, arguments, None, extra=dict(extra)
    )
    ContextFilter().filter(record)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    whole: dict[str, object] = json.loads(line)
    return whole


def test_a_line_names_request_user_and_customer() -> None:
    with logged_as(request_id="abc123abc123"):
        set_user(7)
        set_customer("acme")
        line = _line("loaded %d rows", 3)
    assert line["message"] == "loaded 3 rows"
    assert (line["level"], line["logger"]) == ("INFO", "tests")
    assert (line["request_id"], line["user_id"], line["customer"]) == ("abc123abc123", 7, "acme")
    assert str(line["time"]).endswith("+00:00")


def test_after_the_work_its_names_are_gone() -> None:
    with logged_as(request_id="abc123abc123", user_id=7, customer="acme"):
        pass
    assert not {"request_id", "user_id", "customer"} & _line("later").keys()


@pytest.mark.parametrize(
    "text",
    [
        "connecting to postgresql://centrale_web:S3CRETS3CRET@/centrale?host=/run",
        "connecting to unix://:S3CRETS3CRET@/run/valkey.sock",
        "Authorization: Bearer S3CRETS3CRET",
        'Authorization: Digest username="phone", nonce="x", response="S3CRETS3CRET"',
        "{'Authorization': 'Basic S3CRETS3CRET'}",
        "Cookie: centrale_session=S3CRETS3CRET",
        "POST /accounts/login/ login=alice&password=S3CRETS3CRET&remember=on",
        "{'sip_password': 'S3CRETS3CRET', 'line': 1}",
        '{"token": "S3CRETS3CRET"}',
        "GET /invite/?token=S3CRETS3CRET HTTP/1.1",
        "SECRET_KEY=S3CRETS3CRET",
        "voicemail pin: S3CRETS3CRET",
    ],
)
def test_a_secret_in_a_text_is_hidden(text: str) -> None:
    assert "S3CRET" not in scrub(text)
    assert "S3CRET" not in json.dumps(_line("seen: %s", text))


@pytest.mark.parametrize("name", ["password", "sip_password", "token", "api_key", "authorization", "secret", "pin"])
def test_a_field_with_a_secret_name_is_hidden_however_deep(name: str) -> None:
    assert "S3CRET" not in json.dumps(_line("seen", **{name: "S3CRET"}))
    assert "S3CRET" not in json.dumps(_line("seen", details={"inner": [{name: "S3CRET"}]}))


def test_a_secret_in_a_traceback_is_hidden() -> None:
    try:
        int("password=S3CRETS3CRET")
    except ValueError:
        record = logging.getLogger("tests").makeRecord(
            "tests", logging.ERROR, __file__, 1, "failed", (), sys.exc_info()
        )
    assert "S3CRET" not in JsonFormatter().format(record)


def test_ordinary_words_stay_readable() -> None:
    for text in (
        "the password was changed",
        "token expired",
        "call of +31887654000 rated",
        "https://centrale.example/a?b=c",
    ):
        assert scrub(text) == text


@given(st.text(max_size=200))
def test_any_text_becomes_one_line_of_json(text: str) -> None:
    assert "message" in _line("%s", text + ".")


def _through(*, given_id: str | None, trusted: bool) -> tuple[str, str]:
    """The id inside the request and the one in its answer."""
    inside: list[str] = []

    def view(_: HttpRequest) -> HttpResponse:
        inside.append(request_id())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": given_id} if given_id is not None else {})
    request.from_trusted_proxy = trusted  # type: ignore[attr-defined] # set by ProxyMiddleware
    answer = RequestIdMiddleware(view)(request)
    return inside[0], answer["X-Request-ID"]


def test_each_request_gets_an_id_of_its_own() -> None:
    first, second = _through(given_id=None, trusted=True), _through(given_id=None, trusted=True)
    assert first[0] == first[1] != second[0]
    assert request_id() == ""


def test_an_id_from_a_trusted_proxy_is_kept() -> None:
    assert _through(given_id="abc123abc123", trusted=True) == ("abc123abc123", "abc123abc123")


@pytest.mark.parametrize(
    ("given_id", "trusted"), [("abc123abc123", False), ('x" injected', True), ("a" * 65, True), ("", True)]
)
def test_any_other_id_is_replaced(given_id: str, trusted: bool) -> None:
    inside, outside = _through(given_id=given_id, trusted=trusted)
    assert inside == outside != given_id
    assert len(inside) == 32

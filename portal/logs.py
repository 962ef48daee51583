"""JSON logs that say for whom: request id, user and customer of the work at hand, and never a secret."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_user_id: ContextVar[int | None] = ContextVar("user_id", default=None)
_customer: ContextVar[str] = ContextVar("customer", default="")

_HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|authorization|cookie|api_?key|private_?key|session_?key|otp|recovery_?code|"
    r"(^|_)pin$|(^|_)ha1$|nonce|credential|dsn$",
    re.IGNORECASE,
)
_SECRET_TEXT = (
    # One-time links carry their key in the path: invitations, new passwords, new addresses, phones without a login.
    (
        re.compile(
            r"(?P<keep>/(?:invitation|account/email|accounts/password/reset/key|provision/+once|softphone/linphone)/)"
            r"[^/\s\"']+"
        ),
        rf"\g<keep>{_HIDDEN}",
    ),
    # user:password@ in the address of a server
    (re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://[^\s/@:]*:)[^\s/@]+(?=@)", re.IGNORECASE), rf"\g<keep>{_HIDDEN}"),
    # Authorization: Bearer ..., whatever the scheme; Digest's parameters go to the end of the line
    (
        re.compile(
            r"(?P<keep>\b(?:authorization|proxy-authorization|cookie|set-cookie)\b['\"]?\s*[:=]\s*).+", re.IGNORECASE
        ),
        rf"\g<keep>{_HIDDEN}",
    ),
    (re.compile(r"(?P<keep>\b(?:bearer|basic|token)\s+)[a-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\g<keep>{_HIDDEN}"),
    # password=..., "token": "...", and keys of the query of a URL
    (
        re.compile(
            r"(?P<keep>\b[\w-]*(?:password|passwd|secret(?:_?key)?|token|api_?key|private_?key|session_?key|csrf\w*|otp|pin|ha1)"
            r"['\"]?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\]]+)",
            re.IGNORECASE,
        ),
        rf"\g<keep>{_HIDDEN}",
    ),
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def scrub(text: str) -> str:
    """The text with everything that looks like a secret replaced."""
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text


def _scrub_value(name: str, value: object) -> object:
    if _SECRET_NAME.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {str(key): _scrub_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrub_value("", inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub(str(value))


def set_user(user_id: int | None) -> None:
    """Name the user of the work at hand in every line that follows."""
    _user_id.set(user_id)


def set_customer(reference: str) -> None:
    """Name the customer of the work at hand in every line that follows."""
    _customer.set(reference)


def request_id() -> str:
    """The id of the request or task at hand, empty outside one."""
    return _request_id.get()


@contextmanager
def logged_as(*, request_id: str, user_id: int | None = None, customer: str = "") -> Iterator[None]:
    """Everything logged inside carries these; what was set before holds again after."""
    tokens = (_request_id.set(request_id), _user_id.set(user_id), _customer.set(customer))
    try:
        yield
    finally:
        _request_id.reset(tokens[0])
        _user_id.reset(tokens[1])
        _customer.reset(tokens[2])


def identity_of(given: str) -> str:
    """The id of a request: the one that a trusted proxy gave, if it looks like one, else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


class ContextFilter(logging.Filter):
    """Put request id, user id and customer reference on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        record.user_id = _user_id.get()
        record.customer = _customer.get()
        return True


class JsonFormatter(BaseJsonFormatter):
    """One JSON object a line; secrets are replaced in the message, the extra fields and the traceback alike."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        whole = super().process_log_record(log_data)
        # A request is an object with headers and cookies: its method and path say enough.
        request = whole.pop("request", None)
        if isinstance(request, HttpRequest):
            whole |= {"method": request.method, "path": request.path}
        return {name: _scrub_value(name, value) for name, value in whole.items() if value not in (None, "")}


class RequestIdMiddleware:
    """Give each request an id, say it in X-Request-ID and in every log line.

    An id from outside is taken only where a trusted proxy stands in front (`request.from_trusted_proxy`, set by
    ProxyMiddleware), and only if it looks like one: anything else could write lines into the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if getattr(request, "from_trusted_proxy", False) else ""
        identity = identity_of(given)
        with logged_as(request_id=identity):
            response = self.get_response(request)
            response["X-Request-ID"] = identity
            return response

"""Answers to desk phones.

Whoever has no right password gets one 401, whatever was asked: status, header names, lengths and body are the same,
and the one query goes by the name that was claimed, never by the MAC address. For right credentials every other
phone's file is absent, whether such a phone exists or not. No session, no redirect, no HTML.
"""

import functools
import hashlib
import hmac
import logging
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, cast

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from telephony import vault
from telephony.memory import gate
from telephony.models import ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning import digest
from telephony.provisioning.agents import MAX_USER_AGENT
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.digest import BasicCredentials, Credentials, NonceSigner, NonceState
from telephony.provisioning.gate import WINDOW, Attempt, Event, Verdict
from telephony.provisioning.identify import Asked, Request, identify
from telephony.provisioning.render import Rendered, render_common, serves, signpost
from telephony.services.provisioning import NTP_SERVERS

log = logging.getLogger(__name__)

TEXT: Final = "text/plain; charset=utf-8"
READS: Final = ("GET", "HEAD")
Outcome = ProvisioningEvent.Outcome


class Challenge(HttpResponse):
    """A 401 with one WWW-Authenticate header per scheme; Django itself keeps one value per header name."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        super().__init__(b"401 Unauthorized\n", status=401, content_type=TEXT)
        self._schemes = schemes

    def items(self) -> Iterator[tuple[str, str]]:
        yield from super().items()
        for scheme in self._schemes:
            yield "WWW-Authenticate", scheme


@functools.cache
def _signer() -> NonceSigner:
    return NonceSigner(hmac.digest(settings.SECRET_KEY.encode(), b"telephony.provisioning", "sha256"))


@functools.cache
def _decoy() -> ProvisioningAnswer:
    """Stands in for a name that nobody has, so that an unknown name takes the same path and work as a known one."""
    unguessable = hashlib.md5(settings.SECRET_KEY.encode(), usedforsecurity=False).hexdigest()
    return ProvisioningAnswer(
        login="\0", mac="", vendor=Vendor.GENERIC, basic_allowed=True, ha1=vault.encrypt(unguessable)
    )


@csrf_exempt
def provision(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer one request of a phone."""
    try:
        response = _answer(request, identify(path))
    except redis.RedisError:
        # Without the memory of used nonces nobody can be let in; phones keep what they have and come back.
        log.exception("provisioning cannot reach its memory")
        response = _short(503, "503 Service Unavailable")
        response["Retry-After"] = str(WINDOW)
    response["Cache-Control"] = "private, no-store"
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        response.setdefault("Content-Length", str(len(response.content)))  # old phones know no chunks
    return response


def _answer(request: HttpRequest, asked: Request) -> HttpResponse:
    if request.method not in {*READS, "PUT"}:
        return _not_allowed()
    if request.method != "PUT":
        if asked.asked is Asked.ABSENT:
            return _absent()
        if asked.asked is Asked.COMMON:
            return _common(request, asked)
    credentials = digest.parse_authorization(request.headers.get("Authorization", ""))
    if credentials is None or (isinstance(credentials, BasicCredentials) and not request.is_secure()):
        return _challenge(request)
    if not isinstance(credentials, BasicCredentials):
        state = _signer().state(credentials.nonce, int(time.time()))
        if state is not NonceState.FRESH:
            return _challenge(request, stale=state is NonceState.STALE)
    return _authorise(request, asked, credentials)


def _authorise(request: HttpRequest, asked: Request, credentials: Credentials) -> HttpResponse:
    attempt = _attempt(request, credentials)
    answer = ProvisioningAnswer.objects.filter(login=credentials.username).first() or _decoy()
    known = digest.proves(
        credentials, method=cast("str", request.method), username=answer.login, ha1=vault.decrypt(answer.ha1)
    )
    if isinstance(credentials, BasicCredentials):
        known = known and answer.basic_allowed
    else:
        known = known and digest.is_for(credentials, path=request.path, query=request.META.get("QUERY_STRING", ""))
    foreign = asked.asked is Asked.DEVICE and asked.mac != answer.mac
    if not known or foreign:
        outcome = Outcome.FOREIGN if known else Outcome.REFUSED
        log.warning("provisioning refused", extra={"address": attempt.address, "outcome": outcome.value})
        verdict = gate().refuse(attempt, _event(request, attempt, outcome))
        if verdict is Verdict.SLOWED:
            return _slow_down()
        return _absent() if foreign and known else _challenge(request)
    return _give(request, asked, attempt, answer)


def _give(request: HttpRequest, asked: Request, attempt: Attempt, answer: ProvisioningAnswer) -> HttpResponse:
    vendor = Vendor(answer.vendor)
    pointing = signpost(vendor, asked)
    offered = asked.asked is Asked.DEVICE and serves(vendor, asked)
    unchanged = offered and _has_already(request, answer.etag)
    body = vault.decrypt(answer.body).encode() if offered and not unchanged else b""
    event = _event(request, attempt, Outcome.UNCHANGED if unchanged else Outcome.FETCHED, answer.etag, len(body))
    verdict = gate().accept(attempt, event, keep=offered and request.method in READS)
    if verdict is Verdict.SLOWED:
        return _slow_down()
    if verdict is Verdict.REPLAYED:
        return _challenge(request, stale=True)
    if request.method not in READS:
        return _not_allowed()
    if pointing is not None:
        return _rendered(request, pointing)
    if not offered:
        return _absent()
    return _file(request, body, answer.content_type, answer.etag, unchanged=unchanged)


def _common(request: HttpRequest, asked: Request) -> HttpResponse:
    rendered = render_common(asked.common_code or 0, CommonConfig(NTP_SERVERS))
    if rendered is None:
        return _absent()
    return _rendered(request, rendered)


def _rendered(request: HttpRequest, rendered: Rendered) -> HttpResponse:
    unchanged = _has_already(request, rendered.etag)
    return _file(request, rendered.body, rendered.content_type, rendered.etag, unchanged=unchanged)


def _file(request: HttpRequest, body: bytes, content_type: str, etag: str, *, unchanged: bool) -> HttpResponse:
    if unchanged:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response["Content-Type"]
    else:
        response = HttpResponse(b"" if request.method == "HEAD" else body, content_type=content_type)
        response["Content-Length"] = str(len(body))
    response["ETag"] = etag
    return response


def _has_already(request: HttpRequest, etag: str) -> bool:
    given = request.headers.get("If-None-Match", "")
    return etag in [word.strip().removeprefix("W/") for word in given.split(",")]


def _attempt(request: HttpRequest, credentials: Credentials) -> Attempt:
    address = request.META.get("REMOTE_ADDR", "")
    if isinstance(credentials, BasicCredentials):
        return Attempt(address, credentials.username)
    return Attempt(address, credentials.username, credentials.nonce, credentials.count)


def _event(request: HttpRequest, attempt: Attempt, outcome: Outcome, etag: str = "", size: int = 0) -> Event:
    agent = request.headers.get("User-Agent", "")[:MAX_USER_AGENT]
    return Event(attempt.name, int(time.time()), outcome.value, attempt.address, etag, size, agent)


def _challenge(request: HttpRequest, *, stale: bool = False) -> HttpResponse:
    nonce = _signer().issue(int(time.time()))
    return Challenge(digest.challenges(nonce, stale=stale, offer_basic=request.is_secure()))


def _slow_down() -> HttpResponse:
    response = _short(429, "429 Too Many Requests")
    response["Retry-After"] = str(WINDOW)
    return response


def _not_allowed() -> HttpResponse:
    response = _short(405, "405 Method Not Allowed")
    response["Allow"] = ", ".join(READS)
    return response


def _absent() -> HttpResponse:
    return _short(404, "404 Not Found")


def _short(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type=TEXT)

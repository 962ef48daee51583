"""Answers to desk phones.

Whoever has no right password gets one 401, whatever was asked: status, header names, lengths and body are the same,
and the one query goes by the name that was claimed, never by the MAC address. For right credentials every other
phone's file is absent, whether such a phone exists or not. No session, no redirect, no HTML.
"""

import datetime as dt
import functools
import hashlib
import hmac
import json
import logging
import time
from dataclasses import replace
from enum import Enum, auto
from http import HTTPStatus
from typing import Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from telephony import vault
from telephony.memory import gate
from telephony.models import KeptSettings, PhoneBook, ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning import digest
from telephony.provisioning.agents import MAX_USER_AGENT
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.certificates import certified_mac
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.digest import BasicCredentials, Credentials, NonceSigner, NonceState
from telephony.provisioning.gate import Attempt, Event, Sent, Verdict
from telephony.provisioning.identify import Asked, Request, identify
from telephony.provisioning.phone_book import Entry, render_book
from telephony.provisioning.render import Rendered, gives_back, render_common, serves, signpost
from telephony.provisioning.vendors.base import XML
from telephony.services.provisioning import NTP_SERVERS
from telephony.views.phone_responses import (
    READS,
    Challenge,
    absent,
    file,
    has_already,
    not_allowed,
    phone_view,
    rendered_file,
    short,
    slow_down,
)

log = logging.getLogger(__name__)

WRITES: Final = ("PUT", "POST")
MAX_SENT: Final = 1 << 20  # bytes; what is larger is not read
MAX_KEPT: Final = 64 << 10  # bytes of a file that phones send: the end of a log, or settings as a whole
Outcome = ProvisioningEvent.Outcome


class Password(Enum):
    """Which of the passwords of a login was shown."""

    PRESENT = auto()
    PREVIOUS = auto()


@functools.cache
def _signer() -> NonceSigner:
    return NonceSigner(hmac.digest(settings.SECRET_KEY.encode(), b"telephony.provisioning", "sha256"))


@functools.cache
def _decoy() -> ProvisioningAnswer:
    """Stands in for a name that nobody has, so that an unknown name takes the same path and work as a known one."""
    unguessable = hashlib.md5(settings.SECRET_KEY.encode(), usedforsecurity=False).hexdigest()
    return ProvisioningAnswer(
        login="\0",
        mac="",
        vendor=Vendor.GENERIC,
        basic_allowed=True,
        ha1=vault.encrypt(unguessable),
        ha1_previous=vault.encrypt(unguessable),
        previous_until=dt.datetime.max.replace(tzinfo=dt.UTC),
    )


@csrf_exempt
@phone_view
def provision(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer one request of a phone."""
    return answer(request, identify(path))


def answer(request: HttpRequest, asked: Request) -> HttpResponse:
    """Answer a phone that asks for this."""
    if request.method in WRITES:
        if not asked.sent_name:
            return not_allowed()
    elif request.method not in READS:
        return not_allowed()
    elif asked.asked is Asked.ABSENT:
        return absent()
    elif asked.asked is Asked.COMMON:
        rendered = render_common(asked.common_code or 0, CommonConfig(NTP_SERVERS))
        return rendered_file(request, rendered) if rendered else absent()
    credentials = digest.parse_authorization(request.headers.get("Authorization", ""))
    if credentials is None and (subject := _subject(request)):
        return _by_certificate(request, asked, subject)
    if credentials is None or (isinstance(credentials, BasicCredentials) and not request.is_secure()):
        return challenge(request)
    if not isinstance(credentials, BasicCredentials):
        state = _signer().state(credentials.nonce, int(time.time()))
        if state is not NonceState.FRESH:
            return challenge(request, stale=state is NonceState.STALE)
    return _authorise(request, asked, credentials)


def _authorise(request: HttpRequest, asked: Request, credentials: Credentials) -> HttpResponse:
    attempt = _attempt(request, credentials)
    found = stored(credentials.username)
    shown = password_of(request, credentials, found)
    known = shown is not None
    if isinstance(credentials, BasicCredentials):
        known = known and found.basic_allowed
    else:
        known = known and digest.is_for(credentials, path=request.path, query=request.META.get("QUERY_STRING", ""))
    foreign = asked.mac not in ("", found.mac)
    if not known or foreign:
        outcome = Outcome.FOREIGN if known else Outcome.REFUSED
        log.warning("provisioning refused", extra={"address": attempt.address, "outcome": outcome.value})
        verdict = gate().refuse(attempt, event_of(request, attempt, outcome))
        if verdict is Verdict.SLOWED:
            return slow_down()
        return absent() if known else challenge(request)
    if request.method in WRITES:
        return _take(request, asked, attempt, newest=shown is Password.PRESENT)
    return _give(request, asked, attempt, found, newest=shown is Password.PRESENT)


def _subject(request: HttpRequest) -> str:
    """Of the certificate that a trusted proxy verified; empty for everybody else, whatever they claim."""
    if not settings.PHONE_CERTIFICATE_HEADER or not getattr(request, "from_trusted_proxy", False):
        return ""
    return request.headers.get(settings.PHONE_CERTIFICATE_HEADER, "").strip() if request.is_secure() else ""


def _by_certificate(request: HttpRequest, asked: Request, subject: str) -> HttpResponse:
    """A phone with its maker's certificate gets its own file without a password; for all others the certificate is none."""
    mac = certified_mac(subject)
    address = request.META.get("REMOTE_ADDR", "")
    found = ProvisioningAnswer.objects.filter(mac=mac).first() if mac and mac == asked.mac else None
    if found is not None:
        attempt = Attempt(address, found.login)
        if request.method in WRITES:
            return _take(request, asked, attempt, newest=False)
        return _give(request, asked, attempt, found, newest=False)
    if mac and mac == asked.mac:
        return challenge(request)  # a phone of nobody yet
    if asked.mac:
        log.warning("provisioning refused", extra={"address": address, "outcome": "certificate"})
        attempt = Attempt(address, f"certificate {mac}")
        if gate().refuse(attempt, event_of(request, attempt, Outcome.FOREIGN)) is Verdict.SLOWED:
            return slow_down()
    return challenge(request)


def password_of(request: HttpRequest, credentials: Credentials, found: ProvisioningAnswer) -> Password | None:
    """Which password of a login the credentials show, if any. Whether it has one from before costs the same."""
    method = cast("str", request.method)
    if digest.proves(credentials, method=method, username=found.login, ha1=vault.decrypt(found.ha1)):
        return Password.PRESENT
    open_still = found.previous_until is not None and found.previous_until > timezone.now()
    ha1 = vault.decrypt((found if open_still else _decoy()).ha1_previous)
    right = digest.proves(credentials, method=method, username=found.login, ha1=ha1)
    return Password.PREVIOUS if right and open_still else None


def stored(login: str) -> ProvisioningAnswer:
    """What stands ready for a login, or what nobody can open."""
    return ProvisioningAnswer.objects.filter(login=login).first() or _decoy()


def _give(
    request: HttpRequest, asked: Request, attempt: Attempt, answer: ProvisioningAnswer, *, newest: bool
) -> HttpResponse:
    vendor = Vendor(answer.vendor)
    offered = asked.asked in (Asked.DEVICE, Asked.APP) and serves(vendor, asked)
    unchanged = offered and has_already(request, answer.etag)
    body = vault.decrypt(answer.body).encode() if offered and not unchanged else b""
    event = event_of(request, attempt, Outcome.UNCHANGED if unchanged else Outcome.FETCHED, answer.etag, len(body))
    event = replace(event, newest=newest)
    closed = _closed(request, gate().accept(attempt, event, keep=offered))
    if closed is not None:
        return closed
    if offered:
        return file(request, body, answer.content_type, answer.etag, unchanged=unchanged)
    if asked.asked is Asked.BOOK:
        made = _book(vendor, answer)
    elif asked.asked is Asked.KEPT:
        made = _kept(vendor, answer, asked.sent_name)
    else:
        made = signpost(vendor, asked)
    return rendered_file(request, made) if made else absent()


def _book(vendor: Vendor, answer: ProvisioningAnswer) -> Rendered | None:
    kept = PhoneBook.objects.filter(customer_id=answer.customer_id).first()
    entries = json.loads(vault.decrypt(kept.entries)) if kept else []
    body = render_book(vendor, [Entry(name, number) for name, number in entries])
    return Rendered(body, XML) if body is not None else None


def _kept(vendor: Vendor, answer: ProvisioningAnswer, name: str) -> Rendered | None:
    if not gives_back(vendor, name):
        return None
    kept = KeptSettings.objects.filter(device_id=answer.device_id, name=name).first()
    return Rendered(vault.decrypt(kept.body).encode(), XML) if kept else None


def _take(request: HttpRequest, asked: Request, attempt: Attempt, *, newest: bool) -> HttpResponse:
    """A log or a file of settings that a phone sends: bounded, kept for its page, and given back where its maker
    expects that.
    """
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    is_log = asked.sent_name.endswith("log")
    fits = size <= (MAX_SENT if is_log else MAX_KEPT)
    body = request.read(size)[-MAX_KEPT:] if fits else b""
    text = vault.encrypt(body.decode(errors="replace")) if body else ""
    now = int(time.time())
    sent = Sent(attempt.name, now, asked.sent_name, size, text) if body else None
    event = replace(event_of(request, attempt, Outcome.SENT, size=size), newest=newest)
    closed = _closed(request, gate().accept(attempt, event, keep=sent is not None, sent=sent))
    if closed is not None:
        return closed
    return HttpResponse(status=HTTPStatus.NO_CONTENT) if fits else short(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _closed(request: HttpRequest, verdict: Verdict) -> HttpResponse | None:
    if verdict is Verdict.SLOWED:
        return slow_down()
    return challenge(request, stale=True) if verdict is Verdict.REPLAYED else None


def _attempt(request: HttpRequest, credentials: Credentials) -> Attempt:
    address = request.META.get("REMOTE_ADDR", "")
    if isinstance(credentials, BasicCredentials):
        return Attempt(address, credentials.username)
    return Attempt(address, credentials.username, credentials.nonce, credentials.count)


def event_of(
    request: HttpRequest, attempt: Attempt, outcome: Outcome, etag: str = "", size: int = 0, link: str = ""
) -> Event:
    """What is told afterwards of this request."""
    agent = request.headers.get("User-Agent", "")[:MAX_USER_AGENT]
    return Event(attempt.name, int(time.time()), outcome.value, attempt.address, etag, size, agent, link)


def challenge(request: HttpRequest, *, stale: bool = False) -> HttpResponse:
    """The one 401."""
    nonce = _signer().issue(int(time.time()))
    return Challenge(digest.challenges(nonce, stale=stale, offer_basic=request.is_secure()))

"""Answers to desk phones.

Whoever has no right password gets one 401, whatever was asked: status, header names, lengths and body are the same,
and the one query goes by the name that was claimed, never by the MAC address. For right credentials every other
phone's file is absent, whether such a phone exists or not. No session, no redirect, no HTML.
"""

import functools
import hashlib
import hmac
import json
import logging
import math
import time
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

from django.conf import settings

from telephony import stored, vault
from telephony.memory import gate
from telephony.models import KeptSettings, PhoneBook, ProvisioningEvent
from telephony.provisioning import digest
from telephony.provisioning.agents import MAX_USER_AGENT
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.certificates import certified_mac
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.digest import BasicCredentials, Credentials, NonceSigner, NonceState
from telephony.provisioning.exchange import Answer, Asking
from telephony.provisioning.gate import Attempt, Event, Sent, Verdict
from telephony.provisioning.identify import Asked, Request, identify
from telephony.provisioning.phone_book import Entry, render_book
from telephony.provisioning.render import Rendered, gives_back, render_common, serves, signpost
from telephony.provisioning.vendors.base import XML
from telephony.services.provisioning import NTP_SERVERS
from telephony.stored import Stored
from telephony.views.phone_responses import (
    READS,
    absent,
    challenged,
    file,
    has_already,
    not_allowed,
    rendered_file,
    short,
    slow_down,
    taken,
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
def _decoy() -> Stored:
    """Stands in for a name that nobody has, so that an unknown name takes the same path and work as a known one."""
    unguessable = hashlib.md5(settings.SECRET_KEY.encode(), usedforsecurity=False).hexdigest()
    return Stored(
        login="\0",
        mac="",
        vendor=Vendor.GENERIC,
        basic_allowed=True,
        ha1=vault.encrypt(unguessable),
        ha1_previous=vault.encrypt(unguessable),
        previous_until=math.inf,
        body="",
        content_type="",
        etag="",
        customer_id=0,
        device_id=0,
    )


def provision(asking: Asking) -> Answer:
    """Answer one request of a phone."""
    return give(asking, identify(asking.name))


def give(asking: Asking, asked: Request) -> Answer:
    """Answer a phone that asks for this."""
    if asking.method in WRITES:
        if not asked.sent_name:
            return not_allowed()
    elif asking.method not in READS:
        return not_allowed()
    elif asked.asked is Asked.ABSENT:
        return absent()
    elif asked.asked is Asked.COMMON:
        rendered = render_common(asked.common_code or 0, CommonConfig(NTP_SERVERS))
        return rendered_file(asking, rendered) if rendered else absent()
    credentials = digest.parse_authorization(asking.authorization)
    if credentials is None and asking.certificate:
        return _by_certificate(asking, asked)
    if credentials is None or (isinstance(credentials, BasicCredentials) and not asking.secure):
        return challenge(asking)
    if not isinstance(credentials, BasicCredentials):
        state = _signer().state(credentials.nonce, int(time.time()))
        if state is not NonceState.FRESH:
            return challenge(asking, stale=state is NonceState.STALE)
    return _authorise(asking, asked, credentials)


def _authorise(asking: Asking, asked: Request, credentials: Credentials) -> Answer:
    attempt = _attempt(asking, credentials)
    found = behind(credentials.username, asking.keeps)
    shown = password_of(asking, credentials, found)
    known = shown is not None
    if isinstance(credentials, BasicCredentials):
        known = known and found.basic_allowed
    else:
        known = known and digest.is_for(credentials, path=asking.path, query=asking.query)
    foreign = asked.mac not in ("", found.mac)
    if not known or foreign:
        outcome = Outcome.FOREIGN if known else Outcome.REFUSED
        log.warning("provisioning refused", extra={"address": attempt.address, "outcome": outcome.value})
        verdict = gate().refuse(attempt, event_of(asking, attempt, outcome))
        if verdict is Verdict.SLOWED:
            return slow_down()
        return absent() if known else challenge(asking)
    if asking.method in WRITES:
        return _take(asking, asked, attempt, newest=shown is Password.PRESENT)
    return _give(asking, asked, attempt, found, newest=shown is Password.PRESENT)


def _by_certificate(asking: Asking, asked: Request) -> Answer:
    """A phone with its maker's certificate gets its own file without a password; for all others the certificate is none."""
    mac = certified_mac(asking.certificate)
    found = stored.by_mac(mac, asking.keeps) if mac and mac == asked.mac else None
    if found is not None:
        attempt = Attempt(asking.address, found.login)
        if asking.method in WRITES:
            return _take(asking, asked, attempt, newest=False)
        return _give(asking, asked, attempt, found, newest=False)
    if mac and mac == asked.mac:
        return challenge(asking)  # a phone of nobody yet
    if asked.mac:
        log.warning("provisioning refused", extra={"address": asking.address, "outcome": "certificate"})
        attempt = Attempt(asking.address, f"certificate {mac}")
        if gate().refuse(attempt, event_of(asking, attempt, Outcome.FOREIGN)) is Verdict.SLOWED:
            return slow_down()
    return challenge(asking)


def password_of(asking: Asking, credentials: Credentials, found: Stored) -> Password | None:
    """Which password of a login the credentials show, if any. Whether it has one from before costs the same."""
    method = asking.method
    if digest.proves(credentials, method=method, username=found.login, ha1=vault.decrypt(found.ha1)):
        return Password.PRESENT
    open_still = found.previous_until > time.time()
    ha1 = vault.decrypt((found if open_still else _decoy()).ha1_previous)
    right = digest.proves(credentials, method=method, username=found.login, ha1=ha1)
    return Password.PREVIOUS if right and open_still else None


def behind(login: str, keeps: str = "") -> Stored:
    """What stands ready for a login, or what nobody can open."""
    return stored.by_login(login, keeps) or _decoy()


def _give(asking: Asking, asked: Request, attempt: Attempt, answer: Stored, *, newest: bool) -> Answer:
    vendor = Vendor(answer.vendor)
    offered = asked.asked in (Asked.DEVICE, Asked.APP) and serves(vendor, asked)
    unchanged = offered and has_already(asking, answer.etag)
    body = vault.decrypt(answer.body).encode() if offered and not unchanged else b""
    outcome = Outcome.UNCHANGED if unchanged else Outcome.FETCHED
    event = event_of(asking, attempt, outcome, answer.etag, len(body), newest=newest)
    closed = _closed(asking, gate().accept(attempt, event, keep=offered))
    if closed is not None:
        return closed
    if offered:
        return file(asking, body, answer.content_type, answer.etag, unchanged=unchanged)
    if asked.asked is Asked.BOOK:
        made = _book(vendor, answer)
    elif asked.asked is Asked.KEPT:
        made = _kept(vendor, answer, asked.sent_name)
    else:
        made = signpost(vendor, asked)
    return rendered_file(asking, made) if made else absent()


def _book(vendor: Vendor, answer: Stored) -> Rendered | None:
    kept = PhoneBook.objects.filter(customer_id=answer.customer_id).first()
    entries = json.loads(vault.decrypt(kept.entries)) if kept else []
    body = render_book(vendor, [Entry(name, number) for name, number in entries])
    return Rendered(body, XML) if body is not None else None


def _kept(vendor: Vendor, answer: Stored, name: str) -> Rendered | None:
    if not gives_back(vendor, name):
        return None
    kept = KeptSettings.objects.filter(device_id=answer.device_id, name=name).first()
    return Rendered(vault.decrypt(kept.body).encode(), XML) if kept else None


def _take(asking: Asking, asked: Request, attempt: Attempt, *, newest: bool) -> Answer:
    """A log or a file of settings that a phone sends: bounded, kept for its page, and given back where its maker
    expects that.
    """
    body, wrong = _received(asking, MAX_SENT if asked.sent_name.endswith("log") else MAX_KEPT)
    size = len(body) if asking.size is None else asking.size
    sent = None
    if body:
        text = vault.encrypt(body[-MAX_KEPT:].decode(errors="replace"))
        sent = Sent(attempt.name, int(time.time()), asked.sent_name, size, text)
    event = event_of(asking, attempt, Outcome.NOT_TAKEN if wrong else Outcome.SENT, size=size, newest=newest)
    closed = _closed(asking, gate().accept(attempt, event, keep=bool(sent or wrong), sent=sent))
    if closed is not None:
        return closed
    return short(wrong) if wrong else taken()


def _received(asking: Asking, most: int) -> tuple[bytes, HTTPStatus | None]:
    """What a phone sends, or nothing and what is wrong with it."""
    if asking.size is None:
        if not asking.ends:
            return b"", HTTPStatus.LENGTH_REQUIRED
        body = asking.read(most + 1)
        return (body, None) if len(body) <= most else (b"", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if asking.size > most:
        return b"", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = asking.read(asking.size)
    return (body, None) if len(body) == asking.size else (b"", HTTPStatus.BAD_REQUEST)  # the connection broke


def _closed(asking: Asking, verdict: Verdict) -> Answer | None:
    if verdict is Verdict.SLOWED:
        return slow_down()
    return challenge(asking, stale=True) if verdict is Verdict.REPLAYED else None


def _attempt(asking: Asking, credentials: Credentials) -> Attempt:
    if isinstance(credentials, BasicCredentials):
        return Attempt(asking.address, credentials.username)
    return Attempt(asking.address, credentials.username, credentials.nonce, credentials.count)


def event_of(
    asking: Asking,
    attempt: Attempt,
    outcome: Outcome,
    etag: str = "",
    size: int = 0,
    *,
    link: str = "",
    newest: bool = False,
) -> Event:
    """What is told afterwards of this request."""
    agent = asking.agent[:MAX_USER_AGENT]
    return Event(attempt.name, int(time.time()), outcome.value, attempt.address, etag, size, agent, link, newest)


def challenge(asking: Asking, *, stale: bool = False) -> Answer:
    """The one 401."""
    nonce = _signer().issue(int(time.time()))
    return challenged(digest.challenges(nonce, stale=stale, offer_basic=asking.secure))

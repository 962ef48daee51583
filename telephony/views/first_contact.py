"""Phones and apps that have no login yet: a link that works once gives them their settings.

A link that is unknown, spent or too old is absent, all alike; an app of Acrobits gets words to show instead.
"""

import logging
from http import HTTPStatus

from django.utils import timezone
from django.utils.translation import gettext as _

from telephony import stored, vault
from telephony.memory import gate
from telephony.models import ProvisioningEvent
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.digest import BasicCredentials
from telephony.provisioning.exchange import Answer, Asking
from telephony.provisioning.first_contact import LASTS_HOURS, AppLogin, Link, hashed, read_app_login, read_link
from telephony.provisioning.gate import Attempt, Verdict
from telephony.provisioning.identify import Asked, identify
from telephony.provisioning.render import Rendered, render_common, serves, signpost
from telephony.provisioning.vendors.apps import acrobits_refusal
from telephony.services.provisioning import NTP_SERVERS
from telephony.stored import Stored
from telephony.views.phone_responses import READS, absent, file, not_allowed, rendered_file, slow_down
from telephony.views.provision import behind, event_of, give, password_of

log = logging.getLogger(__name__)
Outcome = ProvisioningEvent.Outcome


def first_contact(asking: Asking) -> Answer:
    """Answer a phone or app that was given a link."""
    if asking.method not in READS:
        return not_allowed()
    asked = identify(asking.name)
    if asked.asked is Asked.APP:
        login = read_app_login(asking.query)
        return _app(asking, login) if login else give(asking, asked)
    link = read_link(asking.name, asking.query)
    if link is None:
        return absent()
    return _app_link(asking, link) if link.vendor else _phone_link(asking, link)


def _phone_link(asking: Asking, link: Link) -> Answer:
    asked = identify(link.rest)
    if asked.asked is Asked.COMMON:
        rendered = render_common(asked.common_code or 0, CommonConfig(NTP_SERVERS))
        return rendered_file(asking, rendered) if rendered else absent()
    if asked.asked is not Asked.DEVICE:
        return absent()
    found = _behind(link)
    if found is None or found.mac != asked.mac:
        return _refuse(asking) or absent()
    vendor = Vendor(found.vendor)
    pointing = signpost(vendor, asked)
    if pointing is not None or not serves(vendor, asked):
        return _point(asking, found, pointing)
    return _give(asking, link, found) or absent()


def _app_link(asking: Asking, link: Link) -> Answer:
    found = _behind(link)
    if found is None or found.vendor != link.vendor:
        return _refuse(asking) or absent()
    return _give(asking, link, found) or absent()


def _app(asking: Asking, login: AppLogin) -> Answer:
    """An app that writes its name and password into the query: a one-time password, or over HTTPS its own."""
    if login.token:
        link = Link(login.token, Vendor.ACROBITS)
        found = _behind(link)
        if found is None or (found.vendor, found.login) != (Vendor.ACROBITS, login.username):
            return _refuse(asking) or _no_entry()
        return _give(asking, link, found) or _no_entry()
    found = behind(login.username)
    credentials = BasicCredentials(login.username, login.password)
    if (
        password_of(asking, credentials, found) is None
        or not asking.secure
        or found.vendor != Vendor.ACROBITS
        or not found.basic_allowed
    ):
        return _refuse(asking, login.username) or _no_entry()
    return _send(asking, Attempt(asking.address, found.login), found, Outcome.FETCHED) or _no_entry()


def _behind(link: Link) -> Stored | None:
    return stored.by_link(hashed(link.token), timezone.now())


def _give(asking: Asking, link: Link, found: Stored) -> Answer | None:
    """The settings; None when the link was spent just now. Whoever only asks for the headers spends nothing."""
    if asking.method == "HEAD":
        return _send(asking, Attempt(asking.address, found.login), found, Outcome.FIRST, keep=False)
    key = hashed(link.token)
    attempt = Attempt(asking.address, found.login, nonce=f"link-{key}", lifetime=LASTS_HOURS * 3600)
    return _send(asking, attempt, found, Outcome.FIRST, key=key)


def _send(
    asking: Asking,
    attempt: Attempt,
    found: Stored,
    outcome: Outcome,
    *,
    key: str = "",
    keep: bool = True,
) -> Answer | None:
    body = vault.decrypt(found.body).encode()
    event = event_of(asking, attempt, outcome, found.etag, len(body), link=key)
    match gate().accept(attempt, event, keep=keep):
        case Verdict.SLOWED:
            return slow_down()
        case Verdict.REPLAYED:
            return None
        case _:
            return file(asking, body, found.content_type, found.etag, unchanged=False)


def _point(asking: Asking, found: Stored, pointing: Rendered | None) -> Answer:
    attempt = Attempt(asking.address, found.login)
    event = event_of(asking, attempt, Outcome.FIRST)
    if gate().accept(attempt, event, keep=False) is Verdict.SLOWED:
        return slow_down()
    return rendered_file(asking, pointing) if pointing else absent()


def _refuse(asking: Asking, name: str = "") -> Answer | None:
    """Count a wrong link or password; an answer only when there were too many."""
    attempt = Attempt(asking.address, name)
    log.warning("provisioning refused", extra={"address": attempt.address, "outcome": Outcome.REFUSED.value})
    slowed = gate().refuse(attempt, event_of(asking, attempt, Outcome.REFUSED)) is Verdict.SLOWED
    return slow_down() if slowed else None


def _no_entry() -> Answer:
    words = _("The user name or password is wrong, or the code was used before. Ask for a new one.")
    return Answer(HTTPStatus.FORBIDDEN, acrobits_refusal(words), [("Content-Type", "application/xml; charset=utf-8")])

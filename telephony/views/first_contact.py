"""Phones and apps that have no login yet: a link that works once gives them their settings.

A link that is unknown, spent or too old is absent, all alike; an app of Acrobits gets words to show instead.
"""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from telephony import vault
from telephony.memory import gate
from telephony.models import ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.digest import BasicCredentials
from telephony.provisioning.first_contact import LASTS_HOURS, AppLogin, Link, hashed, read_app_login, read_link
from telephony.provisioning.gate import Attempt, Verdict
from telephony.provisioning.identify import Asked, identify
from telephony.provisioning.render import Rendered, render_common, serves, signpost
from telephony.provisioning.vendors.apps import acrobits_refusal
from telephony.services.provisioning import NTP_SERVERS
from telephony.views.phone_responses import READS, absent, file, not_allowed, phone_view, rendered_file, slow_down
from telephony.views.provision import answer, event_of, password_of, stored

log = logging.getLogger(__name__)
Outcome = ProvisioningEvent.Outcome


@csrf_exempt
@phone_view
def first_contact(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer a phone or app that was given a link."""
    if request.method not in READS:
        return not_allowed()
    query = request.META.get("QUERY_STRING", "")
    asked = identify(path)
    if asked.asked is Asked.APP:
        login = read_app_login(query)
        return _app(request, login) if login else answer(request, asked)
    link = read_link(path, query)
    if link is None:
        return absent()
    return _app_link(request, link) if link.vendor else _phone_link(request, link)


def _phone_link(request: HttpRequest, link: Link) -> HttpResponse:
    asked = identify(link.rest)
    if asked.asked is Asked.COMMON:
        rendered = render_common(asked.common_code or 0, CommonConfig(NTP_SERVERS))
        return rendered_file(request, rendered) if rendered else absent()
    if asked.asked is not Asked.DEVICE:
        return absent()
    found = _behind(link)
    if found is None or found.mac != asked.mac:
        return _refuse(request) or absent()
    vendor = Vendor(found.vendor)
    pointing = signpost(vendor, asked)
    if pointing is not None or not serves(vendor, asked):
        return _point(request, found, pointing)
    return _give(request, link, found) or absent()


def _app_link(request: HttpRequest, link: Link) -> HttpResponse:
    found = _behind(link)
    if found is None or found.vendor != link.vendor:
        return _refuse(request) or absent()
    return _give(request, link, found) or absent()


def _app(request: HttpRequest, login: AppLogin) -> HttpResponse:
    """An app that writes its name and password into the query: a one-time password, or over HTTPS its own."""
    if login.token:
        link = Link(login.token, Vendor.ACROBITS)
        found = _behind(link)
        if found is None or (found.vendor, found.login) != (Vendor.ACROBITS, login.username):
            return _refuse(request) or _no_entry()
        return _give(request, link, found) or _no_entry()
    found = stored(login.username)
    credentials = BasicCredentials(login.username, login.password)
    if (
        password_of(request, credentials, found) is None
        or not request.is_secure()
        or found.vendor != Vendor.ACROBITS
        or not found.basic_allowed
    ):
        return _refuse(request, login.username) or _no_entry()
    return _send(request, Attempt(_address(request), found.login), found, Outcome.FETCHED) or _no_entry()


def _behind(link: Link) -> ProvisioningAnswer | None:
    return ProvisioningAnswer.objects.filter(token_hash=hashed(link.token), token_until__gt=timezone.now()).first()


def _give(request: HttpRequest, link: Link, found: ProvisioningAnswer) -> HttpResponse | None:
    """The settings; None when the link was spent just now. Whoever only asks for the headers spends nothing."""
    if request.method == "HEAD":
        return _send(request, Attempt(_address(request), found.login), found, Outcome.FIRST, keep=False)
    key = hashed(link.token)
    attempt = Attempt(_address(request), found.login, nonce=f"link-{key}", lifetime=LASTS_HOURS * 3600)
    return _send(request, attempt, found, Outcome.FIRST, key=key)


def _send(
    request: HttpRequest,
    attempt: Attempt,
    found: ProvisioningAnswer,
    outcome: Outcome,
    *,
    key: str = "",
    keep: bool = True,
) -> HttpResponse | None:
    body = vault.decrypt(found.body).encode()
    event = event_of(request, attempt, outcome, found.etag, len(body), key)
    match gate().accept(attempt, event, keep=keep):
        case Verdict.SLOWED:
            return slow_down()
        case Verdict.REPLAYED:
            return None
        case _:
            return file(request, body, found.content_type, found.etag, unchanged=False)


def _point(request: HttpRequest, found: ProvisioningAnswer, pointing: Rendered | None) -> HttpResponse:
    attempt = Attempt(_address(request), found.login)
    event = event_of(request, attempt, Outcome.FIRST)
    if gate().accept(attempt, event, keep=False) is Verdict.SLOWED:
        return slow_down()
    return rendered_file(request, pointing) if pointing else absent()


def _refuse(request: HttpRequest, name: str = "") -> HttpResponse | None:
    """Count a wrong link or password; an answer only when there were too many."""
    attempt = Attempt(_address(request), name)
    log.warning("provisioning refused", extra={"address": attempt.address, "outcome": Outcome.REFUSED.value})
    slowed = gate().refuse(attempt, event_of(request, attempt, Outcome.REFUSED)) is Verdict.SLOWED
    return slow_down() if slowed else None


def _no_entry() -> HttpResponse:
    words = _("The user name or password is wrong, or the code was used before. Ask for a new one.")
    return HttpResponse(
        acrobits_refusal(words), status=HTTPStatus.FORBIDDEN, content_type="application/xml; charset=utf-8"
    )


def _address(request: HttpRequest) -> str:
    address: str = request.META.get("REMOTE_ADDR", "")
    return address

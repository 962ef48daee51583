"""Mail of the portal: in the reader's language, from the brand's sender, with links to a host name of that brand only."""

import logging
from collections.abc import Mapping
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.errors import Refusal
from accounts.models import Brand, Customer

log = logging.getLogger(__name__)


def base_url(request: HttpRequest) -> str:
    """Scheme and host of a request, whose host the brand middleware has checked."""
    return f"{request.scheme}://{request.get_host()}"


def base_url_for(request: HttpRequest, brand: Brand) -> str:
    """Scheme and host for links in mail of ``brand``: the request's where it came to that brand, else the brand's own."""
    if brand == request.brand or selectors.host_of(brand) is None:  # type: ignore[attr-defined]
        return base_url(request)
    return base_url_of(brand)


def base_url_of(brand: Brand) -> str:
    """Where the brand's pages are, for mail that no request caused: MAIL_LINKS with the brand's host name in it."""
    return settings.MAIL_LINKS.replace("{host}", selectors.host_of(brand) or "localhost")


def rooms_url_of(brand: Brand, customer: Customer) -> str:
    """Before the address of a page of the customer, for mail: whoever has several customers arrives in this one's rooms."""
    return base_url_of(brand) + reverse("accounts:rooms", args=[customer.reference]).removesuffix("/")


def sender_of(brand: Brand) -> str:
    """The brand's name and address as they stand in From."""
    name = brand.name.replace('"', "").replace("\\", "")
    return f'"{name}" <{brand.sender}>'


def send(*, brand: Brand, to: str, language: str, template: str, values: Mapping[str, object]) -> bool:
    """Send ``accounts/mail/<template>.txt``, whose first line is the subject. False if the mail server did not take it."""
    with translation.override(language):
        text = render_to_string(f"accounts/mail/{template}.txt", {"brand": brand, **values})
    subject, _line, body = text.strip().partition("\n")
    message = EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=sender_of(brand),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (SMTPException, OSError):
        log.exception("mail was not sent", extra={"template": template})
        return False
    return True


def must_send(*, brand: Brand, to: str, language: str, template: str, values: Mapping[str, object]) -> None:
    """Send, or refuse the change that needs the mail, so that nobody waits for what never comes."""
    if not send(brand=brand, to=to, language=language, template=template, values=values):
        raise Refusal("mail_not_sent", _("The mail could not be sent, so nothing was changed. Try again in a minute."))

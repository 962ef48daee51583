"""How django-allauth meets Centrale: no open sign-up, the brand in mail, links only to host names that a brand owns."""

import hashlib
import logging
from contextlib import suppress
from smtplib import SMTPException
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import mail, selectors
from accounts.models import Brand, User
from portal.lib import formats

log = logging.getLogger(__name__)

# One sentence for every log-in that fails, so that none tells which user names or addresses exist.
WRONG = _("User name or password is not right. Try again, or choose a new password.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited; nobody signs up."""

    error_messages: ClassVar[dict[str, str | Promise]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or choose a new password."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right. Take the one that the app shows now."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("home")

    def is_safe_url(self, url: str | None) -> bool:
        """Only a path of this site may follow a log-in."""
        parts = urlsplit(url or "")
        return (
            bool(url)
            and not parts.scheme
            and not parts.netloc
            and str(url).startswith("/")
            and "\\" not in str(url)
            and super().is_safe_url(url)
        )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002
        """Failed log-ins are counted by account alone: allauth also takes the host, which a visitor can spell at will."""
        login = credentials.get("email") or credentials.get("username") or ""
        return hashlib.sha256(str(login).strip().casefold().encode()).hexdigest()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("accounts:account")

    def get_from_email(self) -> str:
        brand = self._brand()
        return mail.sender_of(brand) if brand else str(super().get_from_email())

    def format_email_subject(self, subject: str) -> str:
        brand = self._brand()
        return f"{brand.name}: {subject}" if brand else subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the reader's own language where the reader is known."""
        user = context.get("user")
        language = user.language if isinstance(user, User) else translation.get_language()
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, {"brand": self._brand()} | context)
        except (SMTPException, OSError) as error:
            log.exception("mail was not sent", extra={"template": template_prefix})
            raise ImmediateHttpResponse(render(self.request, "503.html", status=503)) from error

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the user what changed; the address is the user's own, not one of allauth's table."""
        now = formats.moment(timezone.now(), user.language, now=timezone.now())
        values = {"user": user, "timestamp": now, "ip": self.get_client_ip(self.request)}
        # What changed is saved already, so a mail server that is away must not make it look otherwise.
        with suppress(ImmediateHttpResponse):
            self.send_mail(template_prefix, email or user.email, values | (context or {}))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to confirm who is there, in our words."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [method | {"description": words.get(method["id"], method["description"])} for method in methods]

    def _brand(self) -> Brand | None:
        return getattr(self.request, "brand", None) or selectors.default_brand()


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step in our words, under the brand's name."""

    error_messages: ClassVar[dict[str, str | Promise]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Take the one that the app shows now."),
    }

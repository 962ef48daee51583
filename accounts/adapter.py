"""How django-allauth meets Centrale: no open sign-up, the brand in mail, links only to host names that a brand owns."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from accounts import selectors
from accounts.models import Brand


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited; nobody signs up."""

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

    def get_from_email(self) -> str:
        brand = self._brand()
        return f"{brand.name} <{brand.sender}>" if brand else super().get_from_email()

    def format_email_subject(self, subject: str) -> str:
        brand = self._brand()
        return f"{brand.name}: {subject}" if brand else subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {"brand": self._brand()} | context)

    def _brand(self) -> Brand | None:
        return getattr(self.request, "brand", None) or selectors.default_brand()

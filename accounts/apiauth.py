"""Tokens of the API; apart from accounts.apibase, because DRF's views load this while they are loaded themselves."""

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.tokens import token_hash

FAILURES_A_MINUTE = 60


def count_failure(address: str) -> None:
    """Throttle an address that keeps sending keys nobody has; DRF's own throttles count only who got in."""
    key = f"api-failures:{address}"
    cache.add(key, 0, timeout=60)
    if cache.incr(key) > FAILURES_A_MINUTE:
        raise exceptions.Throttled(wait=60)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>`` with a token of a user; browser sessions do not reach the API."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in {b"bearer", b"token"}:
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed(_("Send the token as: Authorization: Bearer <token>."))
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(
                token_hash=token_hash(words[1].decode("latin-1")),
                revoked_at=None,
                expires_at__gt=now,
                user__is_active=True,
            )
            .first()
        )
        if token is None:
            count_failure(request.META.get("REMOTE_ADDR", ""))
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, expired or revoked. Make a new one under My details.")
            )
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Bearer"

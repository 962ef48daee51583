"""Log-in by user name or e-mail address, with the same work for every answer."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import User


class OneLookBackend(AuthenticationBackend):  # type: ignore[misc]
    """One look-up and one password check. allauth's own checks twice for a known e-mail address, which can be timed."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # noqa: ARG002
        password = credentials.get("password")
        name = credentials.get("email") or credentials.get("username")
        if not password or not name:
            return None
        field = "email__iexact" if "@" in name else "username__iexact"
        user = User.objects.filter(**{field: name}).first()
        if user is None:
            User().set_password(password)  # costs what a check costs
            return None
        if not user.check_password(password):
            return None
        if self.user_can_authenticate(user):
            return user
        self._stash_user(user)
        return None

"""Keys to the API: the key itself is returned once and never kept."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts import audit, selectors
from accounts.access import Actor, Door
from accounts.models import ApiToken, User
from accounts.tokens import make_key, token_hash

DEFAULT_DAYS = 365
PREFIX = "ctl_"  # so that a leaked key is recognised for what it is


@transaction.atomic
def create_token(*, actor: Actor, user: User, name: str, days: int = DEFAULT_DAYS) -> tuple[ApiToken, str]:
    """Make a key that lasts ``days`` days. Returns the token and the key, which nobody can show again."""
    key = PREFIX + make_key()
    token = ApiToken.objects.create(
        user=user, name=name, token_hash=token_hash(key), expires_at=timezone.now() + dt.timedelta(days=days)
    )
    audit.record(actor=actor, verb="token.create", obj=token, changes={"expires_at": (None, token.expires_at)})
    return token, key


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> None:
    """End a key at once."""
    if token.revoked_at is not None:
        return
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    audit.record(actor=actor, verb="token.revoke", obj=token)


@transaction.atomic
def revoke_tokens_of(*, actor: Actor, user: User) -> None:
    """End every key of a user at once."""
    for token in selectors.tokens_of(user):
        revoke_token(actor=actor, token=token)


def end_with_password(user: User, **_: object) -> None:
    """Receives allauth's word that a password was changed or chosen anew: who took the old one may have made keys with it."""
    revoke_tokens_of(actor=Actor(user=user, customer=None, roles=frozenset(), door=Door.PAGE), user=user)

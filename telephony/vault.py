"""The box that keeps phones' secrets: SIP secrets, provisioning and administrator passwords, and stored answers."""

import functools

from django.conf import settings

from portal.lib.crypto import SecretBox


@functools.cache
def _box(keys: tuple[str, ...]) -> SecretBox:
    return SecretBox(keys)


def encrypt(secret: str) -> str:
    """The secret as the database may hold it."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(secret)


def decrypt(token: str) -> str:
    """The secret again. UndecipherableError when its key is gone."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(token)

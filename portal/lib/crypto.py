"""Secrets: kept encrypted with keys that can be replaced, generated, judged and compared."""

import hashlib
import hmac
import secrets
import string
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class KeysError(ValueError):
    """The keys cannot be used; the message says which one and how to make a good one, and never holds a key."""


class UndecipherableError(ValueError):
    """A stored secret that none of the keys opens: it was encrypted with a key that is gone, or it was changed."""


def generate_key() -> str:
    """A new key for SecretBox."""
    return Fernet.generate_key().decode()


class SecretBox:
    """Encrypts with the first key and opens with any of them, so keys are replaced by putting a new one in front."""

    __slots__ = ("_fernet", "_first")

    def __init__(self, keys: Sequence[str]) -> None:
        if isinstance(keys, str) or not keys:
            raise KeysError("There is no encryption key. Give a list of keys, the one to encrypt with first.")
        fernets = []
        for place, key in enumerate(keys, start=1):
            try:
                fernets.append(Fernet(key.strip()))
            except ValueError:
                reason = "is not 32 bytes in URL-safe base64. Make one with: openssl rand -base64 32 | tr '+/' '-_'"
                raise KeysError(f"Encryption key {place} {reason}") from None
        self._fernet = MultiFernet(fernets)
        self._first = fernets[0]

    def __repr__(self) -> str:
        return "<SecretBox>"

    def encrypt(self, secret: str) -> str:
        return self.encrypt_bytes(secret.encode()).decode()

    def decrypt(self, token: str) -> str:
        """UndecipherableError when no key opens it."""
        return self.decrypt_bytes(token.encode()).decode()

    def encrypt_bytes(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)

    def decrypt_bytes(self, token: bytes) -> bytes:
        """UndecipherableError when no key opens it."""
        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise UndecipherableError("A stored secret cannot be opened with the present encryption keys.") from None

    def is_newest(self, token: str) -> bool:
        """Whether the first key opens it."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return False
        return True

    def rotate(self, token: str) -> str:
        """The same secret, encrypted with the first key."""
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken:
            raise UndecipherableError("A stored secret cannot be opened with the present encryption keys.") from None


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> SecretBox:
    return SecretBox(keys)


def box() -> SecretBox:
    """The one with the keys of this installation (settings.ENCRYPTION_KEYS)."""
    return _box(tuple(settings.ENCRYPTION_KEYS))


def encrypt(secret: str) -> str:
    """For a column of secrets, with the first key of this installation."""
    return box().encrypt(secret)


def decrypt(token: str) -> str:
    """What `encrypt` gave; UndecipherableError when no key of this installation opens it."""
    return box().decrypt(token)


_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
SHORTEST_PASSWORD = 12
GENERATED_PASSWORD = 20


def generate_password(length: int = GENERATED_PASSWORD) -> str:
    """Letters and digits, at least one capital, one small letter and one digit; no mark that a phone might escape."""
    if length < SHORTEST_PASSWORD:
        raise ValueError(f"a generated password has {SHORTEST_PASSWORD} characters or more")
    while True:
        password = "".join(secrets.choice(_LETTERS_AND_DIGITS) for _place in range(length))
        if len(password_classes(password)) == 3:
            return password


def password_classes(password: str) -> frozenset[str]:
    """Which of `upper`, `lower`, `digit` and `special` occur in it."""
    found = set()
    for character in password:
        if character in string.ascii_uppercase:
            found.add("upper")
        elif character in string.ascii_lowercase:
            found.add("lower")
        elif character in string.digits:
            found.add("digit")
        elif character in string.punctuation:
            found.add("special")
    return frozenset(found)


PASSWORD_REFUSALS: "MappingProxyType[str, str | _StrPromise]" = MappingProxyType(
    {
        "password_short": _("Use at least 12 characters."),
        "password_characters": _("Use letters, digits and marks of an ordinary keyboard, without spaces."),
        "password_classes": _("Use at least one capital, one small letter, one digit and one other mark."),
    }
)


def password_refusal(typed: str) -> str | None:
    """The code of what is wrong with a typed device password, None when it may be used; texts in PASSWORD_REFUSALS."""
    if any(not 0x21 <= ord(character) <= 0x7E for character in typed):
        return "password_characters"  # phones disagree about every other character
    if len(typed) < SHORTEST_PASSWORD:
        return "password_short"
    return None if len(password_classes(typed)) == 4 else "password_classes"


def same_secret(one: str, other: str) -> bool:
    """Whether they are equal, in a time that tells nothing of either, not even its length."""
    digests = [hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest() for secret in (one, other)]
    return hmac.compare_digest(digests[0], digests[1])

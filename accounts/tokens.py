"""Keys that are shown or mailed once; only their hash is kept."""

import hashlib
import secrets


def make_key() -> str:
    """A fresh key of 32 random bytes, in characters that survive a URL and a header."""
    return secrets.token_urlsafe(32)


def token_hash(key: str) -> str:
    """What is kept of a key. Keys are 32 random bytes, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()

"""Passwords for phones: made here, or typed by a person and then weighed."""

import secrets
import string
from typing import Final

ALPHABET: Final = string.ascii_letters + string.digits  # phones cannot carry anything else in an address
GENERATED_LENGTH: Final = 20


def generate(length: int = GENERATED_LENGTH) -> str:
    """A password of letters and digits with at least one of each kind; 20 characters are 119 bits."""
    while True:
        word = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if any(c.islower() for c in word) and any(c.isupper() for c in word) and any(c.isdigit() for c in word):
            return word

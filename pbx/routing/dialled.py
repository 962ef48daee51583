"""What was dialled: emergency and help lines, national short codes, E.164, and the group that may be barred."""

import re
import unicodedata
from enum import StrEnum

import phonenumbers

EMERGENCY = frozenset({"112"})
ALWAYS_ALLOWED = frozenset({"short:112", "short:113", "short:144", "+318008112", "+319008844"})


class Barring(StrEnum):
    """Groups of numbers that a company or a person may not call."""

    ALL = "all"
    INTERNATIONAL = "international"
    MOBILE = "mobile"
    PREMIUM = "premium"
    ADULT = "adult"
    ENTERTAINMENT = "entertainment"


def plain(text: str) -> str:
    """Digits as a switch sees them: full-width forms folded, spaces, separators and per-call feature codes dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[^\d+*#]", "", re.sub(r"^\s*(\*31[*#]|#31#)", "", folded))


def read(text: str) -> str:
    """E.164, ``short:14020`` for a national short code, or nothing for what is no number."""
    digits = plain(text)
    if re.fullmatch(r"112|113|144|116\d{3}|1[236-8]\d\d|14\d{3,4}", digits):
        return f"short:{digits}"
    try:
        number = phonenumbers.parse(digits, "NL")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_emergency(number: str) -> bool:
    return number == "short:112"


def is_always_allowed(number: str) -> bool:
    return number in ALWAYS_ALLOWED or number.startswith("short:116")


def is_free(number: str) -> bool:
    return number.startswith(("+31800", "+800"))


def barring_of(number: str) -> Barring | None:
    """The group by which a number may be barred; None for what only "all" holds back."""
    if is_free(number) or is_always_allowed(number):
        return None
    if number.startswith("short:"):
        return Barring.PREMIUM if number.startswith("short:18") else None
    if not number.startswith("+31"):
        return Barring.INTERNATIONAL
    for prefix, group in (
        ("+31906", Barring.ADULT),
        ("+31909", Barring.ENTERTAINMENT),
        ("+3190", Barring.PREMIUM),
        ("+316", Barring.MOBILE),
    ):
        if number.startswith(prefix):
            return group
    return None

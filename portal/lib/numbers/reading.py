"""From what people type and switches write to one stored form."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from portal.lib.numbers.groups import ALWAYS_ALLOWED, HIDDEN_FROM_CUSTOMERS
from portal.lib.numbers.plan import (
    EMERGENCY,
    SHORT_PREFIX,
    Category,
    category_of_digits,
    short_code,
    short_code_behind_31,
)
from portal.lib.numbers.showing import country_of, display


class Bare(StrEnum):
    """What long digits without `+` or a leading zero are, declared per source of calls.

    GUESS reads `31201234567` as with country code and `314123456` as 0314 with its zero lost, which only people should
    be allowed; INTERNATIONAL reads both with country code; NATIONAL reads neither.
    """

    GUESS = "guess"
    INTERNATIONAL = "international"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """What a text means. Exactly one of `e164` and `short` is set, none when the category is INVALID.

    `extension` is the part after "ext." of an outside number; `display` is the national form, or the text when invalid.
    """

    input: str
    category: Category
    e164: str | None = None
    short: str | None = None
    extension: str | None = None

    @property
    def stored(self) -> str | None:
        """`+31887654000` or `short:112`."""
        return self.e164 or (f"{SHORT_PREFIX}{self.short}" if self.short else None)

    @property
    def valid(self) -> bool:
        return self.category is not Category.INVALID

    @property
    def display(self) -> str:
        return display(self.stored) if self.stored else self.input.strip()

    @property
    def country(self) -> str | None:
        """Region of the number, not of its country code: `JE` for +44 1534; `001` for worldwide numbers."""
        return country_of(self.stored) if self.stored else None

    @property
    def always_allowed(self) -> bool:
        return self.stored in ALWAYS_ALLOWED

    @property
    def hidden_from_customers(self) -> bool:
        return self.stored in HIDDEN_FROM_CUSTOMERS


@dataclass(frozen=True, slots=True)
class _Context:
    """strict: a person types it once and can correct it. plain: a machine wrote it, digits stay as they are."""

    region: str
    strict: bool = False
    plain: bool = False
    letters: bool = False


_PURPOSES = {
    "form": _Context("NL", strict=True, letters=True),
    "porting-form": _Context("NL", strict=True),
    "pbx-dial": _Context("NL", letters=True),
    "cdr": _Context("NL", plain=True),
    "cli": _Context("NL", plain=True),
    "tap3-dialled": _Context("NL"),
}

_EMERGENCY_FORM = re.compile(r"0?[,;pw]*(112|911)#*", re.IGNORECASE)
_FILLERS = re.compile(r"[\s().\-/\u2010-\u2015\u2212]")
_URI_PARAMETERS = re.compile(r";[a-z][a-z-]*(=.*)?$", re.IGNORECASE | re.DOTALL)
_TRAILING_EXTENSION = re.compile(r"[\s,;]*(?:ext(?:ension|ensie)?|toestel|tst|intern)\.?\s*(\d{2,6})$", re.IGNORECASE)
_VANITY = re.compile(r"0(?:800|900|906|909)[a-z0-9]+", re.IGNORECASE)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_DIGITS = re.compile(r"\+?[0-9]+")
_FEATURE_PREFIX = re.compile(r"\s*(\*31\*|\*31#|#31#)\s*(?=[0-9+])")
_WITHHELD = frozenset({"anonymous", "restricted", "private", "withheld", "anoniem", "geheim"})


def _clean(text: str) -> str:
    """Ordinary digits, no invisible direction marks, no URI around the number, no filler between the digits."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(character for character in plain if unicodedata.category(character) != "Cf").strip()
    if plain[:4].lower() == "tel:":
        plain = plain[4:]
    return _URI_PARAMETERS.sub("", plain)


def _letters_to_digits(bare: str) -> str:
    letters = re.sub(r"[^a-z]", "", bare.lower())
    masked = set(letters) <= {"x"}  # 0900 12xx is a masked number, and reading it would invent digits
    if len(letters) < 3 or masked or not _VANITY.fullmatch(bare):
        return bare
    return bare.lower().translate(_KEYPAD)


def _international(text: str, digits: str, context: _Context) -> PhoneNumber:
    """Digits that start with a country code."""
    if digits.startswith("31"):
        digits = "31" + digits[2:].removeprefix("0")  # +31 (0)20
        short = short_code_behind_31(digits[2:])
        if short:
            return PhoneNumber(text, short[1], short=short[0])
    elif not context.plain:
        digits = _tidied(digits, strict=context.strict)
    category = category_of_digits(digits)
    return PhoneNumber(text, category, e164=f"+{digits}" if category is not Category.INVALID else None)


def _tidied(digits: str, *, strict: bool) -> str:
    """Foreign digits without the trunk zero that people leave in; an empty string for a number that cannot be."""
    try:
        found = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return ""
    if strict and not phonenumbers.is_valid_number(found):
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _abroad(text: str, bare: str, context: _Context) -> PhoneNumber:
    """Dialled in another country, where its own national form counts."""
    try:
        found = phonenumbers.parse(bare, context.region)
    except phonenumbers.NumberParseException:
        return PhoneNumber(text, Category.INVALID)
    if not phonenumbers.is_valid_number(found):
        return PhoneNumber(text, Category.INVALID)
    digits = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return _international(text, digits, context)


def _dutch(text: str, bare: str, context: _Context, meaning: Bare) -> PhoneNumber:
    if bare.startswith("+"):
        return _international(text, bare[1:], context)
    if bare.startswith("00"):
        return _international(text, bare[2:], context)
    if bare.startswith("0"):
        category = category_of_digits(f"31{bare[1:]}")
        return PhoneNumber(text, category, e164=f"+31{bare[1:]}" if category is not Category.INVALID else None)
    short = short_code(bare)
    if short:
        return PhoneNumber(text, short[1], short=short[0])
    if meaning is Bare.INTERNATIONAL:
        return _international(text, bare, context)
    if meaning is Bare.GUESS:
        # A lost trunk zero before a country code: 9 digits that are a Dutch number are one. 0800 and 0900 are left
        # out, they look like a local number without its area code.
        category = category_of_digits(f"31{bare}")
        if len(bare) in {9, 11} and category is not Category.INVALID:
            return PhoneNumber(text, category, e164=f"+31{bare}")
        if bare.startswith("31"):
            return _international(text, bare, context)
    return PhoneNumber(text, Category.INVALID)


def _context(name: str) -> _Context:
    purpose, slash, region = name.partition("/")
    known = _PURPOSES.get(purpose)
    if known is None or not slash or not re.fullmatch(r"[A-Z]{2}", region):
        raise ValueError(f"{name!r} is no context of a number. Write it as form/NL.")
    return _Context(region, strict=known.strict, plain=known.plain, letters=known.letters)


def parse(
    text: str, *, context: str = "form/NL", extensions: Container[str] = (), bare: Bare = Bare.GUESS
) -> PhoneNumber:
    """What the text means where it was written: `form/NL`, `porting-form/NL`, `pbx-dial/NL`, `cdr/NL`, `cli/NL`,
    `tap3-dialled/DE` (the visited country).

    Never raises for a text: what is no number has category INVALID. Order: extensions of the own exchange, 112, other
    short codes, the plan. Feature prefixes (`split_feature_prefix`), SIP addresses (`sip_user`) and fields with
    several numbers (`split_numbers`) are taken apart before.
    """
    found_context = _context(context)
    clean = _clean(text)
    digits = _FILLERS.sub("", clean)
    if digits in extensions:
        return PhoneNumber(text, Category.INTERNAL, short=digits)
    if _EMERGENCY_FORM.fullmatch(digits):
        return PhoneNumber(text, Category.EMERGENCY, short=EMERGENCY)
    inside = _TRAILING_EXTENSION.search(clean)
    if inside:
        digits = _FILLERS.sub("", clean[: inside.start()])
    if not found_context.plain:
        digits = digits.removesuffix("#")
    if found_context.letters:
        digits = _letters_to_digits(digits)
    if not _DIGITS.fullmatch(digits):
        return PhoneNumber(text, Category.INVALID)
    if found_context.region != "NL":
        return _abroad(text, digits, found_context)
    found = _dutch(text, digits, found_context, bare)
    if inside and found.e164:
        return PhoneNumber(text, found.category, e164=found.e164, extension=inside[1])
    return PhoneNumber(text, Category.INVALID) if inside else found


def split_feature_prefix(dialled: str) -> tuple[str, str]:
    """(prefix, number) of `#31#0612345678`, which hides the caller for one call; the prefix is empty without one."""
    found = _FEATURE_PREFIX.match(dialled)
    return (found[1], dialled[found.end() :]) if found else ("", dialled)


def sip_user(address: str) -> str:
    """The user part of `sip:615@pbx.example.nl`, or the text itself."""
    found = re.fullmatch(r"\s*<?sips?:([^@;>]+)(?:@[^>]*)?>?\s*", address, re.IGNORECASE)
    return found[1] if found else address


def split_numbers(field: str) -> list[str]:
    """The numbers of a field in which people wrote several, parted by `/`, `,`, `;` or a new line."""
    return [part.strip() for part in re.split(r"[/,;\n]", field) if part.strip()]


def is_withheld(caller: str) -> bool:
    """Whether a switch says that the caller hid the number; `unavailable` says that it never knew it."""
    return caller.strip().strip('"<>').lower() in _WITHHELD

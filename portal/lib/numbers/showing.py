"""From the stored form to what people read, search and may see of a number."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from portal.lib.numbers import abroad
from portal.lib.numbers.plan import AREA_CODES, SHORT_PREFIX, Category, category_of, category_of_digits

NBSP = "\u00a0"
MASKED_DIGITS = 4

_PAIRS_AFTER_TWO = (2, 2, 2, 2, 2)  # 06 12 34 56 78
_PAIRS_AFTER_THREE = (3, 3, 2, 2)  # 088 765 40 00
_GROUPS = {
    Category.MOBILE: _PAIRS_AFTER_TWO,
    Category.VOIP_085: _PAIRS_AFTER_THREE,
    Category.CORPORATE_088: _PAIRS_AFTER_THREE,
    Category.PERSONAL: _PAIRS_AFTER_THREE,
    Category.M2M_097: (4, 3, 5),
    Category.FREEPHONE_0800: (4, 7),
    Category.PREMIUM_0900: (4, 7),
    Category.ADULT_0906: (4, 7),
    Category.ENTERTAINMENT_0909: (4, 7),
}


def _grouped(digits: str, groups: tuple[int, ...]) -> str:
    parts, start = [], 0
    for size in groups:
        parts.append(digits[start : start + size])
        start += size
    return " ".join(part for part in [*parts, digits[start:]] if part)


def _national(digits: str) -> str:
    """A Dutch number, from its digits with 31."""
    local = f"0{digits[2:]}"
    category = category_of_digits(digits)
    if category is Category.GEOGRAPHIC:
        return _grouped(local, (3, 3, 4) if local[1:3] in AREA_CODES else (4, 3, 3))
    return _grouped(local, _GROUPS[category]) if category in _GROUPS else f"+{digits}"


@lru_cache(maxsize=65536)
def display(stored: str, language: str = "nl") -> str:
    """`088 765 40 00`, `06 12 34 56 78`, `020 123 4567`, `0341 274 999`, `14 020`, `+212 5 37 26 80 11`.

    With ordinary spaces, so that it can be copied into a telephone. Text that is no stored number comes back as it is. A
    number that is stored masked (`+3161234xxxx`) is shown as the whole one would be to who may not see its last digits.
    """
    if re.fullmatch(rf"\+[0-9]{{3,13}}x{{{MASKED_DIGITS}}}", stored):
        shown = mask(display(stored[:-MASKED_DIGITS] + "0" * MASKED_DIGITS, language))
        return shown if shown.count("x") == MASKED_DIGITS else stored
    if stored.startswith(SHORT_PREFIX):
        code = stored.removeprefix(SHORT_PREFIX)
        return f"{code[:2]} {code[2:]}" if re.fullmatch(r"140\d{2,3}", code) else code
    if not re.fullmatch(r"\+[0-9]{5,17}", stored):
        return stored
    return _national(stored[1:]) if stored.startswith("+31") else abroad.written(stored)


@lru_cache(maxsize=65536)
def country_of(stored: str) -> str | None:
    """Region of a stored number (`NL`, `JE`, `CW`), `001` for worldwide numbers, None when no country has it."""
    if stored.startswith((SHORT_PREFIX, "+31")):
        return "NL" if category_of(stored) is not Category.INVALID else None
    try:
        found = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(found)
    return region or phonenumbers.region_code_for_country_code(found.country_code or 0)


def mask(shown: str) -> str:
    """The last four digits as x, groups kept: `06 12 34 xx xx`. Short codes and extensions are nobody's secret.

    The result is for eyes only and must never be parsed: a keypad has an x too. What is masked stays as it is.
    """
    if shown.count("x") == MASKED_DIGITS or sum(character.isdigit() for character in shown) < 7:
        return shown
    left = MASKED_DIGITS
    masked = list(shown)
    for place in range(len(masked) - 1, -1, -1):
        if left and masked[place].isdigit():
            masked[place] = "x"
            left -= 1
    return "".join(masked)


def visible(stored: str) -> str:
    """What a reader of masked numbers may search in: the stored form without the masked digits."""
    return stored[:-MASKED_DIGITS] if stored.startswith("+") else stored


@dataclass(frozen=True, slots=True)
class SearchKey:
    """A way to find a stored number: by its start (`+316`) when `anchored`, else by digits anywhere in it."""

    text: str
    anchored: bool

    def finds(self, stored: str) -> bool:
        return stored.startswith(self.text) if self.anchored else self.text in stored


def search_keys(query: str) -> tuple[SearchKey, ...]:
    """Every way in which part of a number in any spelling can stand in a stored one; none without digits.

    `06 12` is the start `+31612` or the digits 0612 anywhere, `+31 6` and `0031 6` are only a start.
    """
    compact = re.sub(r"\(0\)", "", query)
    digits = "".join(str(int(character)) for character in compact if character.isdecimal())
    if not digits:
        return ()
    if compact.strip().startswith("+"):
        return (SearchKey(_start(digits), anchored=True),)
    keys = [SearchKey(digits, anchored=False)]
    if digits.startswith("00"):
        if len(digits) > 2:
            keys.append(SearchKey(_start(digits[2:]), anchored=True))
    elif digits.startswith("0") and len(digits) > 1:
        keys.append(SearchKey(f"+31{digits[1:]}", anchored=True))
    return tuple(keys)


def _start(digits: str) -> str:
    return f"+31{digits[3:]}" if digits.startswith("310") else f"+{digits}"


def matches(query: str, stored: str, *, masked: bool = False) -> bool:
    """Whether part of a number finds a stored one; a reader of masked numbers cannot find the hidden digits."""
    text = visible(stored) if masked else stored
    return any(key.finds(text) for key in search_keys(query))

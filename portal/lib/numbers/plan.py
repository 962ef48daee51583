"""The Dutch numbering plan as data: which E.164 digits and which short codes mean what.

Tariffs and blocks hang on this table and never on the number type of a library, which cannot tell 084 from 088, 0900
from 0906, or a machine (0970) from a mobile. Numbers are either E.164 (`+31887654000`) or a national short code, which
has no E.164 form (`short:112`); both are stored as that text.
"""

import re
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from portal.lib.lpm import NO_MATCH, PrefixTable

SHORT_PREFIX = "short:"


class Category(StrEnum):
    """What kind of number it is. INTERNAL is an extension of the caller's own exchange."""

    GEOGRAPHIC = "geographic"
    MOBILE = "mobile"
    VOIP_085 = "voip_085"
    CORPORATE_088 = "corporate_088"
    PERSONAL = "personal"
    M2M_097 = "m2m_097"
    FREEPHONE_0800 = "freephone_0800"
    PREMIUM_0900 = "premium_0900"
    ADULT_0906 = "adult_0906"
    ENTERTAINMENT_0909 = "entertainment_0909"
    EMERGENCY = "emergency"
    SHORT = "short"
    INTERNATIONAL = "international"
    INTERNAL = "internal"
    INVALID = "invalid"


# Stable numbers for arrays and smallint columns: never renumber, only add.
CATEGORY_CODES = MappingProxyType(
    {
        Category.INVALID: 0,
        Category.GEOGRAPHIC: 1,
        Category.MOBILE: 2,
        Category.VOIP_085: 3,
        Category.CORPORATE_088: 4,
        Category.PERSONAL: 5,
        Category.M2M_097: 6,
        Category.FREEPHONE_0800: 7,
        Category.PREMIUM_0900: 8,
        Category.ADULT_0906: 9,
        Category.ENTERTAINMENT_0909: 10,
        Category.EMERGENCY: 11,
        Category.SHORT: 12,
        Category.INTERNATIONAL: 13,
        Category.INTERNAL: 14,
    }
)
CATEGORIES_BY_CODE: tuple[Category, ...] = tuple(sorted(CATEGORY_CODES, key=CATEGORY_CODES.__getitem__))

# 30 area codes of three digits and 111 of four, without the trunk zero.
_AREA_CODES = """
    10 13 15 20 23 24 26 30 33 35 36 38 40 43 45 46 50 53 55 58 70 71 72 73 74 75 76 77 78 79
    111 113 114 115 117 118
    161 162 164 165 166 167 168 172 174 180 181 182 183 184 186 187
    222 223 224 226 227 228 229 251 252 255 294 297 299
    313 314 315 316 317 318 320 321 341 342 343 344 345 346 347 348
    411 412 413 416 418 475 478 481 485 486 487 488 492 493 495 497 499
    511 512 513 514 515 516 517 518 519 521 522 523 524 525 527 528 529
    541 543 544 545 546 547 548 561 562 566 570 571 572 573 575 577 578 591 592 593 594 595 596 597 598 599
"""
AREA_CODES = frozenset(_AREA_CODES.split())

_NINE = frozenset({11})  # lengths with country code 31
_SERVICE = frozenset({9, 12})  # 0800 and 0900: four or seven digits follow, never five or six
_ABROAD = frozenset(range(7, 16))

# Left out on purpose, so invalid: 066 (paging, dead), 067 (dial-in), 082 (company networks, not reachable from
# outside), 0901-0905, 0907 and 0908 (not assigned).
_RULES: tuple[tuple[str, frozenset[int], Category], ...] = (
    ("31", frozenset(), Category.INVALID),
    *((f"31{area}", _NINE, Category.GEOGRAPHIC) for area in sorted(AREA_CODES)),
    *((f"31{start}", _NINE, Category.MOBILE) for start in ("61", "62", "63", "64", "65", "68")),
    ("3185", _NINE, Category.VOIP_085),
    ("3191", _NINE, Category.VOIP_085),  # starts like 0900 and is an ordinary number
    ("3188", _NINE, Category.CORPORATE_088),
    ("3184", _NINE, Category.PERSONAL),
    ("3187", _NINE, Category.PERSONAL),
    ("31970", frozenset({13}), Category.M2M_097),
    ("31800", _SERVICE, Category.FREEPHONE_0800),
    ("31900", _SERVICE, Category.PREMIUM_0900),
    ("31906", _SERVICE, Category.ADULT_0906),
    ("31909", _SERVICE, Category.ENTERTAINMENT_0909),
    *((str(code), _ABROAD, Category.INTERNATIONAL) for code in sorted(COUNTRY_CODE_TO_REGION_CODE) if code != 31),
)

LONGEST = 15
PREFIXES = PrefixTable.build((prefix, index) for index, (prefix, _, _) in enumerate(_RULES))


def _by_rule_and_length() -> npt.NDArray[np.int8]:
    """[rule, length] is a category code; the last row is of no rule, the last column of every number too long."""
    table = np.full((len(_RULES) + 1, LONGEST + 2), CATEGORY_CODES[Category.INVALID], dtype=np.int8)
    for index, (_, lengths, category) in enumerate(_RULES):
        for length in lengths:
            table[index, length] = CATEGORY_CODES[category]
    return table


BY_RULE_AND_LENGTH = _by_rule_and_length()
assert NO_MATCH == -1  # noqa: S101 it is the index of the last row above


def category_of_digits(digits: str) -> Category:
    """Of E.164 digits without plus; INVALID when the plan does not know them, so also for anything else."""
    code = BY_RULE_AND_LENGTH[PREFIXES.match_one(digits), min(len(digits), LONGEST + 1)]
    return CATEGORIES_BY_CODE[int(code)]


_MUNICIPALITY = re.compile(r"14(0\d{2,3})")
_HELPLINE = re.compile(r"113|144|116\d{3}")
_DIRECTORY = re.compile(r"18\d{2}")
_EXTENSION_LIKE = re.compile(r"[1-9]\d{1,3}")

EMERGENCY = "112"
# 911 is what visitors and films dial; the switch maps it to 112.
_EMERGENCY_DIALLED = frozenset({EMERGENCY, "911"})


def _is_national_short(digits: str) -> bool:
    municipality = _MUNICIPALITY.fullmatch(digits)
    if municipality:
        return municipality[1][1:] in AREA_CODES
    return bool(_HELPLINE.fullmatch(digits) or _DIRECTORY.fullmatch(digits))


def short_code(digits: str) -> tuple[str, Category] | None:
    """(code, category) of exactly these digits, or None. `1121` is nothing: only the whole number is 112.

    Two to four digits that mean nothing nationally are SHORT too: they may be an extension, or a code of a network.
    """
    if digits in _EMERGENCY_DIALLED:
        return EMERGENCY, Category.EMERGENCY
    if digits.startswith(EMERGENCY):
        return None
    if _is_national_short(digits) or _EXTENSION_LIKE.fullmatch(digits):
        return digits, Category.SHORT
    return None


def short_code_behind_31(digits: str) -> tuple[str, Category] | None:
    """As `short_code`, for switches that put +31 before everything; only codes that can mean nothing else there."""
    if digits == EMERGENCY:
        return EMERGENCY, Category.EMERGENCY
    return (digits, Category.SHORT) if _is_national_short(digits) else None


def category_of(stored: str) -> Category:
    """Of a number as stored: `+31887654000` or `short:112`; anything else is INVALID."""
    if stored.startswith("+"):
        return category_of_digits(stored[1:])
    if stored.startswith(SHORT_PREFIX):
        found = short_code(stored.removeprefix(SHORT_PREFIX))
        return found[1] if found else Category.INVALID
    return Category.INVALID

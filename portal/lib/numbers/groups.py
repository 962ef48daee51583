"""What follows from a number: which cost group it is in, what may block it, who may see it, what an extension may be.

All functions take numbers as stored (`+31887654000`, `short:112`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from portal.lib.numbers.plan import Category, category_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Numbers as stored, by their whole or by their start; `in` is defined, and never true for None."""

    exact: frozenset[str]
    starts: tuple[str, ...] = ()

    def __contains__(self, stored: object) -> bool:
        return isinstance(stored, str) and (
            stored in self.exact or (bool(self.starts) and stored.startswith(self.starts))
        )


# Past every block, limit and missing company number: emergency, its text service, the police, people and animals in
# need. 116 is followed by three digits in every stored form.
ALWAYS_ALLOWED = NumberSet(
    frozenset({"short:112", "short:113", "short:144", "+318008112", "+319008844"}), starts=("short:116",)
)

# Never in what a customer sees, counts or exports (free calls and helplines); the operator's view has them.
HIDDEN_FROM_CUSTOMERS = NumberSet(frozenset({"short:112", "short:113"}), starts=("short:116", "+31800"))


class CallType(StrEnum):
    """The groups of the cost pages."""

    NATIONAL_FIXED = "national_fixed"
    NATIONAL_MOBILE = "national_mobile"
    ABROAD = "abroad"
    SERVICE = "service"
    FREE = "free"
    EMERGENCY = "emergency"
    INTERNAL = "internal"
    OTHER = "other"


# Stable numbers for arrays and smallint columns: never renumber, only add.
CALL_TYPE_CODES = MappingProxyType(
    {
        CallType.OTHER: 0,
        CallType.NATIONAL_FIXED: 1,
        CallType.NATIONAL_MOBILE: 2,
        CallType.ABROAD: 3,
        CallType.SERVICE: 4,
        CallType.FREE: 5,
        CallType.EMERGENCY: 6,
        CallType.INTERNAL: 7,
    }
)
CALL_TYPES_BY_CODE: tuple[CallType, ...] = tuple(sorted(CALL_TYPE_CODES, key=CALL_TYPE_CODES.__getitem__))

CALL_TYPE_LABELS: "MappingProxyType[CallType, str | _StrPromise]" = MappingProxyType(
    {
        CallType.NATIONAL_FIXED: _("Netherlands fixed"),
        CallType.NATIONAL_MOBILE: _("Netherlands mobile"),
        CallType.ABROAD: _("Abroad"),
        CallType.SERVICE: _("Service numbers"),
        CallType.FREE: _("Free numbers"),
        CallType.EMERGENCY: _("Emergency"),
        CallType.INTERNAL: _("Internal"),
        CallType.OTHER: _("Other"),
    }
)

CATEGORY_LABELS: "MappingProxyType[Category, str | _StrPromise]" = MappingProxyType(
    {
        Category.GEOGRAPHIC: _("Fixed number"),
        Category.MOBILE: _("Mobile number"),
        Category.VOIP_085: _("085 number"),
        Category.CORPORATE_088: _("Company number (088)"),
        Category.PERSONAL: _("Personal assistant number (084, 087)"),
        Category.M2M_097: _("Machine number (097)"),
        Category.FREEPHONE_0800: _("Free number (0800)"),
        Category.PREMIUM_0900: _("Paid service number (0900)"),
        Category.ADULT_0906: _("Adult line (0906)"),
        Category.ENTERTAINMENT_0909: _("Entertainment line (0909)"),
        Category.EMERGENCY: _("Emergency number"),
        Category.SHORT: _("Short number"),
        Category.INTERNATIONAL: _("Number abroad"),
        Category.INTERNAL: _("Extension"),
        Category.INVALID: _("No phone number"),
    }
)

_BY_CATEGORY = MappingProxyType(
    {
        Category.GEOGRAPHIC: CallType.NATIONAL_FIXED,
        Category.VOIP_085: CallType.NATIONAL_FIXED,
        Category.CORPORATE_088: CallType.NATIONAL_FIXED,
        Category.MOBILE: CallType.NATIONAL_MOBILE,
        Category.PERSONAL: CallType.SERVICE,
        Category.M2M_097: CallType.OTHER,
        Category.FREEPHONE_0800: CallType.FREE,
        Category.PREMIUM_0900: CallType.SERVICE,
        Category.ADULT_0906: CallType.SERVICE,
        Category.ENTERTAINMENT_0909: CallType.SERVICE,
        Category.EMERGENCY: CallType.EMERGENCY,
        Category.SHORT: CallType.OTHER,
        Category.INTERNATIONAL: CallType.ABROAD,
        Category.INTERNAL: CallType.INTERNAL,
        Category.INVALID: CallType.OTHER,
    }
)
UNIVERSAL_FREEPHONE = "+800"  # dialled as 00800: free, and of no country


def call_type(category: Category, stored: str = "") -> CallType:
    """The cost group of a category; the number itself refines short codes and worldwide free numbers."""
    if stored.startswith(UNIVERSAL_FREEPHONE):
        return CallType.FREE
    if category is Category.SHORT:
        code = stored.removeprefix("short:")
        if code in {"113", "144"} or re.fullmatch(r"116\d{3}", code):
            return CallType.FREE
        if re.fullmatch(r"18\d{2}", code):
            return CallType.SERVICE
        if re.fullmatch(r"140\d{2,3}", code):
            return CallType.NATIONAL_FIXED  # a municipality, at the price of an ordinary call
    return _BY_CATEGORY[category]


class Block(StrEnum):
    """The groups of outgoing calls a customer can block; they count for forwards and menu targets too."""

    INTERNATIONAL = "international"
    MOBILE = "mobile"
    PREMIUM_0900 = "premium_0900"
    ADULT_0906 = "adult_0906"
    ENTERTAINMENT_0909 = "entertainment_0909"


BLOCK_LABELS: "MappingProxyType[Block, str | _StrPromise]" = MappingProxyType(
    {
        Block.INTERNATIONAL: _("Numbers abroad"),
        Block.MOBILE: _("Mobile numbers"),
        Block.PREMIUM_0900: _("Paid service numbers (0900 and 18xx)"),
        Block.ADULT_0906: _("Adult lines (0906)"),
        Block.ENTERTAINMENT_0909: _("Entertainment lines (0909)"),
    }
)

_DUTCH_BLOCKS = (
    (re.compile(r"\+316[1-58]\d*"), Block.MOBILE),
    # 0901-0905, 0907 and 0908 are not assigned; were one assigned tomorrow, it would be a paid number.
    (re.compile(r"\+3190[0-57-8]\d*|short:18\d{2}"), Block.PREMIUM_0900),
    (re.compile(r"\+31906\d*"), Block.ADULT_0906),
    (re.compile(r"\+31909\d*"), Block.ENTERTAINMENT_0909),
)


def blocks_of(stored: str) -> frozenset[Block]:
    """The blocks that stop a call to this number; none for what is always allowed."""
    if stored in ALWAYS_ALLOWED:
        return frozenset()
    if stored.startswith("+") and not stored.startswith(("+31", UNIVERSAL_FREEPHONE)):
        return frozenset({Block.INTERNATIONAL})
    return frozenset(block for pattern, block in _DUTCH_BLOCKS if pattern.fullmatch(stored))


def in_unlimited_fixed(stored: str) -> bool:
    """Whether "unlimited calling" covers it: fixed numbers, 085, 088, 091 and municipalities."""
    return call_type(category_of(stored), stored) is CallType.NATIONAL_FIXED


# First match counts. A pattern is of the whole extension.
_EXTENSION_RULES = (
    ("extension_length", re.compile(r".?|.{5,}")),
    ("extension_zero", re.compile(r"0.*")),
    ("extension_emergency", re.compile(r"11|112.?")),
    ("extension_helpline", re.compile(r"113|144|116.?")),
    ("extension_voicemail_access", re.compile(r"1233")),
    ("extension_operator_code", re.compile(r"12..|13..|16..")),
    ("extension_municipality", re.compile(r"14..")),
    ("extension_directory", re.compile(r"18..")),
    ("extension_system", re.compile(r"998|999")),
)

EXTENSION_REFUSALS: "MappingProxyType[str, str | _StrPromise]" = MappingProxyType(
    {
        "extension_digits": _("An extension has digits only. Choose 2 to 4 digits."),
        "extension_length": _("An extension has 2 to 4 digits."),
        "extension_zero": _("An extension cannot start with 0. Choose another first digit."),
        "extension_emergency": _("This would get in the way of 112. Choose another extension."),
        "extension_helpline": _("This is a number for help in need. Choose another extension."),
        "extension_voicemail_access": _("1233 is for listening to voicemail. Choose another extension."),
        "extension_operator_code": _("This is a code of the telephone network. Choose another extension."),
        "extension_municipality": _("Numbers with 14 are of municipalities. Choose another extension."),
        "extension_directory": _("Numbers with 18 are of directory enquiries. Choose another extension."),
        "extension_system": _("998 and 999 are the company's own fax and voicemail. Choose another extension."),
    }
)


def extension_refusal(typed: str) -> str | None:
    """The code of the rule that refuses an extension, None when it may be used; texts are in EXTENSION_REFUSALS.

    Uniqueness is not judged here. 20 and 201 may both exist.
    """
    if not (typed.isascii() and typed.isdigit()):
        return "extension_length" if not typed else "extension_digits"
    return next((code for code, pattern in _EXTENSION_RULES if pattern.fullmatch(typed)), None)

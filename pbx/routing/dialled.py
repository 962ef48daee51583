"""What was dialled, read as a Dutch exchange reads it."""

import re
import unicodedata
from dataclasses import dataclass

from portal.lib import numbers
from portal.lib.numbers import Block, Category

EMERGENCY = "short:112"
OWN_VOICEMAIL = "short:1233"
NETWORK_CODE = re.compile(r"short:1(1[23]|44|16\d{3}|[2368]\d\d|4\d{2,4})")
# Sold per minute or per call to whoever owns the number: where a stolen line is turned into money.
COSTLY = frozenset(Block) - {Block.MOBILE}


@dataclass(frozen=True, slots=True)
class Dialled:
    """``number`` as stored, empty for what is none; ``digits`` as typed; ``hidden``: asked for this call."""

    number: str
    digits: str
    hidden: bool = False


def read(text: str) -> Dialled:
    prefix, rest = numbers.split_feature_prefix(text)
    found = numbers.parse(rest, context="pbx-dial/NL")
    # Two to four digits that are no code of the network could only have been an extension.
    unknown = found.category is Category.SHORT and not NETWORK_CODE.fullmatch(found.stored or "")
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", rest))
    return Dialled("" if unknown else found.stored or "", digits, hidden=prefix in {"#31#", "*31*"})


def is_emergency(number: str) -> bool:
    return number == EMERGENCY


def is_always_allowed(number: str) -> bool:
    return number in numbers.ALWAYS_ALLOWED


def is_free(number: str) -> bool:
    return number.startswith(("+31800", "+800"))


def blocks(number: str) -> frozenset[Block]:
    return numbers.blocks_of(number)


def is_costly(number: str) -> bool:
    return bool(numbers.blocks_of(number) & COSTLY)

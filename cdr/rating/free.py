"""Numbers that are never charged and never shown to customers: 112, the helplines and freephone numbers."""

import re

from cdr.vocabulary import CallType

_HELPLINE = re.compile(r"short:(?:113|116[0-9]{3})")
# Universal freephone (+800) is as free as the Dutch one.
_FREEPHONE = ("+31800", "+800")
FREE_STARTS = ("short:", *_FREEPHONE)  # every number with a free type starts with one of these


def free_type(number: str) -> int:
    """The type of a number that is never charged nor shown, else 0."""
    if number == "short:112":
        return int(CallType.EMERGENCY)
    if _HELPLINE.fullmatch(number):
        return int(CallType.HELPLINE)
    return int(CallType.FREE) if number.startswith(_FREEPHONE) else 0

"""Callers that a line refuses: whole numbers, or all that begin alike (`+49*`). Pure; the rows are CallerFilter's."""

import re
from dataclasses import dataclass

from portal.lib.numbers import display, parse

_FILLERS = re.compile(r"[\s().\u00a0-]")
_PREFIX = re.compile(r"\+[1-9]\d{0,13}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`digits` with a plus, as numbers are stored; a prefix stands for every number that begins with them."""

    digits: str
    is_prefix: bool = False

    def __str__(self) -> str:
        return f"{self.digits}*" if self.is_prefix else display(self.digits)

    def fits(self, number: str) -> bool:
        """Whether a stored number is meant."""
        return number.startswith(self.digits) if self.is_prefix else number == self.digits


def read_pattern(typed: str) -> Pattern | None:
    """A number in any spelling, or the beginning of some with a star after it; None for what is neither."""
    text = typed.strip()
    if not text.endswith("*"):
        number = parse(text)
        return Pattern(number.e164) if number.e164 else None
    digits = _FILLERS.sub("", text[:-1])
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+31{digits[1:]}"
    return Pattern(digits, is_prefix=True) if _PREFIX.fullmatch(digits) else None

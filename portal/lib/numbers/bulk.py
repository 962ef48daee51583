"""Millions of numbers at once, with the very tables of the single ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.lib.lpm import Strings, as_text, encode
from portal.lib.numbers.groups import CALL_TYPE_CODES, HIDDEN_FROM_CUSTOMERS, call_type
from portal.lib.numbers.plan import BY_RULE_AND_LENGTH, CATEGORIES_BY_CODE, CATEGORY_CODES, LONGEST, PREFIXES, Category
from portal.lib.numbers.reading import Bare, parse

type Codes = npt.NDArray[np.int8]

_INVALID = CATEGORY_CODES[Category.INVALID]
_LONGEST_SHORT_CODE = 8  # 31 before 140591 or 116000; digits that are longer and in no plan are just invalid
_CALL_TYPE_OF: Codes = np.array([CALL_TYPE_CODES[call_type(found)] for found in CATEGORIES_BY_CODE], dtype=np.int8)
_HIDDEN: npt.NDArray[np.bool_] = np.array(
    [found in {Category.FREEPHONE_0800, Category.EMERGENCY} for found in CATEGORIES_BY_CODE]
)


def classify_digits(numbers: Strings) -> Codes:
    """Category codes (CATEGORY_CODES) of E.164 digits without plus; 0 (INVALID) for anything else."""
    text = as_text(numbers, width=LONGEST + 1)  # one more than allowed, so that too long is seen
    if not len(text):
        return np.zeros(0, dtype=np.int8)
    lengths = np.char.str_len(text)
    codes: Codes = BY_RULE_AND_LENGTH[PREFIXES.match_codes(encode(text)), lengths]
    return codes


@dataclass(frozen=True, slots=True)
class ReadNumbers:
    """One array entry a number: `stored` (`+31…`, `short:…`, empty when invalid), category and call type codes."""

    stored: npt.NDArray[np.object_]
    categories: Codes
    call_types: Codes
    hidden: npt.NDArray[np.bool_]


def _digits(text: str, bare: Bare) -> str:
    """E.164 digits of the plain spellings, an empty string for one that `parse` must look at."""
    if text.startswith("+"):
        digits = text[1:]
    elif text.startswith("00"):
        digits = text[2:]
    elif text.startswith("0"):
        digits = f"31{text[1:]}"
        return digits if len(digits) > 6 and digits.isascii() and digits.isdigit() else ""
    elif bare is Bare.INTERNATIONAL:
        digits = text
    else:
        return ""
    if not (len(digits) > 6 and digits.isascii() and digits.isdigit()):
        return ""
    return f"31{digits[3:]}" if digits.startswith("310") else digits


def read_many(numbers: Sequence[str], *, bare: Bare, context: str = "cdr/NL") -> ReadNumbers:
    """As `parse(number, context="cdr/NL", bare=bare)` of each; each distinct spelling is read once.

    Extensions are not known here: two to four digits come back as `short:…`.
    """
    places: dict[str, int] = {}
    which = np.array([places.setdefault(number, len(places)) for number in numbers], dtype=np.int64)
    texts = list(places)
    digits = [_digits(text, bare) for text in texts]
    categories = classify_digits(np.array(digits, dtype=object))
    stored = np.array([f"+{number}" for number in digits], dtype=object)
    for place in np.flatnonzero(categories == _INVALID):
        if len(digits[place]) > _LONGEST_SHORT_CODE:
            stored[place] = ""
            continue
        found = parse(texts[place], context=context, bare=bare)
        categories[place] = CATEGORY_CODES[found.category]
        stored[place] = found.stored or ""
    call_types = _CALL_TYPE_OF[categories]
    hidden = _HIDDEN[categories]
    refined = categories == CATEGORY_CODES[Category.SHORT]
    refined |= np.fromiter((number.startswith("800") for number in digits), dtype=np.bool_, count=len(digits))
    for place in np.flatnonzero(refined):  # a number tells more than its category in these few
        category = CATEGORIES_BY_CODE[categories[place]]
        call_types[place] = CALL_TYPE_CODES[call_type(category, stored[place])]
        hidden[place] = stored[place] in HIDDEN_FROM_CUSTOMERS
    return ReadNumbers(stored[which], categories[which], call_types[which], hidden[which])

"""Millions of numbers at once, with the very tables of the single ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from portal.lib.lpm import Strings, as_text, characters, encode
from portal.lib.numbers.groups import CALL_TYPE_CODES, HIDDEN_FROM_CUSTOMERS, call_type
from portal.lib.numbers.plan import BY_RULE_AND_LENGTH, CATEGORIES_BY_CODE, CATEGORY_CODES, LONGEST, PREFIXES, Category
from portal.lib.numbers.reading import Bare, parse

type Codes = npt.NDArray[np.int8]

_INVALID = CATEGORY_CODES[Category.INVALID]


def classify_digits(numbers: Strings) -> Codes:
    """Category codes (CATEGORY_CODES) of E.164 digits without plus; 0 (INVALID) for anything else."""
    text = as_text(numbers, width=LONGEST + 1)  # one more than allowed, so that too long is seen
    if not len(text):
        return np.zeros(0, dtype=np.int8)
    lengths = (characters(text) != 0).sum(axis=1)
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


def read_many(
    numbers: "pd.Series[Any] | npt.NDArray[Any] | Sequence[str]", *, bare: Bare, context: str = "cdr/NL"
) -> ReadNumbers:
    """As `parse(number, context="cdr/NL", bare=bare)` of each; each distinct spelling is read once.

    Extensions are not known here: two to four digits come back as `short:…`.
    """
    which, distinct = pd.factorize(pd.Series(numbers, dtype=object).fillna(""))
    texts = [str(text) for text in distinct]
    digits = [_digits(text, bare) for text in texts]
    categories = classify_digits(np.array(digits, dtype=object))
    stored = np.array([f"+{number}" for number in digits], dtype=object)
    for place in np.flatnonzero(categories == _INVALID):
        found = parse(texts[place], context=context, bare=bare)
        categories[place] = CATEGORY_CODES[found.category]
        stored[place] = found.stored or ""
    call_types = np.array(
        [
            CALL_TYPE_CODES[call_type(CATEGORIES_BY_CODE[code], number)]
            for code, number in zip(categories, stored, strict=True)
        ],
        dtype=np.int8,
    )
    hidden = np.array([number in HIDDEN_FROM_CUSTOMERS for number in stored], dtype=np.bool_)
    return ReadNumbers(stored[which], categories[which], call_types[which], hidden[which])

"""Numbers as CDR files hold them, to what is stored: `+31201234567`, `short:112`, `ext:101` or nothing.

This reads the shape and does not judge: a call that was made to a number the numbering plan does not know was made
all the same, and its prefix still tells what it costs.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from portal.lib.numbers.plan import short_code_behind_31

type NumberFormat = Literal["national", "international"]

_PLAIN = re.compile(r"\+?[0-9]+")
_NOISE = re.compile(r"[\s().\-/\u00a0\u200e\u200f\u202a-\u202e]")
_SPREADSHEET = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+", re.IGNORECASE)
# Digits that were to stay text in a spreadsheet: ="0201234567", or with an apostrophe before them.
_TEXT_CELL = re.compile(r'=?"([^"]*)"|\'(.*)')
_FEATURE = re.compile(r"(?:\*31\*|#31#|\*31#)")
_SHORT = re.compile(r"112|113|144|116[0-9]{3}|18[0-9]{2}|14[0-9]{3,4}|1233|12[0-9]{2}|13[0-9]{2}|16[0-9]{2}")
_EMERGENCY = re.compile(r"0?(?:112|911)")
_DUTCH = "^0[1-9][0-9]{8}$"
BROKEN_NUMBER = "\0"
LONGEST = 15
NUMBERS_KEPT = 200_000
_LONGEST_SHORT = 8  # 31 before 140591 or 116000


@lru_cache(NUMBERS_KEPT)
def read_number(text: str, form: NumberFormat) -> str | None:
    """The number, an empty string for what is none (`s`, `anonymous`, a menu), None where digits were lost.

    `form` is declared by the source and tells what digits without plus or zero mean; it is not guessed row by row.
    """
    bare = text  # almost all are digits only
    if not (text.isascii() and text.isdigit()):
        cleaned = text if _PLAIN.fullmatch(text) else _bare(text)
        if cleaned is None or not _PLAIN.fullmatch(cleaned):
            return None if cleaned is None else ""
        bare = cleaned
    if len(bare) <= 4 and _EMERGENCY.fullmatch(bare):
        return "short:112"
    if bare.startswith("+"):
        return _e164(bare[1:])
    if bare.startswith("00"):
        return _e164(bare[2:])
    if bare.startswith("0"):
        return _e164("31" + bare[1:]) if len(bare) > 5 else ""
    if len(bare) <= 6 and _SHORT.fullmatch(bare):
        return "short:" + bare
    if len(bare) <= 4:
        return "ext:" + bare if len(bare) > 1 else ""
    if form == "national" and len(bare) == 9:
        return _e164("31" + bare)  # a spreadsheet took the zero away
    return _e164(bare)


def read_numbers(texts: Any, form: NumberFormat) -> Any:
    """The same for a string array; BROKEN_NUMBER where digits were lost. Most are Dutch numbers, read as a column."""
    dutch = np.asarray(pc.match_substring_regex(texts, _DUTCH), dtype=np.bool_)
    found = pc.binary_join_element_wise("+31", pc.utf8_slice_codeunits(texts, 1), "")
    if dutch.all():
        return found
    read = [read_number(text, form) for text in texts.filter(pa.array(~dutch)).to_pylist()]
    others = [BROKEN_NUMBER if number is None else number for number in read]
    return pc.replace_with_mask(found, pa.array(~dutch), pa.array(others, pa.string()))


def _bare(text: str) -> str | None:
    """Without scheme, host, parameters, spaces and codes that stand before a number."""
    plain = text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if cell := _TEXT_CELL.fullmatch(plain):
        plain = (cell[1] or cell[2] or "").strip()
    if _SPREADSHEET.fullmatch(plain):
        return None
    plain = plain.removeprefix("sip:").removeprefix("sips:").removeprefix("tel:")
    plain = plain.partition(";")[0].partition("@")[0]
    plain = _NOISE.sub("", plain)
    return _FEATURE.sub("", plain, count=1).removesuffix("#")


def _e164(digits: str) -> str | None:
    if digits.startswith("310"):
        digits = "31" + digits[3:]  # +31 (0)20
    if len(digits) > LONGEST:
        return None
    if len(digits) <= _LONGEST_SHORT and digits.startswith("31"):
        short = short_code_behind_31(digits[2:])  # some switches put +31 before everything, 112 as well
        if short:
            return f"short:{short[0]}"
    return "+" + digits if len(digits) >= 5 else ""

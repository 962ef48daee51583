"""What there is to say of a delivery, in the reader's language: it is stored in English, with its values filled in."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext

from cdr.ingest.problems import ALL

_VALUE = re.compile(r"%\((\w+)\)s")


def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = _VALUE.split(sentence)  # text, name, text, name, … text
    parts = [re.escape(piece) if place % 2 == 0 else f"(?P<{piece}>.*)" for place, piece in enumerate(pieces)]
    return re.compile("".join(parts), re.DOTALL)


_PATTERNS: Mapping[str, re.Pattern[str]] = {sentence: _pattern(sentence) for sentence in ALL}


def problem_words(problem: str) -> str:
    """A sentence about a file in the language that is active; as it is where it is none that we know."""
    for sentence, pattern in _PATTERNS.items():
        found = pattern.fullmatch(problem)
        if found:
            return gettext(sentence) % found.groupdict() if found.groupdict() else gettext(sentence)
    return problem

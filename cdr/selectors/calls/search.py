"""From part of a number to the whole numbers that it can mean.

Under row-level security a LIKE uses no index on the records, so part of a number is looked up in the customer's short
list of distinct numbers, and the records are then asked for equal ones. Who sees masked numbers searches only the digits
that are shown: numbers that differ in the hidden ones are found alike or not at all, so that nobody learns these by
searching.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set

from django.db.models import F, Q
from django.db.models.functions import Left, Length

from cdr.models import PartyNumber
from cdr.selectors.calls.selection import Parties, after
from portal.lib.numbers import SearchKey, search_keys
from portal.lib.numbers.showing import MASKED_DIGITS

MOST_NUMBERS = 1_000


class TooManyNumbersError(ValueError):
    """Part of a number that fits more than MOST_NUMBERS numbers."""


def find_parties(typed: str, *, own: Iterable[str], names: Mapping[str, str], full_numbers: bool) -> Parties | None:
    """What a search means: part of a number in any spelling, or of the name of an own number; None where nothing is typed.

    `own` are the numbers of the customer that have calls, `names` the names of all of its numbers and extensions.
    """
    text = typed.strip()
    if not text:
        return None
    if re.search(r"[^\W\d_]", text):
        wanted = text.casefold()
        named = frozenset(number for number, name in names.items() if wanted in name.casefold())
        return Parties(named, named)
    keys = search_keys(text)
    try:
        return _parties(keys, own={*own, *names}, full_numbers=full_numbers)
    except TooManyNumbersError:
        # "06" stands somewhere in very many numbers, yet what is meant is where it stands first.
        start = next((key.text for key in keys if key.anchored), "")
        if not start:
            raise
        ours = frozenset(number for number in {*own, *names} if number.startswith(start))
        return Parties(ours, start=start, hidden=0 if full_numbers else MASKED_DIGITS)


def _parties(keys: Sequence[SearchKey], *, own: Set[str], full_numbers: bool) -> Parties:
    ours = frozenset(number for number in own if any(key.finds(number) for key in keys))
    others = frozenset(_others(keys, full_numbers=full_numbers)) if keys else frozenset()
    if max(len(ours), len(others)) > MOST_NUMBERS:
        raise TooManyNumbersError
    return Parties(ours, others)


def _others(keys: Iterable[SearchKey], *, full_numbers: bool) -> list[str]:
    """Numbers of other parties; one more than MOST_NUMBERS when there are more."""
    condition = Q()
    for key in keys:
        condition |= _standing(key, full_numbers=full_numbers)
    found = PartyNumber.objects.alias(length=Length("number"), seen=Left("number", F("length") - MASKED_DIGITS))
    return list(found.filter(condition).values_list("number", flat=True)[: MOST_NUMBERS + 1])


def _standing(key: SearchKey, *, full_numbers: bool) -> Q:
    condition = Q(number__contains=key.text)
    if key.anchored:
        # A range of the primary key, which is sorted by bytes.
        condition = Q(number__gte=key.text, number__lt=after(key.text))
    if full_numbers:
        return condition
    # Only what starts with + is masked; short codes and extensions are nobody's secret.
    shown = Q(seen__startswith=key.text) if key.anchored else Q(seen__contains=key.text)
    return condition & (Q(length__gt=MASKED_DIGITS) & shown | ~Q(number__startswith="+"))

"""From part of a number to the whole numbers that it can mean.

Under row-level security a LIKE uses no index on the records, so part of a number is looked up in the customer's short
list of distinct numbers, and the records are then asked for equal ones. Who sees masked numbers searches only the digits
that are shown: numbers that differ in the hidden ones are found alike or not at all, so that nobody learns these by
searching.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

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
    ours = frozenset(number for number in {*own, *names} if any(key.finds(number) for key in keys))
    others = _others(keys, full_numbers=full_numbers)
    if max(len(ours), len(others)) <= MOST_NUMBERS:
        return Parties(ours, frozenset(others))
    # Very many begin with "06", which needs no list of them; those that have it elsewhere are few.
    start = next((key.text for key in keys if key.anchored), "")
    if not start:
        raise TooManyNumbersError
    hidden = 0 if full_numbers else MASKED_DIGITS
    others = _others([key for key in keys if not key.anchored], full_numbers=full_numbers, but_for=start)
    if max(len(ours), len(others)) <= MOST_NUMBERS:
        return Parties(ours, frozenset(others), start=start, hidden=hidden)
    ours = frozenset(number for number in ours if number.startswith(start))
    return Parties(ours, start=start, hidden=hidden, in_part=True)


def _others(keys: Sequence[SearchKey], *, full_numbers: bool, but_for: str = "") -> list[str]:
    """Numbers of other parties, without those that begin with `but_for`; one more than MOST_NUMBERS when there are more."""
    if not keys:
        return []
    condition = Q()
    for key in keys:
        condition |= _standing(key, full_numbers=full_numbers)
    if but_for:
        condition &= ~Q(number__gte=but_for, number__lt=after(but_for))
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

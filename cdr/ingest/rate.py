"""Call types and charges of a chunk, in columns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from cdr.ingest.calls import Integers
from cdr.ingest.legs import Legs
from cdr.rating.tariffs import NO_RATE, TariffBook, rating_key
from cdr.vocabulary import CallType, Direction

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HELPLINE = re.compile(r"short:(?:113|116[0-9]{3})")
# Universal freephone (+800) is as free as the Dutch one.
_FREEPHONE = ("+31800", "+800")
FREE_STARTS = ("short:", *_FREEPHONE)  # every number with a free type starts with one of these
NO_CHARGE = -1


@dataclass(frozen=True, slots=True)
class Charges:
    """`micros` is NO_CHARGE where a call has no rate; `rate` is the id of the rate used, 0 for none."""

    call_type: Integers
    micros: Integers
    rate: Integers


def free_type(number: str) -> int:
    """The type of a number that is never charged nor shown, else 0."""
    if number == "short:112":
        return int(CallType.EMERGENCY)
    if _HELPLINE.fullmatch(number):
        return int(CallType.HELPLINE)
    return int(CallType.FREE) if number.startswith(_FREEPHONE) else 0


def _moment(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def charge(
    legs: Legs,
    *,
    start: Integers,
    seconds: Integers,
    customers: Integers,
    tariffs: Mapping[int, int],
    books: Mapping[int, TariffBook],
) -> Charges:
    """Charges of a chunk. `tariffs` is customer -> tariff, `books` tariff -> versions; `start` in microseconds UTC."""
    special = legs.other.starting(*FREE_STARTS)
    free = np.zeros(len(special), dtype=np.int64)
    if special.any():
        free[special] = legs.other.keep(special).compact().number(free_type)
    call_type = np.select(
        [free > 0, legs.direction == Direction.INCOMING, legs.direction == Direction.INTERNAL],
        [free, np.full(len(free), int(CallType.INCOMING)), np.full(len(free), int(CallType.INTERNAL))],
        default=int(CallType.UNKNOWN),
    ).astype(np.int64)
    charged = legs.is_call & legs.left & (free == 0)
    micros = np.where(charged, NO_CHARGE, 0).astype(np.int64)
    rates = np.zeros(len(free), dtype=np.int64)
    rows = np.flatnonzero(charged)
    others = legs.other.keep(charged).compact()
    keys = np.array([rating_key(number) for number in others.values] or [""], dtype=str)
    tariff_of = _tariff_of(customers[rows], tariffs)
    for tariff in np.unique(tariff_of).tolist():
        book = books.get(tariff)
        if book is None:
            continue
        bounds = [_moment(version.start) for version in book.versions] + [np.iinfo(np.int64).max]
        place = np.searchsorted(np.array(bounds), start[rows], side="right") - 1
        for position, version in enumerate(book.versions):
            found = version.positions(keys)[others.codes]
            hit = (tariff_of == tariff) & (place == position) & (found != NO_RATE)
            rate, row = found[hit], rows[hit]
            micros[row] = version.prices.charges(rate, seconds[row])
            call_type[row] = np.array([each.call_type for each in version.rates], dtype=np.int64)[rate]
            rates[row] = np.array([each.id for each in version.rates], dtype=np.int64)[rate]
    return Charges(call_type, micros, rates)


def _tariff_of(customers: Integers, tariffs: Mapping[int, int]) -> Integers:
    """The tariff of each row's customer, 0 for none."""
    present, place = np.unique(customers, return_inverse=True)
    found: Integers = np.array([tariffs.get(customer, 0) for customer in present.tolist()] or [0], dtype=np.int64)[
        place
    ]
    return found

"""Call types and charges of a chunk, in columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from cdr.ingest.calls import Integers, Mask
from cdr.ingest.legs import Legs
from cdr.rating.free import FREE_STARTS, free_type
from cdr.rating.overrides import OverrideBook
from cdr.rating.rates import NO_RATE, rating_key
from cdr.rating.tariffs import TariffBook
from cdr.vocabulary import CallType, Direction
from portal.lib import numbers

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_CHARGE = -1
_PLANNED = {
    numbers.CallType.NATIONAL_MOBILE: CallType.NL_MOBILE,
    numbers.CallType.ABROAD: CallType.ABROAD,
    numbers.CallType.SERVICE: CallType.SERVICE,
}

__all__ = ["FREE_STARTS", "NO_CHARGE", "Charges", "charge", "free_type"]


@dataclass(frozen=True, slots=True)
class Charges:
    """`micros` is NO_CHARGE where a call has no rate; `rate` is the id of the rate used, 0 for none.

    A price of the customer's own stands there as its id below zero.
    """

    call_type: Integers
    micros: Integers
    rate: Integers


def _moment(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Charged:
    """The calls that are charged for, by position among themselves, and what was found for them so far."""

    keys: npt.NDArray[np.str_]
    codes: Integers  # which key each call has
    start: Integers  # microseconds UTC
    begun: Integers  # whole seconds
    seconds: Integers
    micros: Integers
    call_type: Integers
    rate: Integers
    length: Integers  # of the prefix found, 0 for none


def charge(
    legs: Legs,
    *,
    start: Integers,
    seconds: Integers,
    customers: Integers,
    tariffs: Mapping[int, int],
    books: Mapping[int, TariffBook],
    overrides: Mapping[int, OverrideBook] | None = None,
    price: Integers | None = None,
) -> Charges:
    """Charges of a chunk. `tariffs` is customer -> tariff, `books` tariff -> versions, `overrides` customer -> prices
    of its own; `start` in microseconds UTC. A call of which the source gave the `price` (not negative) costs that.
    """
    special = legs.other.starting(*FREE_STARTS)
    free = np.zeros(len(special), dtype=np.int64)
    if special.any():
        free[special] = legs.other.keep(special).compact().number(free_type)
    stayed = legs.is_call & ~legs.left & (legs.direction == Direction.FORWARDED)  # a colleague took it
    call_type = np.select(
        [free > 0, legs.direction == Direction.INCOMING, (legs.direction == Direction.INTERNAL) | stayed],
        [free, np.full(len(free), int(CallType.INCOMING)), np.full(len(free), int(CallType.INTERNAL))],
        default=int(CallType.UNKNOWN),
    ).astype(np.int64)
    charged = legs.is_call & legs.left & (free == 0)
    micros = np.where(charged, NO_CHARGE, 0).astype(np.int64)
    rates = np.zeros(len(free), dtype=np.int64)
    rows = np.flatnonzero(charged)
    others = legs.other.keep(charged).compact()
    found = _Charged(
        keys=np.array([rating_key(number) for number in others.values] or [""], dtype=str),
        codes=others.codes,
        start=start[rows],
        begun=start[rows] // 1_000_000,
        seconds=seconds[rows],
        micros=micros[rows],
        call_type=call_type[rows],
        rate=rates[rows],
        length=np.zeros(len(rows), dtype=np.int64),
    )
    _by_tariff(found, _tariff_of(customers[rows], tariffs), books)
    _by_override(found, customers[rows], overrides or {})
    micros[rows], call_type[rows], rates[rows] = found.micros, found.call_type, found.rate
    charges = Charges(call_type, micros, rates)
    return charges if price is None else _as_priced(charges, legs, charged & (price >= 0), price)


def _as_priced(charges: Charges, legs: Legs, rows: Mask, price: Integers) -> Charges:
    """The charges with what the source asked in these rows; their call types are still those of the tariff."""
    if not rows.any():
        return charges
    unknown = rows & (charges.call_type == CallType.UNKNOWN)
    planned = legs.other.number(_planned_type)
    return Charges(
        np.where(unknown, planned, charges.call_type),
        np.where(rows, price, charges.micros),
        np.where(rows, 0, charges.rate),
    )


def _planned_type(number: str) -> int:
    """The type of a call for which no tariff has one, from the numbering plan."""
    kind = _PLANNED.get(numbers.call_type(numbers.category_of(number), number))
    if kind is None:
        kind = CallType.ABROAD if number.startswith("+") and not number.startswith("+31") else CallType.NL_FIXED
    return int(kind)


def _by_tariff(found: _Charged, tariff_of: Integers, books: Mapping[int, TariffBook]) -> None:
    for tariff in np.unique(tariff_of).tolist():
        book = books.get(tariff)
        if book is None:
            continue
        bounds = [_moment(version.start) for version in book.versions] + [np.iinfo(np.int64).max]
        place = np.searchsorted(np.array(bounds), found.start, side="right") - 1
        mine = tariff_of == tariff
        for position, version in enumerate(book.versions):
            here = mine & (place == position)
            if not here.any():
                continue
            which = version.positions(found.keys)[found.codes]
            hit = here & (which != NO_RATE)
            rate = which[hit]
            found.micros[hit] = version.charges(rate, found.seconds[hit], found.begun[hit])
            found.call_type[hit] = version.types[rate]
            found.rate[hit] = version.ids[rate]
            found.length[hit] = version.lengths[rate]


def _by_override(found: _Charged, customers: Integers, overrides: Mapping[int, OverrideBook]) -> None:
    """Put prices of customers' own in the place of those of the tariff where their prefix is as long or longer."""
    for rows, book in _rows_with(customers, overrides):
        bounds = np.array([_moment(bound) for bound in book.bounds], dtype=np.int64)
        which = book.positions(
            found.keys[found.codes[rows]], np.searchsorted(bounds, found.start[rows], side="right") - 1
        )
        wins = (which != NO_RATE) & (book.lengths[which] >= found.length[rows])
        row, override = rows[wins], which[wins]
        listed = np.where(found.length[row] > 0, found.call_type[row], book.types_of_prefixes[override])
        found.micros[row] = book.charges(override, found.seconds[row], found.begun[row])
        found.call_type[row] = np.where(book.types[override] == NO_RATE, listed, book.types[override])
        found.rate[row] = -book.ids[override]
        found.length[row] = book.lengths[override]


def _rows_with(customers: Integers, overrides: Mapping[int, OverrideBook]) -> Iterator[tuple[Integers, OverrideBook]]:
    """The rows of each customer that has overrides: sorted once, so that many such customers cost no more than few."""
    having: Mask = np.isin(customers, np.array(list(overrides), dtype=np.int64))
    rows = np.flatnonzero(having)
    order = rows[np.argsort(customers[rows], kind="stable")]
    present, first = np.unique(customers[order], return_index=True)
    for customer, part in zip(present.tolist(), np.split(order, first[1:]), strict=False):
        if overrides[customer].overrides:
            yield part, overrides[customer]


def _tariff_of(customers: Integers, tariffs: Mapping[int, int]) -> Integers:
    """The tariff of each row's customer, 0 for none."""
    present, place = np.unique(customers, return_inverse=True)
    found: Integers = np.array([tariffs.get(customer, 0) for customer in present.tolist()] or [0], dtype=np.int64)[
        place
    ]
    return found

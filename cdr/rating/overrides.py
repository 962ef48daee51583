"""Prices of one customer's own, which go before those of its tariff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cdr.rating.bands import PeakHours
from cdr.rating.prices import Integers, Price, PriceColumns
from cdr.rating.rates import NO_RATE, PrefixRate, type_of_prefix
from portal.lib.lpm import PrefixTable


@dataclass(frozen=True, slots=True)
class Override:
    """What calls of one customer to a prefix cost, from `start` until before `end` (None: until further notice).

    `call_type` and `destination` are None and empty where they are as in the tariff. `hours` are those of the tariff
    when the price was agreed.
    """

    id: int
    prefix: str
    start: datetime
    end: datetime | None
    price: Price
    hours: PeakHours
    call_type: int | None = None
    destination: str = ""

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)

    def rate(self, instead_of: PrefixRate | None) -> PrefixRate:
        """As a rate; what it does not say itself is taken from the rate whose place it takes, or from its prefix."""
        kind = self.call_type
        if kind is None:
            kind = instead_of.call_type if instead_of else type_of_prefix(self.prefix)
        where = self.destination or (instead_of.destination if instead_of else "")
        return PrefixRate(-self.id, self.prefix, kind, self.price, where)


def best(overrides: Sequence[Override], key: str, moment: datetime) -> Override | None:
    """The override with the longest prefix that holds; of two with the same prefix the one that began last."""
    fitting = [one for one in overrides if key.startswith(one.prefix) and one.holds(moment)]
    return max(fitting, key=lambda one: (len(one.prefix), one.start, one.id), default=None)


@dataclass(frozen=True, eq=False)
class OverrideBook:
    """All overrides of one customer, also as columns."""

    overrides: tuple[Override, ...]

    @cached_property
    def bounds(self) -> tuple[datetime, ...]:
        """The moments at which another set of overrides begins to hold, in order."""
        ends = {one.end for one in self.overrides if one.end is not None}
        return tuple(sorted({one.start for one in self.overrides} | ends))

    @cached_property
    def prices(self) -> PriceColumns:
        return PriceColumns.of([one.price for one in self.overrides])

    @cached_property
    def ids(self) -> Integers:
        return np.array([one.id for one in self.overrides], dtype=np.int64)

    @cached_property
    def lengths(self) -> Integers:
        return np.array([len(one.prefix) for one in self.overrides], dtype=np.int64)

    @cached_property
    def types(self) -> Integers:
        """Call types of their own, NO_RATE where it is that of the tariff."""
        kinds = [NO_RATE if one.call_type is None else one.call_type for one in self.overrides]
        return np.array(kinds, dtype=np.int64)

    @cached_property
    def types_of_prefixes(self) -> Integers:
        return np.array([type_of_prefix(one.prefix) for one in self.overrides], dtype=np.int64)

    @cached_property
    def hours(self) -> tuple[tuple[PeakHours, npt.NDArray[np.bool_]], ...]:
        """The different peak hours, each with the overrides that have them."""
        different = dict.fromkeys(one.hours for one in self.overrides)
        return tuple((hours, np.array([one.hours == hours for one in self.overrides])) for hours in different)

    @cached_property
    def _tables(self) -> tuple[PrefixTable, ...]:
        order = sorted(enumerate(self.overrides), key=lambda placed: (placed[1].start, placed[1].id))
        return tuple(
            PrefixTable.build({one.prefix: place for place, one in order if one.holds(moment)}.items())
            for moment in self.bounds
        )

    def positions(self, keys: npt.NDArray[np.str_], segments: Integers) -> Integers:
        """The position in `overrides` of the longest prefix of each key, or NO_RATE; `segments` are places in `bounds`."""
        found = np.full(len(keys), NO_RATE, dtype=np.int64)
        for segment in np.unique(segments[segments >= 0]).tolist():
            here = segments == segment
            found[here] = self._tables[segment].match(keys[here])
        return found

    def charges(self, which: Integers, seconds: Integers, start: Integers) -> Integers:
        """Charges of calls of `seconds` from `start` (seconds UTC) on at the prices of the overrides `which`."""
        charged = np.zeros(len(which), dtype=np.int64)
        for hours, having in self.hours:
            rows = having[which]
            charged[rows] = self.prices.charges(which[rows], seconds[rows], start[rows], hours)
        return charged

"""Tariffs as they are rated with: versions in time, prefixes within a version, one price a prefix."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt

from cdr.rating.bands import PeakHours
from cdr.rating.overrides import Override, best
from cdr.rating.prices import Integers, PriceColumns, calculate
from cdr.rating.rates import NO_RATE, PrefixRate, rating_key
from portal.lib.lpm import PrefixTable


@dataclass(frozen=True, slots=True)
class Version:
    """The rates of a tariff from `start` (UTC) until the next version starts."""

    start: datetime
    rates: tuple[PrefixRate, ...]
    hours: PeakHours
    table: PrefixTable = field(repr=False, compare=False)
    prices: PriceColumns = field(repr=False, compare=False)
    # Columns over `rates`, by position.
    ids: Integers = field(repr=False, compare=False)
    types: Integers = field(repr=False, compare=False)
    lengths: Integers = field(repr=False, compare=False)

    @classmethod
    def of(cls, start: datetime, rates: Sequence[PrefixRate], hours: PeakHours | None = None) -> Self:
        """ValueError when a prefix stands twice: which of the two would hold is nobody's guess."""
        prefixes = [rate.prefix for rate in rates]
        if len(set(prefixes)) != len(prefixes):
            raise ValueError("a prefix stands once in a version of a tariff")
        return cls(
            start=start,
            rates=tuple(rates),
            hours=hours or PeakHours(),
            table=PrefixTable.build([(rate.prefix, position) for position, rate in enumerate(rates)]),
            prices=PriceColumns.of([rate.price for rate in rates]),
            ids=np.array([rate.id for rate in rates], dtype=np.int64),
            types=np.array([rate.call_type for rate in rates], dtype=np.int64),
            lengths=np.array([len(prefix) for prefix in prefixes], dtype=np.int64),
        )

    def positions(self, keys: npt.NDArray[np.str_]) -> Integers:
        """The position in `rates` of the longest prefix of each key, or NO_RATE."""
        if not self.rates or not len(keys):
            return np.full(len(keys), NO_RATE, dtype=np.int64)
        return self.table.match(keys).astype(np.int64)

    def charges(self, which: Integers, seconds: Integers, start: Integers) -> Integers:
        """Charges of calls of `seconds` from `start` (seconds UTC) on at the rates `which` (positions)."""
        return self.prices.charges(which, seconds, start, self.hours)

    def best(self, key: str) -> PrefixRate | None:
        """The rate with the longest prefix of a key."""
        fitting = [rate for rate in self.rates if key.startswith(rate.prefix)]
        return max(fitting, key=lambda rate: len(rate.prefix), default=None)


@dataclass(frozen=True, slots=True)
class TariffBook:
    """All versions of one tariff, oldest first."""

    versions: tuple[Version, ...]

    def __post_init__(self) -> None:
        starts = [version.start for version in self.versions]
        if starts != sorted(set(starts)):
            raise ValueError("the versions of a tariff start at different moments, oldest first")

    def at(self, moment: datetime) -> Version | None:
        """The version that holds for a call that starts at `moment`."""
        position = bisect_right([version.start for version in self.versions], moment)
        return self.versions[position - 1] if position else None


@dataclass(frozen=True, slots=True)
class Choice:
    """The rate of a call, with the peak hours it goes by. `override` and the tariff's own rate `listed` tell how it won."""

    rate: PrefixRate | None
    hours: PeakHours
    version: Version | None
    listed: PrefixRate | None
    override: Override | None


def choose_rate(book: TariffBook | None, overrides: Sequence[Override], *, number: str, start: datetime) -> Choice:
    """The longest prefix over tariff and overrides together; of two that are as long the override."""
    key = rating_key(number)
    version = book.at(start) if book else None
    listed = version.best(key) if version and key else None
    override = best(overrides, key, start) if key else None
    if override and listed and len(override.prefix) < len(listed.prefix):
        override = None
    if override:
        return Choice(override.rate(listed), override.hours, version, listed, override)
    return Choice(listed, version.hours if version else PeakHours(), version, listed, None)


@dataclass(frozen=True, slots=True)
class RatedCall:
    """The price of one call and where it comes from; without a rate it is unrated, which is not free."""

    rate: PrefixRate | None
    micros: int | None


def rate_call(
    book: TariffBook | None, *, number: str, seconds: int, start: datetime, overrides: Sequence[Override] = ()
) -> RatedCall:
    """Rate one call by itself: the plain loop that the columns are tested against."""
    choice = choose_rate(book, overrides, number=number, start=start)
    if choice.rate is None:
        return RatedCall(None, None)
    return RatedCall(choice.rate, calculate(choice.rate.price, choice.hours, seconds=seconds, start=start).micros)

"""Tariffs as they are rated with: versions in time, prefixes within a version, one price a prefix."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt

from cdr.rating.prices import Integers, Price, PriceColumns, charge_micros
from portal.lib.lpm import PrefixTable

NO_RATE = -1


@dataclass(frozen=True, slots=True)
class PrefixRate:
    """What calls to a prefix cost. `prefix` is a rating key (see `rating_key`), `id` names the row it came from."""

    id: int
    prefix: str
    call_type: int
    price: Price


@dataclass(frozen=True, slots=True)
class Version:
    """The rates of a tariff from `start` (UTC) until the next version starts."""

    start: datetime
    rates: tuple[PrefixRate, ...]
    table: PrefixTable = field(repr=False, compare=False)
    prices: PriceColumns = field(repr=False, compare=False)

    @classmethod
    def of(cls, start: datetime, rates: Sequence[PrefixRate]) -> Self:
        """ValueError when a prefix stands twice: which of the two would hold is nobody's guess."""
        prefixes = [rate.prefix for rate in rates]
        if len(set(prefixes)) != len(prefixes):
            raise ValueError("a prefix stands once in a version of a tariff")
        return cls(
            start=start,
            rates=tuple(rates),
            table=PrefixTable.build([(rate.prefix, position) for position, rate in enumerate(rates)]),
            prices=PriceColumns.of([rate.price for rate in rates]),
        )

    def positions(self, keys: npt.NDArray[np.str_]) -> Integers:
        """The position in `rates` of the longest prefix of each key, or NO_RATE."""
        if not self.rates or not len(keys):
            return np.full(len(keys), NO_RATE, dtype=np.int64)
        return self.table.match(keys).astype(np.int64)


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
class RatedCall:
    """The price of one call and where it comes from; without a rate it is unrated, which is not free."""

    rate: PrefixRate | None
    micros: int | None


def rating_key(number: str) -> str:
    """The digits that prefixes are matched with: `+31201234567` -> `31201234567`, `short:1850` -> `01850`.

    No E.164 number begins with a zero, so national short codes get one and never meet a country's prefix. Anything that
    is no number gives an empty key, which matches nothing.
    """
    if number.startswith("+"):
        return number[1:]
    if number.startswith("short:"):
        return "0" + number[6:]
    return ""


def rate_call(book: TariffBook, *, number: str, seconds: int, start: datetime) -> RatedCall:
    """Rate one call by itself: the plain loop that the columns are tested against."""
    version = book.at(start)
    key = rating_key(number)
    if version is None or not key:
        return RatedCall(None, None)
    fitting = [rate for rate in version.rates if key.startswith(rate.prefix)]
    if not fitting:
        return RatedCall(None, None)
    rate = max(fitting, key=lambda candidate: len(candidate.prefix))
    return RatedCall(rate, charge_micros(seconds, rate.price))

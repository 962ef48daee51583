"""One call's price, and the same in columns.

Money is integer micro-euros. A charge is set-up + price per minute x billed seconds / 60, rounded half up to a whole
micro-euro once per call; sums and invoice lines are made of these and never of what a screen shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt

from cdr.rating.bands import Band, Mask, PeakHours, Timeline, stretches
from portal.lib.money import divide_half_up

type Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Price:
    """Set-up fee and price per minute in micro-euros; seconds are billed as first/step (60/60: per started minute).

    The off-peak amounts are None where they are the same at all times.
    """

    setup_micros: int
    minute_micros: int
    first_seconds: int = 1
    step_seconds: int = 1
    offpeak_setup_micros: int | None = None
    offpeak_minute_micros: int | None = None

    def __post_init__(self) -> None:
        amounts = (self.setup_micros, self.minute_micros, self.offpeak_setup_micros, self.offpeak_minute_micros)
        if min(amount or 0 for amount in amounts) < 0:
            raise ValueError("a price is not negative")
        if min(self.first_seconds, self.step_seconds) < 1:
            raise ValueError("the first step and the next steps last at least one second")

    @property
    def has_bands(self) -> bool:
        """Whether it costs something else off-peak."""
        return self.setup_in(Band.OFF_PEAK) != self.setup_micros or self.minute_in(Band.OFF_PEAK) != self.minute_micros

    def setup_in(self, band: Band) -> int:
        offpeak = self.offpeak_setup_micros
        return self.setup_micros if band is Band.PEAK or offpeak is None else offpeak

    def minute_in(self, band: Band) -> int:
        offpeak = self.offpeak_minute_micros
        return self.minute_micros if band is Band.PEAK or offpeak is None else offpeak


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of what is billed, at one price a minute. `band` is None where the price is the same at all times."""

    band: Band | None
    seconds: int
    minute_micros: int


@dataclass(frozen=True, slots=True)
class Calculation:
    """How the charge of one call was made. `band` is that of the start, None where the price is the same at all times."""

    seconds: int
    band: Band | None
    setup_micros: int
    billed_seconds: int
    first_seconds: int
    step_seconds: int
    stretches: tuple[Stretch, ...]
    micros: int

    @property
    def is_rounded(self) -> bool:
        """Whether the exact charge is no whole number of micro-euros."""
        return bool(sum(part.minute_micros * part.seconds for part in self.stretches) % 60)


def billed_seconds(seconds: int, price: Price) -> int:
    """Seconds that are charged for; a call of 0 seconds is charged for nothing."""
    if seconds <= 0:
        return 0
    if seconds <= price.first_seconds:
        return price.first_seconds
    steps = -(-(seconds - price.first_seconds) // price.step_seconds)
    return price.first_seconds + steps * price.step_seconds


def calculate(price: Price, hours: PeakHours, *, seconds: int, start: datetime) -> Calculation:
    """The charge of one call with every step; 0 seconds cost nothing, not even the set-up fee."""
    billed = billed_seconds(seconds, price)
    band = hours.band(start) if price.has_bands else None
    parts: Sequence[tuple[Band, int]] = [(band or Band.PEAK, billed)]
    if band and hours.splits and billed:
        parts = stretches(hours, start, billed)
    traffic = sum(price.minute_in(part) * length for part, length in parts)
    setup = price.setup_in(band or Band.PEAK) if billed else 0
    return Calculation(
        seconds=seconds,
        band=band,
        setup_micros=setup,
        billed_seconds=billed,
        first_seconds=price.first_seconds,
        step_seconds=price.step_seconds,
        stretches=tuple(Stretch(band and part, length, price.minute_in(part)) for part, length in parts if length),
        micros=setup + divide_half_up(traffic, 60),
    )


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """Prices as columns, so that a chunk of calls is priced without a loop."""

    setup_micros: Integers
    minute_micros: Integers
    first_seconds: Integers
    step_seconds: Integers
    offpeak_setup_micros: Integers
    offpeak_minute_micros: Integers
    has_bands: bool

    @classmethod
    def of(cls, prices: Sequence[Price]) -> Self:
        def column(values: list[int]) -> Integers:
            return np.array(values, dtype=np.int64)

        return cls(
            setup_micros=column([price.setup_micros for price in prices]),
            minute_micros=column([price.minute_micros for price in prices]),
            first_seconds=column([price.first_seconds for price in prices]),
            step_seconds=column([price.step_seconds for price in prices]),
            offpeak_setup_micros=column([price.setup_in(Band.OFF_PEAK) for price in prices]),
            offpeak_minute_micros=column([price.minute_in(Band.OFF_PEAK) for price in prices]),
            has_bands=any(price.has_bands for price in prices),
        )

    def charges(self, which: Integers, seconds: Integers, start: Integers, hours: PeakHours) -> Integers:
        """Charges of calls of `seconds` from `start` (seconds UTC) on at the prices `which` (positions), to the digit
        as `calculate`.
        """
        first, step = self.first_seconds[which], self.step_seconds[which]
        over = np.maximum(seconds - first, 0)
        billed = first + -(-over // step) * step
        minute, setup = self.minute_micros[which], self.setup_micros[which]
        weighed = minute * billed
        if self.has_bands and len(which):
            off_peak, off_seconds = _off_peak(hours, start, billed)
            setup = np.where(off_peak, self.offpeak_setup_micros[which], setup)
            weighed += (self.offpeak_minute_micros[which] - minute) * off_seconds
        traffic = (2 * weighed + 60) // 120  # half up: nothing here is negative
        charged: Integers = np.where(seconds > 0, setup + traffic, 0)
        return charged


def _off_peak(hours: PeakHours, start: Integers, billed: Integers) -> tuple[Mask, Integers]:
    """Which calls start off-peak, and how many of their billed seconds are charged so."""
    over = Timeline.over(hours, int(start.min()), int((start + billed).max()))
    off_peak = ~over.is_peak(start)
    if not hours.splits:
        return off_peak, np.where(off_peak, billed, 0)
    return off_peak, billed - (over.peak_before(start + billed) - over.peak_before(start))

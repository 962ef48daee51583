"""One call's price, and the same in columns.

Money is integer micro-euros. A charge is set-up + price per minute x billed seconds / 60, rounded half up to a whole
micro-euro once per call; sums and invoice lines are made of these and never of what a screen shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from portal.lib.money import divide_half_up

type Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Price:
    """Set-up fee and price per minute in micro-euros; seconds are billed as first/step (60/60: per started minute)."""

    setup_micros: int
    minute_micros: int
    first_seconds: int = 1
    step_seconds: int = 1

    def __post_init__(self) -> None:
        if min(self.setup_micros, self.minute_micros) < 0:
            raise ValueError("a price is not negative")
        if min(self.first_seconds, self.step_seconds) < 1:
            raise ValueError("the first step and the next steps last at least one second")


def billed_seconds(seconds: int, price: Price) -> int:
    """Seconds that are charged for; a call of 0 seconds is charged for nothing."""
    if seconds <= 0:
        return 0
    if seconds <= price.first_seconds:
        return price.first_seconds
    steps = -(-(seconds - price.first_seconds) // price.step_seconds)
    return price.first_seconds + steps * price.step_seconds


def charge_micros(seconds: int, price: Price) -> int:
    """The charge of one call; 0 seconds cost nothing, not even the set-up fee."""
    if seconds <= 0:
        return 0
    return price.setup_micros + divide_half_up(price.minute_micros * billed_seconds(seconds, price), 60)


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """Prices as columns, so that a chunk of calls is priced without a loop."""

    setup_micros: Integers
    minute_micros: Integers
    first_seconds: Integers
    step_seconds: Integers

    @classmethod
    def of(cls, prices: Sequence[Price]) -> Self:
        return cls(
            setup_micros=np.array([price.setup_micros for price in prices], dtype=np.int64),
            minute_micros=np.array([price.minute_micros for price in prices], dtype=np.int64),
            first_seconds=np.array([price.first_seconds for price in prices], dtype=np.int64),
            step_seconds=np.array([price.step_seconds for price in prices], dtype=np.int64),
        )

    def charges(self, which: Integers, seconds: Integers) -> Integers:
        """Charges of calls of `seconds` at the prices `which` (positions), to the digit as `charge_micros`."""
        first, step = self.first_seconds[which], self.step_seconds[which]
        over = np.maximum(seconds - first, 0)
        billed = first + -(-over // step) * step
        traffic = (2 * self.minute_micros[which] * billed + 60) // 120  # half up: nothing here is negative
        charged: Integers = np.where(seconds > 0, self.setup_micros[which] + traffic, 0)
        return charged

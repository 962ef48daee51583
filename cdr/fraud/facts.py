"""What the detectors read and what they find: plain facts, without database or clock. Moments are UTC, days Amsterdam's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cdr.fraud.kinds import SignKind

BASELINE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the days that are looked at; `micros` is None while it has no price."""

    start: datetime
    seconds: int
    micros: int | None
    number: str
    other: str
    forwarded: bool = False

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many calls went to a number abroad, or to one at a special rate, on a day."""

    day: date
    number: str
    calls: int


@dataclass(frozen=True, slots=True)
class Hour:
    """The paid calls that started in an hour of UTC, of which an Amsterdam night has 7, 8 or 9."""

    start: datetime
    calls: int
    micros: int


@dataclass(frozen=True, slots=True)
class Forward:
    """A setting changed so that calls go abroad: the entry of the log book, who did it, what was set, whose numbers."""

    entry: int
    at: datetime
    who: str
    what: str
    target: str  # E.164 as far as it is known
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a customer. `reached` and `hours` go back BASELINE_DAYS before the first day that is looked at.

    `active` are the days on which there were calls of any kind.
    """

    calls: tuple[Call, ...] = ()
    missed: tuple[Call, ...] = ()
    reached: tuple[Reached, ...] = ()
    hours: tuple[Hour, ...] = ()
    forwards: tuple[Forward, ...] = ()
    active: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Measures:
    """What a threshold looks at. None: it cannot be told, as ten times nothing; that never holds a sign back."""

    calls: int
    micros: int
    factor: int | None = None
    alike: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A sign. `key` names it within customer and kind, so that the same one is never found twice."""

    kind: SignKind
    key: str
    start: datetime
    end: datetime
    measures: Measures
    details: Mapping[str, object]  # what its sentence says besides
    risky: bool = False

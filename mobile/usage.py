"""Bundle arithmetic of mobile subscriptions: own share, group pool, what falls outside. Pure: no clock, no database.

Amounts are whole base units: bytes for data (1 MB = 10^6 bytes), seconds for calls, pieces for text messages,
micro-euros for cost. Shares of a pool may change on any day of the month and count for their days only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from portal.lib.periods import Month


class BundleKind(StrEnum):
    """What a bundle holds; the values are the ones of usage files."""

    DATA = "data"
    VOICE = "voice"
    SMS = "sms"


class Standing(StrEnum):
    """How somebody stands against their bundle; the picture's colour and its words follow from it."""

    WITHIN = "within"
    ABOVE_SHARE = "above_share"  # above the own share, and the group still carries it
    OVER = "over"
    NO_BUNDLE = "no_bundle"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one subscription adds to a pool in a whole month, in base units, and the half-open days it does so."""

    amount: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One subscription in a pool or alone: who, its own share of this month and what it used."""

    ident: int
    share: int
    used: int


@dataclass(frozen=True, slots=True)
class MemberState:
    """`outside` is the part of the use that no bundle carries, in base units."""

    ident: int
    share: int
    used: int
    outside: int
    standing: Standing

    @property
    def percent(self) -> int | None:
        """Use in whole per cents of the own share, rounded down; None without a share."""
        return self.used * 100 // self.share if self.share else None


@dataclass(frozen=True, slots=True)
class PoolState:
    """A group bundle at one moment; `members` in the order they were given."""

    size: int
    used: int
    members: tuple[MemberState, ...]

    @property
    def over(self) -> int:
        """What the group used beyond its bundle."""
        return max(0, self.used - self.size)

    @property
    def remaining(self) -> int:
        """What is left for the group."""
        return max(0, self.size - self.used)


def share_of_month(contributions: Iterable[Contribution], month: Month) -> int:
    """Sum the contributions for the days each counts in the month; rounded once, up, in the customer's favour."""
    first, last = month.first_day, month.end_day
    days = (last - first).days
    total = Fraction(0)
    for one in contributions:
        since, until = max(one.since, first), min(one.until or last, last)
        if since < until:
            total += Fraction(one.amount * (until - since).days, days)
    return -(-total.numerator // total.denominator)


def alone(member: Member) -> MemberState:
    """State of a subscription outside any group."""
    if not member.share:
        return MemberState(member.ident, 0, member.used, 0, Standing.NO_BUNDLE)
    outside = max(0, member.used - member.share)
    return MemberState(member.ident, member.share, member.used, outside, Standing.OVER if outside else Standing.WITHIN)


def pool(members: Sequence[Member]) -> PoolState:
    """Share a group's bundle: unused shares carry the others first, what is left over falls on those above their share.

    The excess is divided in proportion to how far each is above the own share, by largest remainder, so that the
    parts sum to the excess exactly; ties go to the member that comes first.
    """
    size, used = sum(one.share for one in members), sum(one.used for one in members)
    excess = [max(0, one.used - one.share) for one in members]
    outside = apportion(max(0, used - size), excess)
    full = used > size
    states = tuple(
        MemberState(one.ident, one.share, one.used, out, _standing(above=above > 0, group_is_over=full))
        for one, above, out in zip(members, excess, outside, strict=True)
    )
    return PoolState(size, used, states)


def _standing(*, above: bool, group_is_over: bool) -> Standing:
    if not above:
        return Standing.WITHIN
    return Standing.OVER if group_is_over else Standing.ABOVE_SHARE


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` over `weights` in whole units, by largest remainder; all zero when there is no weight."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[:rest]:
        parts[at] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where use will be at the end of the month at the pace so far; when the bundle is full (None: not this month)."""

    at_end: int
    full_at: datetime | None


def forecast(*, used: int, size: int, since: datetime, until: datetime, as_of: datetime) -> Forecast | None:
    """Draw the pace of the month so far on to its end. None before a day has passed: a pace of minutes says nothing.

    All moments are aware; differences are taken of UTC moments, so a day of 25 hours counts as 25.
    """
    elapsed = as_of.timestamp() - since.timestamp()
    if elapsed < _DAY or as_of > until:
        return None
    length = int(until.timestamp() - since.timestamp())
    at_end = used * length // int(elapsed)
    if not used or not size or at_end <= size or used > size:
        return Forecast(max(at_end, used), None)
    seconds = Fraction(size * int(elapsed), used)
    full = datetime.fromtimestamp(since.timestamp() + float(seconds), tz=as_of.tzinfo)
    return Forecast(at_end, full)


_DAY = 24 * 60 * 60

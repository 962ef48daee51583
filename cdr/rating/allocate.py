"""Which calls a customer's bundles cover: the second step, after each call has its price. Pure.

All bundles of a customer are allocated together over all its calls of one billing period, in the order (start, source,
record). A call takes first from the unlimited bundle of its own number, then from shared minutes; what is left is paid
by use. A call that crosses the edge of a bundle is split: its first seconds are covered, and the rest costs what a call
of that length costs. The set-up fee falls with the first covered second where the bundle says so, else it is paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price, calculate
from cdr.vocabulary import HIDDEN_TYPES, CallType
from portal.lib.money import divide_half_up
from portal.lib.periods import Month

# What costs nothing by nature uses nothing of a bundle either.
NEVER_COVERED = frozenset({CallType.INCOMING, CallType.INTERNAL, *HIDDEN_TYPES})

USUAL_HOURS = PeakHours()  # of a price that is the same at all times


@dataclass(frozen=True, slots=True)
class Member:
    """A number that uses a bundle, for calls that start in `[start, end)`; no end is for ever."""

    number: str
    start: datetime
    end: datetime | None = None

    def has(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True)
class Terms:
    """A bundle in one billing period. `included` seconds are for each number if it is `own`, else for all together.

    None includes everything. `prefixes` are rating keys; of prefixes and call types, an empty one does not restrict.
    """

    id: int
    own: bool
    included: int | None
    covers_setup: bool
    members: tuple[Member, ...]
    prefixes: tuple[str, ...] = ()
    call_types: frozenset[int] = frozenset()

    def covers(self, call: "PricedCall") -> bool:
        """Whether the call may use it, however much is left."""
        if self.call_types and call.call_type not in self.call_types:
            return False
        if self.prefixes and not call.key.startswith(self.prefixes):
            return False
        return any(member.number == call.number and member.has(call.start) for member in self.members)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a bundle covers of one record: seconds, and the part of its amount that falls away."""

    start: datetime
    id: int
    bundle: int
    seconds: int
    micros: int


@dataclass(frozen=True, slots=True)
class PricedCall:
    """A record with its amount. `key` is the rating key of the other party; `price` and `hours` are what it was rated with,
    if that is known.

    `reversal` books an earlier revision of the same record back; `returned` is what bundles covered of that one where it
    belongs to another period.
    """

    start: datetime
    source: int
    record_id: str
    revision: int
    id: int
    number: str
    key: str
    call_type: int
    seconds: int
    micros: int
    price: Price | None = None
    hours: PeakHours = USUAL_HOURS
    reversal: bool = False
    returned: tuple[Cover, ...] = ()

    @property
    def order(self) -> tuple[datetime, int, str, int]:
        return self.start, self.source, self.record_id, self.revision


def included_in(included: int | None, *, pro_rata: bool, first: date, end: date | None, month: Month) -> int | None:
    """Seconds that a bundle has in a month: with `pro_rata` in proportion to the days of the month on which it runs."""
    if included is None or not pro_rata:
        return included
    since, until = max(first, month.first_day), min(end or month.end_day, month.end_day)
    days = max((until - since).days, 0)
    return divide_half_up(included * days, (month.end_day - month.first_day).days)


def rest_micros(call: PricedCall, covered: int, *, covers_setup: bool) -> int:
    """What remains to be paid of a call of which the first `covered` seconds are covered.

    Where the amount is not what the price gives, the set-up fee is not known and the amount is shared out by seconds.
    """
    rest = max(call.seconds - covered, 0)
    whole = calculate(call.price, call.hours, seconds=call.seconds, start=call.start) if call.price else None
    if call.price is None or whole is None or whole.micros != call.micros:
        return divide_half_up(call.micros * rest, call.seconds)
    # Where each side of the edge of the peak has its own price, it matters when the rest begins.
    begun = call.start + timedelta(seconds=covered) if call.hours.splits else call.start
    part = calculate(call.price, call.hours, seconds=rest, start=begun)
    traffic = min(part.micros - part.setup_micros, whole.micros - whole.setup_micros)
    return traffic + (0 if covers_setup else whole.setup_micros)


@dataclass(slots=True)
class _Pools:
    """What is left of each bundle, by number where it is a number's own."""

    terms: Sequence[Terms]
    used: dict[tuple[int, str], int] = field(default_factory=dict)

    def left(self, terms: Terms, number: str) -> int | None:
        if terms.included is None:
            return None
        return max(terms.included - self.used.get(self._pool(terms, number), 0), 0)

    def use(self, terms: Terms, number: str, seconds: int) -> None:
        pool = self._pool(terms, number)
        self.used[pool] = self.used.get(pool, 0) + seconds

    def give_back(self, call: PricedCall) -> None:
        by_id = {terms.id: terms for terms in self.terms}
        for cover in call.returned:
            if cover.bundle in by_id:
                self.use(by_id[cover.bundle], call.number, -cover.seconds)

    @staticmethod
    def _pool(terms: Terms, number: str) -> tuple[int, str]:
        return terms.id, number if terms.own else ""


def allocate(bundles: Iterable[Terms], calls: Iterable[PricedCall]) -> list[Cover]:
    """What the bundles cover of the calls of a period, in whatever order both come.

    A record and the row that books it back cancel out and use nothing. A row that books back a record of another period
    returns what that one used: negative seconds and micros, which later calls may use again.
    """
    pools = _Pools(sorted(bundles, key=lambda terms: (not terms.own, terms.id)))
    ordered = sorted(calls, key=lambda call: call.order)
    booked = {(call.source, call.record_id, call.revision) for call in ordered if not call.reversal}
    back = {(call.source, call.record_id, call.revision - 1) for call in ordered if call.reversal}
    covers: list[Cover] = []
    for call in ordered:
        if call.reversal:
            if (call.source, call.record_id, call.revision - 1) not in booked:
                pools.give_back(call)
                covers += [
                    Cover(call.start, call.id, cover.bundle, -cover.seconds, -cover.micros) for cover in call.returned
                ]
        elif (call.source, call.record_id, call.revision) not in back:
            covers += _covered(call, pools)
    return covers


def _covered(call: PricedCall, pools: _Pools) -> list[Cover]:
    """What of one call is covered, bundle after bundle; the first one decides about the set-up fee."""
    covers: list[Cover] = []
    if call.micros <= 0 or call.seconds <= 0 or call.call_type in NEVER_COVERED:
        return covers
    covered, to_pay, covers_setup = 0, call.micros, False
    for terms in pools.terms:
        if covered == call.seconds or not terms.covers(call):
            continue
        left = pools.left(terms, call.number)
        seconds = call.seconds - covered if left is None else min(left, call.seconds - covered)
        if not seconds:
            continue
        covers_setup = terms.covers_setup if not covers else covers_setup
        covered += seconds
        rest = min(rest_micros(call, covered, covers_setup=covers_setup), to_pay)
        pools.use(terms, call.number, seconds)
        covers.append(Cover(call.start, call.id, terms.id, seconds, to_pay - rest))
        to_pay = rest
    return covers

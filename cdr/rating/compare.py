"""What a new list of rates changes: per prefix, against what calls to it cost before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from cdr.rating.bands import Band
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price, billed_seconds
from cdr.rating.rates import stored_prefix_key
from portal.lib.money import divide_half_up

# A price is dearer when calls of these lengths cost more together: what a set-up fee, a minute and the steps do, in one.
LENGTHS = (10, 61, 180, 600)
SHOWN_SECONDS = 180


class Change(Enum):
    NEW = "new"
    GONE = "gone"
    DEARER = "dearer"
    CHEAPER = "cheaper"
    OTHER = "other"  # another name, type or steps at the same level
    SAME = "same"


def charge_in(price: Price, band: Band, seconds: int) -> int:
    """What a call within one band costs."""
    return price.setup_in(band) + divide_half_up(price.minute_in(band) * billed_seconds(seconds, price), 60)


def level(price: Price) -> int:
    """A measure of how dear a price is."""
    return sum(charge_in(price, band, seconds) for band in Band for seconds in LENGTHS)


@dataclass(frozen=True, slots=True)
class Compared:
    """A prefix of either list. `before` and `after` are what its calls take, maybe of a shorter prefix; None: no price."""

    prefix: str
    change: Change
    before: RateLine | None
    after: RateLine | None

    @property
    def destination(self) -> str:
        line = self.before if self.change is Change.GONE else self.after
        return line.destination if line else ""

    @property
    def falls_under(self) -> str:
        """Of a prefix that is no longer listed: the shorter one that its calls go by from then on; empty where there is none."""
        return self.after.prefix if self.change is Change.GONE and self.after else ""

    @property
    def difference(self) -> int | None:
        """How much more a call of three minutes costs, in the band where that is most; None where one side has no price."""
        if self.before is None or self.after is None:
            return None
        found = [
            charge_in(self.after.price, band, SHOWN_SECONDS) - charge_in(self.before.price, band, SHOWN_SECONDS)
            for band in Band
        ]
        return max(found, key=abs)


def compare(
    before: Sequence[RateLine], after: Sequence[RateLine], *, around: Sequence[RateLine] = (), replaces: bool = True
) -> list[Compared]:
    """Every prefix that either list names, the greatest change first.

    `around` are rates that hold where neither names a longer or equal prefix. Without `replaces` the new list is put
    beside the old one, so that nothing goes.
    """
    lasting = _by_key(around)
    old, new = _by_key(before), _by_key(after)
    ahead = new if replaces else old | new
    found = []
    for key in sorted(old.keys() | new.keys() if replaces else new.keys()):
        was, will = _longest(key, old, lasting), _longest(key, ahead, lasting)
        line = new.get(key) or old[key]
        found.append(Compared(line.prefix, _change(old.get(key), new.get(key)), was, will))
    return sorted(found, key=_weight)


def counts(compared: Iterable[Compared]) -> dict[Change, int]:
    """How many there are of each kind."""
    found = dict.fromkeys(Change, 0)
    for one in compared:
        found[one.change] += 1
    return found


def _by_key(lines: Sequence[RateLine]) -> dict[str, RateLine]:
    return {stored_prefix_key(line.prefix): line for line in lines}


def _longest(key: str, lines: Mapping[str, RateLine], around: Mapping[str, RateLine]) -> RateLine | None:
    for length in range(len(key), 0, -1):
        found = lines.get(key[:length]) or around.get(key[:length])
        if found:
            return found
    return None


def _change(old: RateLine | None, new: RateLine | None) -> Change:
    if old is None:
        return Change.NEW
    if new is None:
        return Change.GONE
    one, other = level(old.price), level(new.price)
    if one != other:
        return Change.DEARER if other > one else Change.CHEAPER
    return Change.SAME if old == new else Change.OTHER


def _weight(one: Compared) -> tuple[bool, int, bool, str]:
    """What will have no price comes first, then the greatest difference; what stays as it was comes last."""
    return one.after is not None, -abs(one.difference or 0), one.change is Change.SAME, one.prefix

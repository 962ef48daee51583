"""The detectors. Each compares the days that are looked at with the customer's own thirty days before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, takewhile
from operator import attrgetter
from statistics import median

from cdr.fraud.facts import BASELINE_DAYS, Call, Forward, Found, History, Hour, Measures
from cdr.fraud.kinds import SignKind
from cdr.fraud.risk import Place, RiskBook
from cdr.fraud.thresholds import FLOORS, fires
from cdr.rating.bands import is_holiday
from portal.lib.numbers import visible
from portal.lib.periods import local_day, to_local

# Below this many days with calls there is no habit that something could differ from.
HABIT_DAYS = 7
# A country called more often than this in thirty days is no new one.
RARELY = 2
EVENING, MORNING = 22, 6
SHORT_SECONDS = 300
ALIKE = 0.2  # of the median duration
FORWARD_HOURS = 24
BURST = timedelta(hours=2)
SHOWN_DIGITS = 7


def detect(history: History, book: RiskBook, days: Collection[date]) -> list[Found]:
    """Every sign of these days that is large enough to be kept, by the time at which it began."""
    everything = (
        *_bursts(history, book, days),
        *_off_hours(history, days),
        *_parallel(history, days),
        *_forwards(history, book),
        *_call_back_bait(history, days),
    )
    kept = (found for found in everything if fires(FLOORS[found.kind], found.measures))
    return sorted(kept, key=lambda found: (found.start, found.kind, found.key))


def _before(day: date) -> tuple[date, date]:
    return day - timedelta(days=BASELINE_DAYS), day


def _has_habits(history: History, day: date) -> bool:
    first, end = _before(day)
    return sum(1 for one in history.active if first <= one < end) >= HABIT_DAYS


def _measures(calls: Collection[Call], *, factor: int | None = None, alike: int | None = None) -> Measures:
    return Measures(len(calls), sum(call.micros or 0 for call in calls), factor, alike)


def _prefix(numbers: Iterable[str]) -> str:
    """What the numbers have in common, without digits that not everybody may see."""
    seen = sorted(visible(number) for number in numbers)
    first, last = seen[0], seen[-1]
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(character for character, _same in same)[: SHOWN_DIGITS + 1]


def _span(calls: Collection[Call]) -> tuple[datetime, datetime]:
    return min(call.start for call in calls), max(call.end for call in calls)


# --- bursts ---


def _bursts(history: History, book: RiskBook, days: Collection[date]) -> Iterator[Found]:
    """The densest two hours of a day of calls to one risky range, or to a country that was hardly ever called."""
    groups: defaultdict[tuple[date, Place], list[Call]] = defaultdict(list)
    for call in history.calls:
        day = local_day(call.start)
        place = book.place(call.other, day) if day in days else None
        if place is not None:
            groups[day, place].append(call)
    usual: Counter[tuple[str, date]] = Counter()
    for reached in history.reached:
        place = book.place(reached.number, reached.day)
        if place is not None:
            usual[place.code, reached.day] += reached.calls
    for (day, place), calls in groups.items():
        first, end = _before(day)
        known = sum(count for (code, when), count in usual.items() if code == place.code and first <= when < end)
        if place.group or (known <= RARELY and _has_habits(history, day)):
            yield _burst(day, place, _densest(calls), known)


def _densest(calls: list[Call]) -> list[Call]:
    """The calls of the two hours in which most was spent, and of those with equal amounts the most calls."""
    ordered = sorted(calls, key=attrgetter("start"))
    best, first = ordered[:1], 0
    for last, call in enumerate(ordered):
        while ordered[first].start < call.start - BURST:
            first += 1
        window = ordered[first : last + 1]
        if _weight(window) > _weight(best):
            best = window
    return best


def _weight(calls: list[Call]) -> tuple[int, int]:
    return sum(call.micros or 0 for call in calls), len(calls)


def _burst(day: date, place: Place, calls: list[Call], known: int) -> Found:
    start, end = _span(calls)
    return Found(
        kind=SignKind.RISKY if place.group else SignKind.NEW_COUNTRY,
        key=f"{place.code} {day}",
        start=start,
        end=end,
        measures=_measures(calls, factor=len(calls) * BASELINE_DAYS // known if known > 0 else None),
        details={
            "place": place.code,
            "is_country": place.is_country,
            "group": place.group,
            "known": known,
            "prefix": _prefix(call.other for call in calls),
            "unrated": sum(1 for call in calls if call.micros is None),
        },
        risky=bool(place.group),
    )


# --- nights and weekends ---


@dataclass(slots=True)
class _Spell:
    """A night (which belongs to the day of its evening) or the daytime of a day in the weekend or of a public holiday."""

    night: bool
    day: date
    hours: list[Hour] = field(default_factory=list)

    @property
    def micros(self) -> int:
        return sum(hour.micros for hour in self.hours)


def _spell_of(hour: Hour) -> tuple[bool, date] | None:
    # The hours are UTC's, so the doubled hour of autumn and the missing one of spring need no care.
    local = to_local(hour.start)
    if local.hour >= EVENING:
        return True, local.date()
    if local.hour < MORNING:
        return True, local.date() - timedelta(days=1)
    return (False, local.date()) if _is_free(local.date()) else None


def _is_free(day: date) -> bool:
    return day.weekday() >= 5 or is_holiday(day)


def _off_hours(history: History, days: Collection[date]) -> Iterator[Found]:
    spells: dict[tuple[bool, date], _Spell] = {}
    for hour in history.hours:
        key = _spell_of(hour)
        if key is not None:
            spells.setdefault(key, _Spell(*key)).hours.append(hour)
    for (night, day), spell in spells.items():
        if day not in days or not _has_habits(history, day):
            continue
        before = [day - timedelta(days=back) for back in range(1, BASELINE_DAYS + 1)]
        comparable = [one for one in before if night or _is_free(one)]
        usual = sum(spells[night, one].micros for one in comparable if (night, one) in spells) // len(comparable)
        yield Found(
            kind=SignKind.OFF_HOURS,
            key=f"{'night' if night else 'weekend'} {day}",
            start=min(hour.start for hour in spell.hours),
            end=max(hour.start for hour in spell.hours) + timedelta(hours=1),
            measures=Measures(
                sum(hour.calls for hour in spell.hours), spell.micros, spell.micros // usual if usual > 0 else None
            ),
            details={"night": night, "usual": usual},
        )


# --- many at once ---


def _parallel(history: History, days: Collection[date]) -> Iterator[Found]:
    """The moment of a day at which most short calls that cost something ran at once."""
    short = [call for call in history.calls if 0 < call.seconds <= SHORT_SECONDS and call.micros != 0]
    for day, calls in groupby(sorted(short, key=attrgetter("start")), lambda call: local_day(call.start)):
        if day in days:
            yield _busiest(day, list(calls))


def _busiest(day: date, calls: list[Call]) -> Found:
    running: list[Call] = []
    most: list[Call] = []
    for call in calls:
        running = [one for one in running if one.end > call.start]
        running.append(call)
        if len(running) > len(most):
            most = list(running)
    middle = median(call.seconds for call in most)
    alike = sum(1 for call in most if abs(call.seconds - middle) <= middle * ALIKE)
    start, end = _span(most)
    return Found(
        kind=SignKind.PARALLEL,
        key=str(day),
        start=start,
        end=end,
        measures=_measures(most, alike=100 * alike // len(most)),
        details={"seconds": int(middle), "prefix": _prefix(call.other for call in most)},
    )


# --- forwards ---


def _forwards(history: History, book: RiskBook) -> Iterator[Found]:
    """A forward to abroad, and the calls that followed it out within a day."""
    for forward in history.forwards:
        day = local_day(forward.at)
        place = book.place(forward.target, day)
        if place is None:
            continue
        calls = [call for call in history.calls if _followed(call, forward, book, day)]
        known = sum(
            reached.calls
            for reached in history.reached
            if reached.day < day and book.place(reached.number, reached.day) == place
        )
        yield Found(
            kind=SignKind.FORWARD,
            key=str(forward.entry),
            start=forward.at,
            end=max([forward.at, *(call.end for call in calls)]),
            measures=_measures(calls),
            details={
                "who": forward.who,
                "what": forward.what,
                "place": place.code,
                "is_country": place.is_country,
                "known": known,
                "numbers": sorted(forward.numbers),
            },
            risky=bool(place.group) or known <= RARELY,
        )


def _followed(call: Call, forward: Forward, book: RiskBook, day: date) -> bool:
    return (
        call.forwarded
        and forward.at <= call.start < forward.at + timedelta(hours=FORWARD_HOURS)
        and (not forward.numbers or call.number in forward.numbers)
        and book.place(call.other, day) is not None
    )


# --- one ring from abroad ---


def _call_back_bait(history: History, days: Collection[date]) -> Iterator[Found]:
    """Calls from one foreign range that nobody could answer, on one day: whoever calls back pays."""
    groups: defaultdict[tuple[date, str], list[Call]] = defaultdict(list)
    for call in history.missed:
        day = local_day(call.start)
        if day in days and call.other.startswith("+") and not call.other.startswith("+31"):
            groups[day, visible(call.other)].append(call)
    for (day, prefix), calls in groups.items():
        start, end = _span(calls)
        yield Found(
            kind=SignKind.CALL_BACK_BAIT,
            key=f"{prefix} {day}",
            start=start,
            end=end,
            measures=_measures(calls),
            details={"prefix": prefix, "numbers": len({call.number for call in calls})},
        )

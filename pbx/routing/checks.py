"""What is wrong with a dial plan before a caller finds out. Loops are looked for by routing calls, not by guessing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pbx.routing.engine import route
from pbx.routing.journey import MAX_REDIRECTS
from pbx.routing.night import company_night
from pbx.routing.shapes import (
    KEYS,
    AutoAttendant,
    Call,
    Exchange,
    Fax,
    HuntGroup,
    Inside,
    Menu,
    NightMode,
    Outcome,
    Person,
    Plan,
    Reachable,
    Voicemail,
    label,
)

# A problem -> the check that it fails.
FAILS = {
    "no_company_number": "company_number",
    "company_number_unused": "company_number",
    "group_empty": "groups",
    "group_without_overflow": "groups",
    "menu_without_operator": "menus",
    "night_without_schedule": "night",
    "no_extension": "extensions",
    "loop": "loops",
    "too_many_redirects": "loops",
    "gone": "targets",
    "forward_barred": "targets",
    "no_emergency": "emergency",
}
CHECKS = ("company_number", "groups", "menus", "night", "loops", "targets", "extensions", "emergency")
BLOCKING = frozenset({"no_company_number"})
HINTS = frozenset({"no_extension"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend; ``subject`` is the object whose setting mends it."""

    code: str
    subject: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_hint(self) -> bool:
        return self.code in HINTS


@dataclass(frozen=True, slots=True)
class Report:
    problems: tuple[Problem, ...]
    passed: tuple[str, ...]

    @property
    def serious(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_hint)


def check(exchange: Exchange, at: datetime) -> Report:
    """Every problem, hints last, and the checks that are in order, now and after the next two changes of night mode."""
    found = [*_company(exchange), *_objects(exchange), *_routes(exchange, at), *_emergency(exchange, at)]
    unique = {(problem.code, tuple(problem.facts.items())): problem for problem in found}
    problems = tuple(sorted(unique.values(), key=lambda problem: problem.is_hint))
    failed = {FAILS[problem.code] for problem in problems}
    return Report(problems, tuple(name for name in CHECKS if name not in failed))


def _company(exchange: Exchange) -> Iterator[Problem]:
    if not exchange.needs_company_number:
        return
    if not exchange.company_number:
        yield Problem("no_company_number")
    elif exchange.numbers.get(exchange.company_number) is None:
        yield Problem("company_number_unused")
    if exchange.night.mode is NightMode.AUTO and exchange.night.timetable is None:
        yield Problem("night_without_schedule")


def _objects(exchange: Exchange) -> Iterator[Problem]:
    for place in exchange.objects.values():
        name = {"name": label(place)}
        match place:
            case HuntGroup():
                if not place.members:
                    yield Problem("group_empty", place.id, name)
                if place.overflow is None:
                    yield Problem("group_without_overflow", place.id, name)
            case AutoAttendant():
                if any(menu.keys and menu.operator is None for menu in menus_of(place)):
                    yield Problem("menu_without_operator", place.id, name)
            case Person():
                if not place.extension:
                    yield Problem("no_extension", place.id, name)
            case Voicemail() | Fax():
                pass


def menus_of(attendant: AutoAttendant) -> tuple[Menu, ...]:
    return tuple(menu for menu in (attendant.business, attendant.after_hours, attendant.holiday) if menu is not None)


def _routes(exchange: Exchange, at: datetime) -> Iterator[Problem]:
    """Calls everything and presses every key, as if nobody answers; where a forward waits for it, also as if everybody
    is in a call, or no phone is connected.
    """
    moments = _moments(exchange, at)
    for place in exchange.objects.values():
        dialled = place.extension or place.number
        if not dialled:
            continue
        for world in _worlds(exchange, place):
            for moment in moments:
                for keys in _presses(place):
                    problem = _problem(world, route(world, Call(dialled, Inside(), keys), moment))
                    if problem is not None:
                        yield problem


def _worlds(exchange: Exchange, place: Reachable) -> Iterator[Exchange]:
    nobody: frozenset[int] = frozenset()
    yield exchange.with_presence(busy=nobody, unreachable=nobody)
    if not isinstance(place, Person):
        return
    people = frozenset(each.id for each in exchange.objects.values() if isinstance(each, Person))
    if place.busy.target is not None and not place.call_waiting:
        yield exchange.with_presence(busy=people, unreachable=nobody)
    if place.unreachable.target is not None:
        yield exchange.with_presence(busy=nobody, unreachable=people)


def _emergency(exchange: Exchange, at: datetime) -> Iterator[Problem]:
    """Calls 112 from every phone."""
    for place in exchange.objects.values():
        if (
            isinstance(place, Person)
            and route(exchange, Call("112", Inside(place.id)), at).outcome is not Outcome.EMERGENCY
        ):
            yield Problem("no_emergency", place.id, {"name": label(place)})


def _problem(exchange: Exchange, plan: Plan) -> Problem | None:
    """What is wrong with one call, laid at the door of the object that sent it there."""
    last = plan.steps[-1]
    if last.rule == "loop":
        return Problem("loop", last.subject, {"circle": _turned(last.facts["circle"])})
    sender = exchange.place(next((step.subject for step in reversed(plan.steps[:-1]) if step.subject), None))
    facts = {"name": label(sender) if sender else "", **last.facts}
    subject = sender.id if sender else None
    if last.rule in {"gone", "too_many_redirects"}:
        return Problem(last.rule, subject, facts)
    return Problem("forward_barred", subject, facts) if plan.outcome is Outcome.BARRED else None


def _turned(circle: str) -> str:
    """The same circle is met from each of its members: told once, from its first name in the alphabet."""
    names = circle.split(" → ")[:-1]
    first = names.index(min(names))
    turned = names[first:] + names[:first]
    return " → ".join([*turned, turned[0]])


def _presses(place: Reachable) -> list[tuple[str, ...]]:
    if not isinstance(place, AutoAttendant):
        return [()]
    used = {key for menu in menus_of(place) for key in menu.keys}
    # The same key again and again: a caller who is sent back to a menu presses it once more, and then it is a circle.
    return [(), *((key,) * times for key in KEYS if key in used for times in (1, MAX_REDIRECTS + 1))]


def _moments(exchange: Exchange, at: datetime) -> list[datetime]:
    moments = [at]
    for _ in range(2):
        change = company_night(exchange.night, moments[-1]).until
        if change is not None:
            moments.append(change)
    return list(dict.fromkeys(moments))

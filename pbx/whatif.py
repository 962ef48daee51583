"""From what people type about an imagined call to a routed plan; page, API and command ask it the same way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pbx.routing import dialled, route
from pbx.routing.features import Target
from pbx.routing.shapes import Call, Exchange, HuntGroup, Inside, Outside, Person, Plan, Ring, Step, kind_of
from pbx.sentences import OUTCOMES, step_in_words
from portal.lib import numbers
from telephony.timetable import ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``caller`` empty: somebody outside when one of the own numbers is dialled, else some colleague; `anonymous` hides. ``busy``: extensions."""

    dialled: str
    at: datetime
    caller: str = ""
    keys: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    plan: Plan
    exchange: Exchange
    unknown: tuple[str, ...] = ()


def ask(exchange: Exchange, question: Question) -> Answer:
    """Where the call would go. Busy extensions of nobody are named, not silently ignored."""
    unknown = tuple(extension for extension in question.busy if extension not in exchange.extensions)
    world = exchange.with_presence(busy=_people(exchange, question.busy))
    call = Call(question.dialled, _caller(exchange, question), question.keys)
    return Answer(question, route(world, call, question.at), exchange, unknown)


def _caller(exchange: Exchange, question: Question) -> Outside | Inside:
    if not question.caller.strip():
        own = dialled.read(question.dialled).number in exchange.numbers
        return Outside() if own else Inside()
    if numbers.is_withheld(question.caller):
        return Outside(anonymous=True)
    typed = dialled.read(question.caller)
    owner = exchange.extensions.get(typed.digits) or exchange.numbers.get(typed.number)
    return Inside(owner) if owner is not None else Outside(typed.number)


def _people(exchange: Exchange, extensions: Iterable[str]) -> frozenset[int]:
    """Who is in a call; a busy group means that all of its members are."""
    found: set[int] = set()
    for extension in extensions:
        place = exchange.place(exchange.extensions.get(extension))
        if isinstance(place, Person):
            found.add(place.id)
        elif isinstance(place, HuntGroup):
            found.update(place.members)
    return frozenset(found)


def document(answer: Answer) -> dict[str, Any]:
    """The answer as JSON's own kinds: codes for programs, sentences for people."""
    question, plan, exchange = answer.question, answer.plan, answer.exchange
    return {
        "number": question.dialled,
        "at": question.at.astimezone(ZONE).isoformat(),
        "from": question.caller,
        "keys": list(question.keys),
        "busy": list(question.busy),
        "unknown": list(answer.unknown),
        "outcome": plan.outcome.value,
        "outcome_text": str(OUTCOMES[plan.outcome]),
        "dead_end": plan.is_dead_end,
        "destination": _place(exchange, plan.destination),
        "shown_number": plan.shown,
        "rings": [
            {**_place(exchange, _rung(ring)), "seconds": ring.seconds, "duration": ring.duration} for ring in plan.rings
        ],
        "steps": [_step(exchange, step, question.at) for step in plan.steps],
    }


def _rung(ring: Ring) -> Target:
    return Target(number=ring.number) if ring.number else Target(ring.person)


def _step(exchange: Exchange, step: Step, at: datetime) -> dict[str, Any]:
    text, why = step_in_words(step, at)
    subject = _place(exchange, Target(step.subject)) if step.subject is not None else None
    facts = dict(step.facts)
    return {
        "seconds": step.seconds,
        "rule": step.rule,
        "text": text,
        "why": why,
        "subject": subject,
        "facts": facts,
    }


def _place(exchange: Exchange, target: Target) -> dict[str, Any]:
    place = exchange.place(target.dialable)
    if place is None:
        return {"kind": "number" if target.number else "", "name": "", "extension": "", "number": target.number}
    return {
        "kind": kind_of(place),
        "name": place.name,
        "extension": place.extension,
        "number": place.number,
    }


def outcome_in_words(answer: Answer) -> str:
    """How the call ends, in one sentence."""
    return str(OUTCOMES[answer.plan.outcome])

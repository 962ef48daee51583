"""Calls that leave the exchange: emergency first, then what may be called, at whose cost and under which number."""

from datetime import datetime

from pbx.routing import dialled
from pbx.routing.journey import End, Journey
from pbx.routing.shapes import Exchange, Outcome, Person, SpendGuard


def dial_out(journey: Journey, person: Person | None, number: str, *, hidden: bool = False) -> End:
    """Someone dials ``number``. Emergency and help lines get out past every block, limit and missing company number."""
    if dialled.is_emergency(number):
        # The caller's number is always shown to emergency services, also when it is hidden otherwise (Tw 11.9).
        journey.note("emergency", person, number=number)
        return End(Outcome.EMERGENCY, shown=_own_number(journey.exchange, person))
    if dialled.is_always_allowed(number):
        journey.note("always_allowed", person, number=number)
        return End(Outcome.OUTSIDE, shown="" if hidden else shown_number(journey.exchange, person))
    refused = _refused(journey, person, number)
    if refused is not None:
        return refused
    shown = "" if hidden else shown_number(journey.exchange, person)
    journey.note("goes_out" if shown else "goes_out_hidden", person, number=number, shown=shown)
    return End(Outcome.OUTSIDE, shown=shown)


def forward_out(journey: Journey, payer: int | None, number: str) -> End:
    """A forward, menu key, overflow or night mode leads outside: the same rules hold, and whoever set it pays."""
    if not number:
        journey.note("gone")
        return End(Outcome.NOT_IN_USE)
    if dialled.is_emergency(number):
        journey.note("forward_to_emergency", number=number)
        return End(Outcome.BARRED)
    place = journey.exchange.place(payer)
    person = place if isinstance(place, Person) else None
    if not dialled.is_always_allowed(number):
        refused = _refused(journey, person, number)
        if refused is not None:
            return refused
    journey.note("forwarded_out", person, number=number)
    return End(Outcome.OUTSIDE, shown=journey.exchange.company_number)


def shown_number(exchange: Exchange, person: Person | None) -> str:
    """The number the other side sees, empty when hidden; who has none of their own shows the company's."""
    if person is not None and person.hides_number:
        return ""
    if exchange.shows_company_number and exchange.company_number:
        return exchange.company_number
    return _own_number(exchange, person)


def _own_number(exchange: Exchange, person: Person | None) -> str:
    return (person.number if person else "") or exchange.company_number


def _refused(journey: Journey, person: Person | None, number: str) -> End | None:
    found = refusal(journey.exchange, person, number, journey.at)
    if found is None:
        return None
    rule, outcome = found
    journey.note(rule, person, number=number)
    return End(outcome)


def refusal(exchange: Exchange, person: Person | None, number: str, at: datetime) -> tuple[str, Outcome] | None:
    """Why a number may not be called now, and how the call ends; None when it may. Not for lines for help."""
    if exchange.needs_company_number and not exchange.company_number:
        return "no_company_number", Outcome.NO_COMPANY_NUMBER
    barred = exchange.barred | (person.barred if person else frozenset())
    blocks = sorted(dialled.blocks(number) & barred)
    if blocks:
        return f"barred_{blocks[0]}", Outcome.BARRED
    if dialled.is_free(number):
        return None
    guard = exchange.guard_at(at)
    if guard is SpendGuard.EMERGENCY_ONLY or (guard is SpendGuard.PREMIUM and dialled.is_costly(number)):
        return "spend_guard", Outcome.BARRED
    return None

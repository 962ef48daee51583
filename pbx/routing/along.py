"""Numbers and colleagues that ring along with somebody's phone: the first who answers has the call.

They only ring: their own forwards, voicemail and night mode are not used. What the line may not call does not ring.
"""

from dataclasses import dataclass

from pbx.routing import dialled
from pbx.routing.features import Along, Target
from pbx.routing.journey import Journey
from pbx.routing.outgoing import refusal
from pbx.routing.shapes import Person


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody who rings along, or does not: then ``rule`` says why."""

    along: Along
    target: Target
    rule: str = ""

    @property
    def rings(self) -> bool:
        return not self.rule


def ringing_along(journey: Journey, person: Person) -> list[Beside]:
    """Everybody who would ring along, with why not where they do not."""
    return [_beside(journey, person, along) for along in person.along]


def _beside(journey: Journey, person: Person, along: Along) -> Beside:
    exchange = journey.exchange
    target = exchange.resolve(along.target)
    place = exchange.place(target.dialable)
    if isinstance(place, Person):
        able = place.id not in exchange.unreachable | exchange.busy and not place.is_quiet_at(journey.at)
        return Beside(along, target, "" if able else "along_cannot_ring")
    number = target.number
    if target.dialable is not None or not number or dialled.is_always_allowed(number):
        return Beside(along, target, "along_cannot_ring")
    return Beside(along, target, "along_blocked" if refusal(exchange, person, number, journey.at) else "")


def ring_along(journey: Journey, person: Person, beside: Beside, seconds: int) -> None:
    """Let one ring for so many seconds, or note why it does not."""
    target = journey.exchange.label(beside.target)
    if not beside.rings:
        journey.note(beside.rule, person, target=target)
        return
    journey.note("along_rings_key" if beside.along.confirm else "along_rings", person, target=target)
    if beside.target.dialable is not None:
        journey.ring(beside.target.dialable, seconds)
    else:
        journey.ring(person.id, seconds, beside.target.number)

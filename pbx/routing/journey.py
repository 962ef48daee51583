"""The notebook of one call under way: what was decided so far, how late it is, where it has been."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pbx.routing.features import Target
from pbx.routing.shapes import Call, Exchange, Outcome, Place, Plan, Ring, Step

# A ring of a Dutch phone: one second on, four off.
RING_SECONDS = 5
# Nobody lets a phone ring longer; the network ends the attempt.
MAX_RINGING = 120
# A greeting's real length is not known here; these make the times of a plan believable, and the same each time.
PRESS_SECONDS = 2
PROMPT_SECONDS = 3
ANNOUNCEMENT_SECONDS = 10
FIRST_DIGIT_TIMEOUT = 10
MAX_TRIES = 3
MAX_REDIRECTS = 5


class Reason(StrEnum):
    """Why a call came to an object; together with the object it tells a loop from a second visit."""

    DIALLED = "dialled"
    NIGHT = "night"
    FORWARD = "forward"
    VOICEMAIL = "voicemail"
    OVERFLOW = "overflow"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Move:
    """The call goes on to ``target``; ``payer`` is the person whose line pays for a leg to the outside, if any."""

    target: Target
    reason: Reason
    payer: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The call ends here if nobody answered. ``shown`` is the number that the other side sees."""

    outcome: Outcome
    shown: str = ""


@dataclass(slots=True)
class Journey:
    """One call through one exchange at one moment. Mutable, but never leaves ``route``."""

    exchange: Exchange
    call: Call
    at: datetime
    seconds: int = 0
    steps: list[Step] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    visited: list[tuple[int, Reason]] = field(default_factory=list)
    redirects: int = 0
    destination: Target = field(default_factory=Target)
    keys: deque[str] = field(default_factory=deque)
    night_told: bool = False

    def note(self, rule: str, subject: Place | None = None, **facts: str) -> None:
        self.steps.append(Step(self.seconds, rule, subject.id if subject else None, facts))

    def ring(self, person: int, duration: int, number: str = "") -> None:
        self.rings.append(Ring(person, self.seconds, duration, number))

    def plan(self, end: End) -> Plan:
        return Plan(tuple(self.steps), tuple(self.rings), end.outcome, self.destination, end.shown)

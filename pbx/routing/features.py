"""What somebody has set for their own calls, as routing takes it."""

from dataclasses import dataclass
from datetime import datetime

from telephony.callers import Pattern
from telephony.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Target:
    """Where something points: a dialable by its id, or else a number."""

    dialable: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The voicemail of a person. One that does not record plays its greeting, then hangs up or goes on to ``then``."""

    records: bool = True
    mail_to: str = ""
    then: Target | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """What happens to a call that the phone does not take: it goes on to ``target``, to the voicemail, or to neither."""

    target: Target | None = None
    voicemail: bool = False


NOTHING = Instead()


@dataclass(frozen=True, slots=True)
class Along:
    """Who rings along with a person; with ``confirm`` a key has to be pressed to answer."""

    target: Target
    confirm: bool = True


@dataclass(frozen=True, slots=True)
class CallerList:
    """Callers that somebody refuses, always or while the timetable says so."""

    name: str
    patterns: tuple[Pattern, ...] = ()
    timetable: Timetable | None = None

    def refuses(self, number: str, moment: datetime) -> bool:
        held = self.timetable is None or self.timetable.is_open(moment)
        return held and any(pattern.fits(number) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Refused:
    """Whom a person does not want to hear: everybody, who hides the number, and lists of callers."""

    everybody: bool = False
    anonymous: bool = False
    lists: tuple[CallerList, ...] = ()


NOBODY = Refused()

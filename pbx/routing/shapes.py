"""The snapshot of an exchange on which routing decides: frozen, without a way back to the database.

Objects are known by the id of their dialable. Numbers are E.164 text, or ``short:14020`` for national short codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from pbx.routing.features import NOBODY, NOTHING, Along, Instead, Mailbox, Refused, Target
from portal.lib.numbers import Block
from portal.lib.periods import Period
from telephony.timetable import Timetable


class Kind(StrEnum):
    """What a caller can reach."""

    PERSON = "person"
    HUNT_GROUP = "hunt_group"
    AUTO_ATTENDANT = "auto_attendant"
    VOICEMAIL = "voicemail"
    FAX = "fax"


class NightMode(StrEnum):
    """The company's switch. Automatic follows the schedule, then the holidays; the other two stand until changed."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"


class NightSetting(StrEnum):
    """What one object does with night mode."""

    FOLLOW = "follow"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CompanyNight:
    """The company's night mode. A switch by hand holds until ``until``, then it is automatic again; None: until changed."""

    mode: NightMode = NightMode.OFF
    timetable: Timetable | None = None
    schedule_name: str = ""
    target: Target | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ObjectNight:
    """An object's own rule; without a target of its own the company's counts."""

    setting: NightSetting = NightSetting.FOLLOW
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What every object that a caller can reach has. ``extension`` and ``number`` may be empty, not both."""

    id: int
    name: str
    extension: str = ""
    number: str = ""
    night: ObjectNight = ObjectNight()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Place):
    """Someone with a line. ``barred`` adds to what the whole company may not call.

    A forward of everything and do not disturb hold until their moment; None: until changed. ``rings`` is how often the
    phone rings before ``no_answer``; ``along`` rings with it, also during a call if ``along_in_call``. ``mailbox`` is
    None when voicemail is off, and then nothing leads there.
    """

    first_name: str = ""
    last_name: str = ""
    forward_always: Target | None = None
    forward_until: datetime | None = None
    busy: Instead = NOTHING
    no_answer: Instead = NOTHING
    unreachable: Instead = NOTHING
    rings: int = 5
    do_not_disturb: bool = False
    do_not_disturb_until: datetime | None = None
    mailbox: Mailbox | None = None
    voicemail_always: bool = False
    along: tuple[Along, ...] = ()
    along_in_call: bool = False
    refused: Refused = NOBODY
    call_waiting: bool = True
    hides_number: bool = False
    barred: frozenset[Block] = frozenset()

    def forwards_at(self, moment: datetime) -> Target | None:
        """Where everything goes at a moment, if anywhere."""
        ended = self.forward_until is not None and moment >= self.forward_until
        return None if ended else self.forward_always

    def is_quiet_at(self, moment: datetime) -> bool:
        """Whether nobody is to be disturbed at a moment."""
        ended = self.do_not_disturb_until is not None and moment >= self.do_not_disturb_until
        return self.do_not_disturb and not ended


class Policy(StrEnum):
    """How a hunt group hands out its calls."""

    CIRCULAR = "circular"
    REGULAR = "regular"
    SIMULTANEOUS = "simultaneous"
    UNIFORM = "uniform"


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntGroup(Place):
    """``members`` in order; after ``rings`` the next one (0: never), after ``wait_seconds`` the overflow (0: never).

    ``served`` are members in the order in which they last took a call of this group, the latest one last.
    """

    policy: Policy = Policy.SIMULTANEOUS
    members: tuple[int, ...] = ()
    rings: int = 3
    wait_seconds: int = 0
    overflow: Target | None = None
    call_waiting_for_agents: bool = False
    served: tuple[int, ...] = ()


class Action(StrEnum):
    """What a key of a menu does."""

    NO_ACTION = "no_action"
    TRANSFER_WITH_PROMPT = "transfer_with_prompt"
    TRANSFER_WITHOUT_PROMPT = "transfer_without_prompt"
    TRANSFER_TO_OPERATOR = "transfer_to_operator"
    DIAL_BY_NAME = "dial_by_name"
    DIAL_BY_EXTENSION = "dial_by_extension"
    PLAY_ANNOUNCEMENT = "play_announcement"
    REPEAT_MENU = "repeat_menu"
    DISCONNECT = "disconnect"


TRANSFERS = frozenset({Action.TRANSFER_WITH_PROMPT, Action.TRANSFER_WITHOUT_PROMPT, Action.TRANSFER_TO_OPERATOR})
KEYS = tuple("1234567890*#")


@dataclass(frozen=True, slots=True)
class Key:
    action: Action
    target: Target | None = None
    description: str = ""

    @property
    def does_something(self) -> bool:
        return self.action is not Action.NO_ACTION and (self.action not in TRANSFERS or self.target is not None)


@dataclass(frozen=True, slots=True)
class Menu:
    """What callers hear and may press. ``greeting`` are its words."""

    greeting: str = ""
    keys: Mapping[str, Key] = field(default_factory=dict)

    @property
    def operator(self) -> Key | None:
        """Where a caller goes who chooses nothing."""
        chosen = (self.keys.get(name) for name in KEYS)
        return next((key for key in chosen if key and key.action is Action.TRANSFER_TO_OPERATOR and key.target), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAttendant(Place):
    """A menu. Without a timetable the business menu always plays, and it stands in for one that is None."""

    business: Menu = Menu()
    after_hours: Menu | None = None
    holiday: Menu | None = None
    timetable: Timetable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Place):
    """A box. One that does not record plays its greeting and hangs up."""

    records: bool = True
    mail_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fax(Place):
    mail_to: str = ""


type Reachable = Person | HuntGroup | AutoAttendant | Voicemail | Fax


def kind_of(place: Reachable) -> Kind:
    """The word for what a place is."""
    kinds = {
        Person: Kind.PERSON,
        HuntGroup: Kind.HUNT_GROUP,
        AutoAttendant: Kind.AUTO_ATTENDANT,
        Voicemail: Kind.VOICEMAIL,
        Fax: Kind.FAX,
    }
    return kinds[type(place)]


class SpendGuard(StrEnum):
    """How far the guard on spending has closed the way out. Nothing of it holds emergency and help lines."""

    OPEN = "open"
    PREMIUM = "premium"
    EMERGENCY_ONLY = "emergency_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Everything of one customer that decides where a call goes.

    ``numbers`` holds each number of the customer with the id of its owner, None when it has none. ``busy`` and
    ``unreachable`` are ids of persons who are in a call, and who have no registered phone. The spend guard holds in the
    billing period ``guarded`` only; None: always.
    """

    objects: Mapping[int, Reachable] = field(default_factory=dict)
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    extensions: Mapping[str, int] = field(default_factory=dict)
    needs_company_number: bool = True
    company_number: str = ""
    shows_company_number: bool = True
    night: CompanyNight = CompanyNight()
    barred: frozenset[Block] = frozenset()
    spend_guard: SpendGuard = SpendGuard.OPEN
    guarded: Period | None = None
    busy: frozenset[int] = frozenset()
    unreachable: frozenset[int] = frozenset()

    def with_presence(self, *, busy: frozenset[int], unreachable: frozenset[int] | None = None) -> "Exchange":
        return replace(self, busy=busy, unreachable=self.unreachable if unreachable is None else unreachable)

    def guard_at(self, moment: datetime) -> SpendGuard:
        """How far the guard on spending has closed the way out at a moment."""
        return self.spend_guard if self.guarded is None or moment in self.guarded else SpendGuard.OPEN

    def resolve(self, target: Target) -> Target:
        """A number of one's own, or an extension, written as a number is the object that owns it."""
        if target.dialable is not None:
            return target
        owner = self.numbers.get(target.number, self.extensions.get(target.number))
        return Target(dialable=owner) if owner is not None else target

    def place(self, dialable: int | None) -> Reachable | None:
        return None if dialable is None else self.objects.get(dialable)

    def label(self, target: Target) -> str:
        """What people call a target: a name with its extension, else the number."""
        place = self.place(self.resolve(target).dialable)
        return label(place) if place else target.number


def label(place: Place) -> str:
    return f"{place.name} ({place.extension})" if place.extension else place.name


@dataclass(frozen=True, slots=True)
class Outside:
    """A caller from outside; without a number: whoever. An anonymous one hides the number."""

    number: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """A colleague; None: someone of the company, whoever."""

    person: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """``dialled`` as it was dialled; ``keys`` what the caller presses in menus, in order."""

    dialled: str
    caller: Outside | Inside = Outside()
    keys: tuple[str, ...] = ()


class Outcome(StrEnum):
    """How a call ends if nobody answers it on the way."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    VOICEMAIL = "voicemail"
    LISTENS = "listens"
    ANNOUNCED = "announced"
    FAX = "fax"
    OUTSIDE = "outside"
    EMERGENCY = "emergency"
    DISCONNECTED = "disconnected"
    LOST = "lost"
    BARRED = "barred"
    REFUSED = "refused"
    NO_COMPANY_NUMBER = "no_company_number"
    NOT_IN_USE = "not_in_use"
    INVALID_NUMBER = "invalid_number"
    LOOP = "loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"


# Ends at which a caller is left with nothing: problems of the plan, not of the people in it.
DEAD_ENDS = frozenset({Outcome.LOST, Outcome.NOT_IN_USE, Outcome.LOOP, Outcome.TOO_MANY_REDIRECTS})


@dataclass(frozen=True, slots=True)
class Step:
    """One decision, ``seconds`` after the call began. ``rule`` is its stable code, ``facts`` fill in its sentence."""

    seconds: int
    rule: str
    subject: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ring:
    """A phone that rings: whose, from which second and for how long. ``number`` is one outside that rings along."""

    person: int
    seconds: int
    duration: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens to a call. ``destination`` is where it came to last; ``shown`` the number others see."""

    steps: tuple[Step, ...]
    rings: tuple[Ring, ...]
    outcome: Outcome
    destination: Target
    shown: str = ""

    @property
    def is_dead_end(self) -> bool:
        return self.outcome in DEAD_ENDS

"""The call features of a line as one value: what pages, API and undo read, change and hand back."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from portal.lib.numbers import Block, display
from telephony.models import Destination, Greeting, Line
from telephony.models.lines import Instead
from telephony.selectors import Target

CASES: Final = ("busy", "no_answer", "unreachable")
# What a destination is for, and the feature that switches it on.
SWITCHES: Final = {
    "forward_to": "forward_always",
    "busy_to": "busy_does",
    "no_answer_to": "no_answer_does",
    "unreachable_to": "unreachable_does",
    "then_to": "announcement_only",
    "also_rings": "also_ring",
}
# Not columns of the line: rows of their own, and one column for each.
OTHERS: Final = ("also_rings", "barred")
GREETINGS: Final = ("busy_greeting", "no_answer_greeting", "announcement")
TARGETS: Final = ("forward_to", "busy_to", "no_answer_to", "unreachable_to", "then_to")


@dataclass(frozen=True, slots=True)
class Along:
    """Who rings along; with `confirm` a key has to be pressed to answer."""

    to: Target
    confirm: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Everything that is set of a line, by the names of its columns. What is off may keep its target.

    `barred` is what this line may not call besides what no line of the customer may.
    """

    hide_caller_id: bool = False
    call_waiting: bool = True
    forward_always: bool = False
    forward_until: datetime | None = None
    forward_to: Target | None = None
    busy_does: str = Instead.NOTHING
    busy_to: Target | None = None
    no_answer_does: str = Instead.NOTHING
    no_answer_to: Target | None = None
    unreachable_does: str = Instead.NOTHING
    unreachable_to: Target | None = None
    rings: int = 5
    do_not_disturb: bool = False
    do_not_disturb_until: datetime | None = None
    voicemail: bool = False
    voicemail_always: bool = False
    mail_to: str = ""
    copy_to: str = ""
    announcement_only: bool = False
    then_to: Target | None = None
    busy_greeting: Greeting | None = None
    no_answer_greeting: Greeting | None = None
    announcement: Greeting | None = None
    also_ring: bool = False
    also_ring_in_call: bool = False
    also_rings: tuple[Along, ...] = ()
    block_all: bool = False
    block_anonymous: bool = False
    barred: frozenset[Block] = frozenset()

    def live(self) -> Iterator[tuple[str, Target | None]]:
        """Where calls may now be sent: the field, and its target (None: still to be given)."""
        if self.forward_always:
            yield "forward_to", self.forward_to
        for case in CASES:
            if getattr(self, f"{case}_does") == Instead.FORWARD:
                yield f"{case}_to", getattr(self, f"{case}_to")
        if self.voicemail and self.announcement_only and self.then_to is not None:
            yield "then_to", self.then_to
        if self.also_ring:
            yield from (("also_rings", along.to) for along in self.also_rings)


def target_of(destination: Destination | None) -> Target | None:
    """A stored destination as it is set."""
    return Target(destination.dialable, destination.external) if destination else None


def features_of(line: Line, at: datetime) -> Features:
    """What is set of a line at a moment; what ended by itself before it is off."""
    values = {field.name: getattr(line, field.name) for field in fields(Features)}
    values |= {name: target_of(getattr(line, name)) for name in TARGETS}
    values["also_rings"] = tuple(
        Along(Target(row.target.dialable, row.target.external), row.confirm) for row in line.also_rings.all()
    )
    if not line.forwards_at(at):
        values |= {"forward_always": False, "forward_until": None}
    if not line.is_quiet_at(at):
        values |= {"do_not_disturb": False, "do_not_disturb_until": None}
    return Features(**values)


def shown(target: Target | None) -> str:
    """A target as the audit trail keeps it."""
    if target is None:
        return ""
    return str(target.dialable) if target.dialable else display(target.external)


def snapshot(features: Features) -> dict[str, object]:
    """The same with names for targets, to compare and to keep in the audit trail."""
    values: dict[str, object] = {field.name: getattr(features, field.name) for field in fields(Features)}
    values |= {name: shown(getattr(features, name)) for name in TARGETS}
    values |= {name: str(getattr(features, name) or "") for name in GREETINGS}
    values["also_rings"] = [f"{shown(along.to)}{' #' if along.confirm else ''}" for along in features.also_rings]
    values["barred"] = sorted(features.barred)
    return values


def columns() -> list[str]:
    """The columns of a line that hold its features."""
    return [field.name for field in fields(Features) if field.name not in OTHERS] + [f"bar_{block}" for block in Block]

"""What a view hands to the shared template components: small frozen values, already in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["", "good", "warn", "bad", "accent", "off"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One of three to five figures: `value` is formatted, `unit` stands small beside it, `note` compares in words."""

    label: str
    value: str
    note: str = ""
    unit: str = ""
    url: str = ""
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a row of links: a tab, a segment of a control, a chip, a month, a crumb (without url: where one is)."""

    label: str
    url: str = ""
    active: bool = False
    count: int | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class PeriodPicker:
    """Previous, a list of choices and next.

    `about` is the line at the right; `own` shows two date fields for a free period.
    first/last are ISO days for these fields; `keep` are (name, value) pairs that the free period's form must carry.
    """

    label: str
    previous_url: str = ""
    next_url: str = ""
    choices: Sequence[Choice] = ()
    current: Choice | None = None
    about: str = ""
    own: bool = False
    first: str = ""
    last: str = ""
    action: str = ""
    keep: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of what happens to a call: `at` is `0:14`, `text` says it, `detail` says why."""

    at: str
    text: str
    detail: str = ""
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain: an icon in a disc with a title and a second line."""

    icon: str
    title: str
    second: str = ""
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history: `at` is a clock time, `end` stands small at the right."""

    at: str
    title: str
    detail: str = ""
    end: str = ""
    icon: str = "clock"
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class EventDay:
    """The entries of one day, newest first."""

    label: str
    events: Sequence[Event] = field(default_factory=tuple)

"""Notices in words: what each kind says, in the language of whoever reads it.

An app that tells something new adds its kind here, with the shape of each value, and the Dutch in its own catalogue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Notice
from portal.lib import formats, numbers
from portal.lib.periods import Month

NOTHING = "–"

type Shape = Callable[[Any, str], str]


def euro(value: Any, language: str) -> str:
    """Micro-euros."""
    return formats.euro(value, language)


def count(value: Any, language: str) -> str:
    return formats.number(value, language)


def percent(value: Any, language: str) -> str:
    return formats.percent(value, language)


def day(value: Any, language: str) -> str:
    """`2026-10-31`."""
    return formats.long_day(date.fromisoformat(value), language, today=timezone.localdate())


def month(value: Any, language: str) -> str:
    """`2026-10`."""
    return formats.month(Month.parse(value), language)


def number(value: Any, language: str) -> str:  # noqa: ARG001 - a shape
    """A phone number as stored."""
    return numbers.display(value)


def text(value: Any, language: str) -> str:  # noqa: ARG001 - a shape
    return str(value)


@dataclass(frozen=True, slots=True)
class Words:
    """A title and a sentence with `%(name)s` for each value; how each value reads; the icon."""

    title: str | Promise
    text: str | Promise
    icon: str
    shapes: Mapping[str, Shape] = field(default_factory=dict)


KINDS: Mapping[str, Words] = {
    "fraud.signs": Words(
        gettext_lazy("Your calls show signs of fraud"),
        gettext_lazy("New signs: %(count)s. Look at them, and say whether they are right."),
        "alert",
        {"count": count},
    ),
    "call_limit.warning": Words(
        gettext_lazy("%(percent)s of the call limit is used"),
        gettext_lazy("Calls in %(month)s cost %(spent)s so far, of a limit of %(limit)s (excl. VAT)."),
        "pulse",
        {"percent": percent, "month": month, "spent": euro, "limit": euro},
    ),
    "call_limit.number_warning": Words(
        gettext_lazy("%(number)s has used %(percent)s of its limit"),
        gettext_lazy("Calls of this number in %(month)s cost %(spent)s so far, of a limit of %(limit)s (excl. VAT)."),
        "pulse",
        {"number": number, "percent": percent, "month": month, "spent": euro, "limit": euro},
    ),
    "spend_guard.premium": Words(
        gettext_lazy("Calls abroad and to service numbers are stopped"),
        gettext_lazy(
            "The spend guard stopped them in %(month)s at %(spent)s (excl. VAT). 112 and free numbers go out."
        ),
        "shield",
        {"month": month, "spent": euro},
    ),
    "spend_guard.emergency_only": Words(
        gettext_lazy("All paid calls are stopped"),
        gettext_lazy(
            "The spend guard stopped them in %(month)s at %(spent)s (excl. VAT). 112 and free numbers go out."
        ),
        "shield",
        {"month": month, "spent": euro},
    ),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A notice as somebody reads it."""

    title: str
    text: str
    icon: str


def say(notice: Notice) -> Said:
    """The notice in the reader's language; a kind that is known no more still says that something happened."""
    words = KINDS.get(notice.kind)
    language = (get_language() or "nl")[:2]
    if words is None:
        return Said(_("Something happened"), notice.kind, "info")
    values = dict.fromkeys(words.shapes, NOTHING)  # an earlier release may have told less
    values |= {name: words.shapes.get(name, text)(value, language) for name, value in notice.values.items()}
    return Said(str(words.title) % values, str(words.text) % values, words.icon)

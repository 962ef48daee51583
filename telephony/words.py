"""What happens to callers, in words: the sentence a page opens with, and where a forward goes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.numbers import display
from portal.lib.ui import Link
from telephony import selectors
from telephony.models import Destination, Dialable, Line


def dialable_name(dialable: Dialable) -> str:
    """`101 · Sales`; accepted again where a destination is typed."""
    if dialable.extension:
        return f"{dialable.extension} · {dialable.display_name}"
    number = selectors.main_number(dialable)
    return f"{display(number.e164)} · {dialable.display_name}" if number else dialable.display_name


def destination_name(destination: Destination | None) -> str:
    """A colleague or group by extension and name, a number as people write it, nothing for nowhere."""
    if destination is None:
        return ""
    return dialable_name(destination.dialable) if destination.dialable else display(destination.external)


def in_sentence(destination: Destination | None) -> str:
    """The same, never broken over two lines."""
    return destination_name(destination).replace(" ", "\u00a0")


def facts(line: Line) -> str:
    """`088 765 41 21 · extension 121`."""
    number = selectors.main_number(line.dialable)
    parts = [display(number.e164)] if number else []
    if line.dialable.extension:
        parts.append(_("extension %(extension)s") % {"extension": line.dialable.extension})
    return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Now:
    """What happens to a caller now: the answer, why, and the same as a chain of links."""

    answer: str
    why: str
    chain: tuple[Link, ...]


def now(line: Line) -> Now:
    """For somebody who looks after the line."""
    caller = Link("phone", _("Caller"), _("all numbers"))
    phones = len(line.device_lines.all())
    if line.forward_always:
        target = in_sentence(line.forward_to)
        return Now(
            _("Callers go straight to %(target)s.") % {"target": target},
            _("Always forward is on. The phone does not ring, and you pay for the forwarded part."),
            (caller, Link("forward", _("Always forward"), _("phone does not ring")), Link("arrow-right", target)),
        )
    if not phones:
        return Now(
            _("No phone rings."),
            _("There is no phone for this line yet. Add one, or forward the line."),
            (caller, Link("device", _("No phone"), _("nobody can answer"), "warn")),
        )
    names = ", ".join(key.device.model.title for key in line.device_lines.all())
    return Now(
        ngettext("The phone rings.", "%(count)d phones ring.", phones) % {"count": phones},
        _("A second caller hears it ring as well.") if line.call_waiting else _("A second caller hears the busy tone."),
        (caller, Link("device", ngettext("Phone", "Phones", phones), names)),
    )


def my_now(line: Line) -> tuple[str, str]:
    """The same for the employee whose line it is: answer and why."""
    if line.forward_always:
        target = in_sentence(line.forward_to)
        return (
            _("Whoever calls you now goes straight to %(target)s.") % {"target": target},
            _("Your phone does not ring until you switch this off."),
        )
    if not line.device_lines.all():
        return _("No phone rings for you."), _("Ask your administrator for a phone, or forward your calls.")
    return (
        _("Your phone rings."),
        _("A second caller hears it ring as well.") if line.call_waiting else _("A second caller hears the busy tone."),
    )


def saved_words(text: str, phones_to_follow: int) -> str:
    """What a toast says after a change: the truth about phones included."""
    if not phones_to_follow:
        return text
    follow = ngettext(
        "%(count)d phone still has to fetch it.", "%(count)d phones still have to fetch it.", phones_to_follow
    )
    return f"{text} {follow % {'count': phones_to_follow}}"

"""What each part of a line's page says while it is folded: its present state in a few words."""

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from telephony import words
from telephony.features import CASES, Features
from telephony.models.lines import Instead

# The part of the page that holds a field; every other field stands under "forwarding".
PARTS = {
    "quiet": ("do_not_disturb", "do_not_disturb_until"),
    "voicemail": ("voicemail", "voicemail_always", "mail_to", "copy_to", "announcement_only", "then_to"),
    "callers": ("block_anonymous", "block_all"),
    "calling": ("call_waiting", "hide_caller_id"),
}


def states(features: Features, *, lists: int, barred: Iterable[str]) -> dict[str, str]:
    """The state of each part by its name; `lists` of refused callers, and `barred` as people call it."""
    return {
        "quiet": _quiet(features),
        "forwarding": _forwarding(features),
        "voicemail": _voicemail(features),
        "along": words.names_along(features) or _("Off"),
        "callers": _callers(features, lists),
        "calling": _calling(features),
        "bars": ", ".join(barred) or _("Nothing is blocked"),
    }


def wrong(errors: Iterable[str]) -> set[str]:
    """The parts in which a field was filled in wrongly; they are not folded."""
    found = set()
    for name in errors:
        part = next((part for part, fields in PARTS.items() if name in fields), "")
        found.add(part or _of_many(name))
    return found


def _of_many(name: str) -> str:
    if name.startswith("bar_"):
        return "bars"
    return "along" if name.startswith(("also", "along")) else "forwarding"


def _quiet(features: Features) -> str:
    if not features.do_not_disturb:
        return _("Off")
    until = features.do_not_disturb_until
    if until is None:
        return _("On")
    return _("On until %(until)s") % {"until": words.short_moment(until, timezone.now())}


def _forwarding(features: Features) -> str:
    if features.forward_always:
        target, until = words.in_sentence(features.forward_to), features.forward_until
        if until is None:
            return _("Always to %(target)s") % {"target": target}
        shown = {"target": target, "until": words.short_moment(until, timezone.now())}
        return _("Always to %(target)s, until %(until)s") % shown
    names = {"busy": _("when busy"), "no_answer": _("without an answer"), "unreachable": _("when not reachable")}
    found = [names[case] for case in CASES if getattr(features, f"{case}_does") != Instead.NOTHING]
    return capfirst(", ".join(found)) or _("Off")


def _voicemail(features: Features) -> str:
    if not features.voicemail:
        return _("Off")
    if features.announcement_only:
        return _("No message possible")
    to = _("Messages to %(mail)s") % {"mail": features.mail_to}
    return f"{_('All calls')}, {to[:1].lower()}{to[1:]}" if features.voicemail_always else to


def _callers(features: Features, lists: int) -> str:
    if features.block_all:
        return _("All callers")
    found: Sequence[str] = [
        *([_("Anonymous callers")] if features.block_anonymous else []),
        *([ngettext("%(count)d list", "%(count)d lists", lists) % {"count": lists}] if lists else []),
    ]
    return ", ".join(found) or _("Nobody is blocked")


def _calling(features: Features) -> str:
    waiting = _("Call waiting is on.") if features.call_waiting else _("Call waiting is off.")
    number = _("Your number is hidden.") if features.hide_caller_id else ""
    return f"{waiting} {number}".strip()

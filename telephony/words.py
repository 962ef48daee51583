"""What happens to callers, in words: the sentence a page opens with, and where a forward goes."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.lib import formats
from portal.lib.numbers import display
from portal.lib.ui import Link
from telephony import selectors
from telephony.features import Features, features_of
from telephony.models import CallerFilter, Destination, Dialable, Line
from telephony.models.lines import Instead
from telephony.selectors import Target

RING_SECONDS = 5
CALLERS_SHOWN = 3


def dialable_name(dialable: Dialable) -> str:
    """`101 · Sales`; accepted again where a destination is typed."""
    if dialable.extension:
        return f"{dialable.extension} · {dialable.display_name}"
    number = selectors.main_number(dialable)
    return f"{display(number.e164)} · {dialable.display_name}" if number else dialable.display_name


def destination_name(destination: Destination | Target | None) -> str:
    """A colleague or group by extension and name, a number as people write it, nothing for nowhere."""
    if destination is None:
        return ""
    return dialable_name(destination.dialable) if destination.dialable else display(destination.external)


def in_sentence(destination: Destination | Target | None) -> str:
    """The same, never broken over two lines."""
    return destination_name(destination).replace(" ", "\u00a0")


def short_moment(moment: datetime, at: datetime) -> str:
    """The clock time on the same day, else the day with it."""
    if timezone.localdate(moment) == timezone.localdate(at):
        return formats.clock(moment)
    return formats.moment(moment, (get_language() or "nl")[:2], now=timezone.now())


def facts(line: Line) -> str:
    """`088 765 41 21 · extension 121 · Unlimited calling`."""
    number = selectors.main_number(line.dialable)
    parts = [display(number.e164)] if number else []
    if line.dialable.extension:
        parts.append(_("extension %(extension)s") % {"extension": line.dialable.extension})
    if any(one.is_unlimited for one in line.dialable.numbers.all()):
        parts.append(_("Unlimited calling"))
    return " · ".join(parts)


def rings_in_words(rings: int) -> str:
    """`5 rings (25 s)`."""
    words = ngettext("%(rings)s ring (%(seconds)s s)", "%(rings)s rings (%(seconds)s s)", rings)
    return words % {"rings": rings, "seconds": rings * RING_SECONDS}


@dataclass(frozen=True, slots=True)
class Now:
    """What happens to a caller now: the answer, why, and the same as a chain of links."""

    answer: str
    why: str
    chain: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ShortNow:
    """The same in a word or two, for a list: kind and icon as of the status tag."""

    kind: str
    word: str
    icon: str = ""
    plain: bool = True


def short_now(line: Line) -> ShortNow:
    """What the row of a line says."""
    at = timezone.now()
    if line.block_all:
        return ShortNow("warn", _("Callers refused"), "block", False)
    if line.forwards_at(at):
        return ShortNow("accent", _("To %(target)s") % {"target": destination_name(line.forward_to)}, "forward", False)
    if line.voicemail and line.voicemail_always:
        return ShortNow("accent", _("Voicemail"), "voicemail", False)
    if line.is_quiet_at(at):
        return ShortNow("accent", _("Do not disturb"), "moon", False)
    if line.device_lines.all() or line.also_ring:
        return ShortNow("good", _("Rings"), "phone")
    return ShortNow("warn", _("Nothing rings"))


def now(line: Line) -> Now:
    """For somebody who looks after the line."""
    at = timezone.now()
    features = features_of(line, at)
    caller = Link("phone", _("Caller"), _("all numbers"))
    straight = _straight(line, features, at)
    if straight is not None:
        return Now(straight.answer, straight.why, (caller, *straight.chain))
    phones = len(line.device_lines.all())
    names = ", ".join(key.device.model.title for key in line.device_lines.all())
    rung = Link("device", ngettext("Phone", "Phones", phones), names)
    after = _links(features.no_answer_does, features.no_answer_to, features)
    if not phones:  # then somebody rings along
        beside = Link("phone", _("Ring along"), names_along(features))
        return Now(
            _("%(names)s ring.") % {"names": names_along(features)}, _otherwise(features), (caller, beside, *after)
        )
    return Now(
        ngettext("The phone rings.", "%(count)d phones ring.", phones) % {"count": phones},
        _otherwise(features),
        (caller, rung, *after),
    )


def my_now(line: Line) -> tuple[str, str]:
    """The same for the employee whose line it is: answer and why."""
    at = timezone.now()
    features = features_of(line, at)
    if features.forward_always and not features.block_all:
        target = in_sentence(features.forward_to)
        if features.forward_until:
            end = {"target": target, "until": short_moment(features.forward_until, at)}
            return (
                _("Whoever calls you now goes straight to %(target)s.") % end,
                _("Your phone rings again from %(until)s.") % end,
            )
        return (
            _("Whoever calls you now goes straight to %(target)s.") % {"target": target},
            _("Your phone does not ring until you switch this off."),
        )
    straight = _straight(line, features, at)
    if straight is None:
        return _("Your phone rings."), _otherwise(features)
    set_so = features.voicemail_always or features.do_not_disturb or features.block_all
    if set_so or features.unreachable_does != Instead.NOTHING:
        return straight.answer, straight.why
    return _("No phone rings for you."), _("Ask your administrator for a phone, or forward your calls.")


def _straight(line: Line, features: Features, at: datetime) -> Now | None:
    """What happens to every call before a phone could ring; None when one rings."""
    if features.block_all:
        refused = Link("block", _("All callers refused"), _("phone does not ring"), "warn")
        return Now(_("Callers are refused."), _("The number is only for calling out."), (refused,))
    if features.forward_always:
        return _forwarded(features, at)
    if features.voicemail and features.voicemail_always:
        links = _links(Instead.VOICEMAIL, None, features)
        return Now(_("Callers get the voicemail at once."), _("All calls go to voicemail."), links)
    if features.do_not_disturb:
        return _quiet(features, at)
    if not line.device_lines.all() and not features.also_ring:
        return _without_phone(features)
    return None


def _forwarded(features: Features, at: datetime) -> Now:
    target = in_sentence(features.forward_to)
    until = short_moment(features.forward_until, at) if features.forward_until else ""
    end = {"target": target, "until": until}
    answer = (
        _("Callers go straight to %(target)s, until %(until)s.") if until else _("Callers go straight to %(target)s.")
    )
    why = _("Always forward is on. The phone does not ring, and you pay for the forwarded part.")
    second = _("until %(until)s") % end if until else _("phone does not ring")
    return Now(answer % end, why, (Link("forward", _("Always forward"), second), Link("arrow-right", target)))


def _quiet(features: Features, at: datetime) -> Now:
    until = short_moment(features.do_not_disturb_until, at) if features.do_not_disturb_until else ""
    answers = {
        Instead.NOTHING: _("Callers hear the busy tone."),
        Instead.FORWARD: _("Callers go straight to %(target)s."),
        Instead.VOICEMAIL: _("Callers get the voicemail at once."),
    }
    why = _("Do not disturb is on, until %(until)s.") if until else _("Do not disturb is on.")
    facts = {"target": in_sentence(features.busy_to), "until": until}
    end = _("until %(until)s") % facts if until else _("phone does not ring")
    links = _links(features.busy_does, features.busy_to, features)
    quiet = Link("moon", _("Do not disturb"), end)
    return Now(answers[Instead(features.busy_does)] % facts, why % facts, (quiet, *links))


def _without_phone(features: Features) -> Now:
    nobody = Link("device", _("No phone"), _("nobody can answer"), "warn")
    if features.unreachable_does == Instead.NOTHING:
        why = _("There is no phone for this line yet. Add one, or forward the line.")
        return Now(_("No phone rings."), why, (nobody,))
    links = _links(features.unreachable_does, features.unreachable_to, features)
    why = _("There is no phone for this line yet.")
    if features.unreachable_does == Instead.VOICEMAIL:
        return Now(_("Callers get the voicemail at once."), why, (nobody, *links))
    target = in_sentence(features.unreachable_to)
    return Now(_("Callers go straight to %(target)s.") % {"target": target}, why, (nobody, *links))


def _otherwise(features: Features) -> str:
    """What rings along, and what happens to calls that a phone does not take: without an answer, in a call, and without
    a connection.
    """
    along = names_along(features)
    beside = _("%(names)s ring along.") % {"names": along} if along else ""
    return " ".join(filter(None, (beside, _no_answer(features), _in_call(features), _not_reachable(features))))


def _no_answer(features: Features) -> str:
    texts = {
        Instead.NOTHING: "",
        Instead.FORWARD: _("After %(rings)s the call goes to %(target)s."),
        Instead.VOICEMAIL: _("After %(rings)s the voicemail answers."),
    }
    shown = {"rings": rings_in_words(features.rings), "target": in_sentence(features.no_answer_to)}
    return texts[Instead(features.no_answer_does)] % shown


def _in_call(features: Features) -> str:
    if features.call_waiting:
        return _("A second caller hears it ring as well.")
    if features.also_ring and features.also_ring_in_call:
        return _("A second caller reaches only %(names)s.") % {"names": names_along(features)}
    texts = {
        Instead.NOTHING: _("A second caller hears the busy tone."),
        Instead.FORWARD: _("A second caller goes to %(target)s."),
        Instead.VOICEMAIL: _("A second caller gets the voicemail."),
    }
    return texts[Instead(features.busy_does)] % {"target": in_sentence(features.busy_to)}


def _not_reachable(features: Features) -> str:
    texts = {
        Instead.NOTHING: "",
        Instead.FORWARD: _("Without a connection calls go to %(target)s."),
        Instead.VOICEMAIL: _("Without a connection the voicemail answers."),
    }
    return texts[Instead(features.unreachable_does)] % {"target": in_sentence(features.unreachable_to)}


def callers(found: CallerFilter) -> str:
    """The first numbers of a list, and how many more there are."""
    numbers = [str(number.pattern()) for number in found.numbers.all()]
    shown, more = ", ".join(numbers[:CALLERS_SHOWN]), len(numbers) - CALLERS_SHOWN
    return _("%(numbers)s and %(more)s more") % {"numbers": shown, "more": more} if more > 0 else shown


def names_along(features: Features) -> str:
    """Who rings along; empty when it is off."""
    return ", ".join(destination_name(along.to) for along in features.also_rings) if features.also_ring else ""


def cases(features: Features) -> list[tuple[str, str]]:
    """What happens without an answer, in a call and without a connection, as a name and a line each."""
    nothing = {"busy": _("Busy tone"), "no_answer": _("Keeps ringing"), "unreachable": _("Nothing")}
    names = {"no_answer": _("Without an answer"), "busy": _("When busy"), "unreachable": _("When not reachable")}
    found = [(name, _case(features, case, nothing[case])) for case, name in names.items()]
    along = names_along(features)
    return [*found, (_("Ring along"), along)] if along else found


def _case(features: Features, case: str, nothing: str) -> str:
    does, to = Instead(getattr(features, f"{case}_does")), getattr(features, f"{case}_to")
    if does == Instead.NOTHING:
        return nothing
    where = _("to %(target)s") % {"target": destination_name(to)} if does == Instead.FORWARD else _("to voicemail")
    if case != "no_answer":
        return where[:1].upper() + where[1:]
    return _("After %(rings)s %(where)s") % {"rings": rings_in_words(features.rings), "where": where}


def _links(does: str, to: Target | None, features: Features) -> tuple[Link, ...]:
    """The chain from where a call leaves the phone."""
    if does == Instead.FORWARD:
        return (Link("arrow-right", in_sentence(to)),)
    if does == Instead.NOTHING or not features.voicemail:
        return ()
    if not features.announcement_only:
        return Link("voicemail", _("Voicemail")), Link("mail", _("E-mail"), features.mail_to)
    greeting = Link("voicemail", _("Voicemail"), _("no message possible"))
    then = Link("arrow-right", in_sentence(features.then_to)) if features.then_to else Link("x", _("Call ends"))
    return greeting, then


def saved_words(text: str, phones_to_follow: int) -> str:
    """What a toast says after a change: the truth about phones included."""
    if not phones_to_follow:
        return text
    follow = ngettext(
        "%(count)d phone still has to fetch it.", "%(count)d phones still have to fetch it.", phones_to_follow
    )
    return f"{text} {follow % {'count': phones_to_follow}}"

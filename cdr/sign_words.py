"""What a sign of fraud says to people, with its numbers, in the language of the reader."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from babel import Locale
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cdr.fraud.detect import SHORT_SECONDS
from cdr.fraud.facts import BASELINE_DAYS
from cdr.fraud.kinds import SignKind
from cdr.models import FraudSign
from cdr.vocabulary import CallType, Direction
from portal.lib import formats
from portal.lib.periods import local_day


def _tongue() -> str:
    return (get_language() or "nl")[:2]


@lru_cache(maxsize=512)
def country(code: str, tongue: str) -> str:
    return Locale.parse(tongue).territories.get(code) or code


def place(facts: Mapping[str, object]) -> str:
    """`Cuba`, or the name of a range such as `0900`."""
    code = str(facts.get("place", ""))
    return country(code, _tongue()) if facts.get("is_country") else code


def when(sign: FraudSign, now: datetime) -> str:
    """`Saturday 14 November between 02:10 and 02:40`."""
    tongue = _tongue()
    day = formats.near_day(local_day(sign.start), tongue, today=local_day(now))
    first, last = formats.clock(sign.start), formats.clock(sign.end)
    if first == last:
        return _("%(day)s at %(time)s") % {"day": day, "time": first}
    return _("%(day)s between %(first)s and %(last)s") % {"day": day, "first": first, "last": last}


def _calls(count: int) -> str:
    return ngettext("%(count)s call", "%(count)s calls", count) % {"count": formats.number(count, _tongue())}


def _amount(sign: FraudSign) -> str:
    text = formats.euro(sign.micros, _tongue())
    unrated = int(sign.facts.get("unrated") or 0)
    if unrated and not sign.micros:
        return _("no price is known yet")
    if unrated:
        return _("%(amount)s, and %(count)s without a price yet") % {"amount": text, "count": unrated}
    return text


def _usual(sign: FraudSign) -> str:
    known = int(sign.facts.get("known") or 0)
    if not known:
        return _("this company never called there in the %(days)d days before") % {"days": BASELINE_DAYS}
    return ngettext(
        "in the %(days)d days before there was %(count)d call",
        "in the %(days)d days before there were %(count)d calls",
        known,
    ) % {"days": BASELINE_DAYS, "count": known}


def _burst(sign: FraudSign, now: datetime) -> str:
    return _("%(calls)s to %(place)s %(when)s; %(usual)s; %(amount)s.") % {
        "calls": _calls(sign.calls),
        "place": place(sign.facts),
        "when": when(sign, now),
        "usual": _usual(sign),
        "amount": _amount(sign),
    }


def _off_hours(sign: FraudSign, now: datetime) -> str:
    usual = int(sign.facts.get("usual") or 0)
    tongue = _tongue()
    if not usual:
        compared = _("usually nothing is spent then")
    elif sign.facts.get("night"):
        compared = _("a usual night costs %(amount)s") % {"amount": formats.euro(usual, tongue)}
    else:
        compared = _("a usual day off costs %(amount)s") % {"amount": formats.euro(usual, tongue)}
    return _("%(calls)s %(when)s for %(amount)s; %(compared)s.") % {
        "calls": _calls(sign.calls),
        "when": when(sign, now),
        "amount": _amount(sign),
        "compared": compared,
    }


def _parallel(sign: FraudSign, now: datetime) -> str:
    return _("%(calls)s ran at the same moment, %(when)s; %(alike)d%% lasted about %(seconds)s; %(amount)s.") % {
        "calls": _calls(sign.calls),
        "when": when(sign, now),
        "alike": sign.alike or 0,
        "seconds": formats.call_time(int(sign.facts.get("seconds") or 0)),
        "amount": _amount(sign),
    }


def _forward(sign: FraudSign, now: datetime) -> str:
    values = {
        "who": sign.facts.get("who"),
        "what": sign.facts.get("what"),
        "place": place(sign.facts),
        "at": formats.moment(sign.start, _tongue(), now=now),
    }
    begun = _("%(who)s let %(what)s forward to a number in %(place)s, %(at)s") % values
    if not sign.calls:
        return _("%(begun)s; no call has gone there yet.") % {"begun": begun}
    return _("%(begun)s; since then %(calls)s went there for %(amount)s.") % {
        "begun": begun,
        "calls": _calls(sign.calls),
        "amount": _amount(sign),
    }


def _bait(sign: FraudSign, now: datetime) -> str:
    numbers = int(sign.facts.get("numbers") or 0)
    asked = ngettext("%(count)d of your numbers", "%(count)d of your numbers", numbers) % {"count": numbers}
    return _(
        "%(calls)s from numbers that begin with %(prefix)s hung up at once, %(when)s, at %(asked)s. Do not call back."
    ) % {"calls": _calls(sign.calls), "prefix": sign.facts.get("prefix"), "when": when(sign, now), "asked": asked}


_SENTENCES: Mapping[str, Callable[[FraudSign, datetime], str]] = {
    SignKind.NEW_COUNTRY: _burst,
    SignKind.RISKY: _burst,
    SignKind.OFF_HOURS: _off_hours,
    SignKind.PARALLEL: _parallel,
    SignKind.FORWARD: _forward,
    SignKind.CALL_BACK_BAIT: _bait,
}


def sentence(sign: FraudSign) -> str:
    """The sign in one sentence with its numbers."""
    return _SENTENCES[sign.kind](sign, timezone.now())


def advice(sign: FraudSign) -> str:
    """What to do about it."""
    if sign.kind == SignKind.FORWARD:
        return _("Ask who set it. Was it nobody you know? Switch the forward off and choose a new password.")
    if sign.kind == SignKind.CALL_BACK_BAIT:
        return _("Tell your colleagues not to call these numbers back: whoever does pays the rate of abroad.")
    return _(
        "Are these calls not yours? Block calling abroad under Phone, change the passwords of your phones, and call us."
    )


def calls_address(sign: FraudSign) -> str:
    """The page with the calls around the sign: its days, and of the calls what is told of all those behind it."""
    asked: list[tuple[str, str]] = [
        ("from", local_day(sign.start).isoformat()),
        ("to", local_day(sign.end).isoformat()),
    ]
    if sign.kind == SignKind.CALL_BACK_BAIT:
        asked.append(("direction", str(Direction.INCOMING.value)))
    elif sign.kind == SignKind.FORWARD:
        asked.append(("direction", str(Direction.FORWARDED.value)))
        asked += [("type", str(kind.value)) for kind in (CallType.UNKNOWN, CallType.ABROAD, CallType.SERVICE)]
        asked += [("number", number) for number in sign.facts.get("numbers", ())]
    else:
        asked += [("direction", str(value.value)) for value in (Direction.OUTGOING, Direction.FORWARDED)]
    if sign.kind == SignKind.PARALLEL:
        asked.append(("seconds_max", str(SHORT_SECONDS)))
    prefix = str(sign.facts.get("prefix") or "")
    if any(character.isdigit() for character in prefix):
        party = "caller" if sign.kind == SignKind.CALL_BACK_BAIT else "callee"
        asked.append((party, prefix.removeprefix("short:")))
    return f"{reverse('cdr:details')}?{urlencode(asked)}"

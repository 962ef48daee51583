"""Limits in words and pictures: how the period stands, what was told and stopped. In the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdr import spending
from cdr.models import GuardEvent, LimitWarning, NumberLimit
from cdr.selectors.limits import Spending, Standing
from portal.charts import usage_bar
from portal.lib import formats, numbers
from portal.lib.periods import local_day
from portal.lib.ui import Event, EventDay, Figure, Kind

LEVELS: Mapping[str, tuple[Kind, str]] = {
    spending.OPEN: ("good", "check-circle"),
    spending.PREMIUM: ("warn", "block"),
    spending.EMERGENCY_ONLY: ("bad", "block"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page opens with, and why it is so."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number with a limit of its own."""

    limit: NumberLimit
    name: str
    spent: int
    bar: SafeString


def level_name(level: str) -> str:
    """A state of the guard."""
    return {
        spending.OPEN: _("Paid calls go out"),
        spending.PREMIUM: _("Calls abroad and to service numbers are stopped"),
        spending.EMERGENCY_ONLY: _("All paid calls are stopped"),
    }[level]


def answer(found: Standing, language: str) -> Answer:
    """Where the period is going, and what the limit is."""
    day = formats.long_day(found.month.last_day, language)
    limit = found.limit.micros
    if found.expected is None:
        text = _("It is too early in the period to say what it will cost.")
    else:
        values = {"day": day, "amount": formats.euro(found.expected, language)}
        text = _("About %(amount)s on %(day)s, if it goes on like this.") % values
    if limit:
        amount = formats.euro(limit, language)
        if found.limit.own:
            why = _("The limit is %(amount)s excl. VAT for each billing period.") % {"amount": amount}
        else:
            why = _("The limit is %(amount)s excl. VAT for each billing period; your ICT partner chose it.") % {
                "amount": amount
            }
    elif limit == 0:
        why = _("There is no limit: 0 means none.")
    elif found.limit.own:
        why = _("There is no limit: the field is empty.")
    else:
        why = _("There is no limit yet.")
    return Answer(text, why)


def figures(found: Standing, language: str) -> list[Figure]:
    """Spent, limit, expected, and what goes out."""
    spent, limit = found.spent.micros, found.limit.micros
    used = _("%(percent)s of the limit") % {"percent": formats.share(spent, limit, language)} if limit else ""
    forecast = "" if found.expected is None or not limit else formats.share(found.expected, limit, language)
    kind, _icon = LEVELS[found.level]
    return [
        Figure(_("Spent"), formats.euro(spent, language), used or _("excl. VAT")),
        Figure(_("Limit"), formats.euro(limit, language) if limit else "–", _("excl. VAT") if limit else _("none")),
        Figure(
            _("Expected"),
            "–" if found.expected is None else formats.euro(found.expected, language),
            (_("%(percent)s of the limit") % {"percent": forecast}) if forecast else _("at the end of the period"),
        ),
        Figure(
            _("Spend guard"),
            _("Open") if found.level == spending.OPEN else _("Closed"),
            level_name(found.level),
            kind="" if kind == "good" else kind,
        ),
    ]


def track(found: Standing, language: str) -> SafeString | None:
    """The limit as a track, with a mark at 100 % and a dotted one at what is expected; None without a limit."""
    limit, spent = found.limit.micros, found.spent.micros
    if not limit:
        return None
    values = {"spent": formats.euro(spent, language), "limit": formats.euro(limit, language)}
    said = _("%(spent)s spent of %(limit)s") % values
    if found.expected is not None:
        said += "; " + _("%(amount)s expected") % {"amount": formats.euro(found.expected, language)}
    return usage_bar(used=max(spent, 0), limit=limit, label=said, mark=found.expected)


def number_rows(
    limits: Sequence[NumberLimit], spent: Spending, names: Mapping[str, str], language: str
) -> list[NumberRow]:
    """Numbers with a limit of their own and how full each is."""
    rows = []
    for one in limits:
        cost = spent.by_number.get(one.number, 0)
        values = {"spent": formats.euro(cost, language), "limit": formats.euro(one.amount_micros, language)}
        bar = usage_bar(used=max(cost, 0), limit=one.amount_micros, label=_("%(spent)s spent of %(limit)s") % values)
        rows.append(NumberRow(one, names.get(one.number, ""), cost, bar))
    return rows


def history(
    warnings: Sequence[LimitWarning], events: Sequence[GuardEvent], language: str, today: date
) -> list[EventDay]:
    """What was told and what the guard did, in days, newest first."""
    found: list[tuple[datetime, Event]] = [(one.at, _warning(one, language)) for one in warnings]
    found += [(one.at, _guard_event(one, language)) for one in events]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [
        EventDay(formats.long_day(day, language, today=today), [event for _at, event in group])
        for day, group in groupby(found, key=lambda pair: local_day(pair[0]))
    ]


def _warning(one: LimitWarning, language: str) -> Event:
    percent = formats.percent(one.threshold, language)
    if one.number:
        title = _("%(number)s has used %(percent)s of its limit") % {
            "number": numbers.display(one.number),
            "percent": percent,
        }
    else:
        title = _("%(percent)s of the call limit is used") % {"percent": percent}
    values = {
        "spent": formats.euro(one.spent_micros, language),
        "limit": formats.euro(one.limit_micros, language),
        "month": formats.month(one.month, language),
    }
    detail = _("%(spent)s of %(limit)s, %(month)s") % values
    if one.rearmed_at is not None:
        detail += " · " + _("armed again by a higher limit")
    elif one.below_since is not None:
        detail += " · " + _("corrections brought it back below")
    kind: Kind = "bad" if one.threshold >= 100 else "warn"
    return Event(formats.clock(one.at), title, detail + _told(one.told), icon="pulse", kind=kind)


def _guard_event(one: GuardEvent, language: str) -> Event:
    spent = formats.euro(one.spent_micros, language)
    if one.change == GuardEvent.Change.UNLOCKED:
        values = {"who": one.user_name, "reason": one.reason}
        title = _("%(who)s unlocked the spend guard") % values
        detail = _("Reason: %(reason)s") % values
        if one.holds_until_micros:
            until = formats.euro(one.holds_until_micros, language)
            detail += " · " + _("it closes again at %(amount)s") % {"amount": until}
        return Event(formats.clock(one.at), title, detail, icon="unlock")
    kind, icon = LEVELS[one.level]
    why = _("too much in one hour") if one.cause == "velocity" else _("hard limit reached")
    detail = spent if one.level == spending.OPEN else f"{spent} · {why}"
    return Event(formats.clock(one.at), level_name(one.level), detail + _told(one.told), icon=icon, kind=kind)


def _told(count: int) -> str:
    """The end of a line of detail."""
    if not count:
        return ""
    return " · " + ngettext("mailed to %(count)s person", "mailed to %(count)s people", count) % {"count": count}

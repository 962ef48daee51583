"""Usage and bundles in the reader's words, and the pictures of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel import Locale
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mobile.models import MobileSubscription
from mobile.selectors import Cost, GroupPicture, Overview, Row
from mobile.usage import MemberState, Standing
from mobile.usage_file import Cause
from portal.charts.timelines import Fill, bundle_line
from portal.lib import formats
from portal.lib.money import divide_half_up
from portal.lib.periods import Month, local_day


@dataclass(frozen=True, slots=True)
class Bar:
    """One usage bar with its words: `used` and `limit` in one unit, `kind` as the component has it."""

    used: int
    limit: int
    used_words: str
    words: str
    percent: str
    kind: str
    note: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A subscription of the list; `data` and `voice` are None where there is no bundle of that kind."""

    subscription: MobileSubscription
    data: Bar | None
    voice: Bar | None
    outside: int | None
    expected: int | None

    @property
    def popover(self) -> str:
        """The id of the question that is asked at this row."""
        return f"sim-{self.subscription.pk}"


def rows(found: Sequence[Row], language: str) -> list[ShownRow]:
    """The rows, those that need attention first."""
    ordered = sorted(found, key=lambda one: (_RANK[one.data.standing], -(one.data.percent or 0), one.subscription.pk))
    return [
        ShownRow(
            subscription=one.subscription,
            data=_bar(one.data, language, in_group=one.in_group, voice=False),
            voice=_bar(one.voice, language, in_group=False, voice=True),
            outside=one.outside or None,
            expected=one.expected or None,
        )
        for one in ordered
    ]


_RANK = {Standing.OVER: 0, Standing.ABOVE_SHARE: 1, Standing.WITHIN: 2, Standing.NO_BUNDLE: 3}


def _bar(state: MemberState, language: str, *, in_group: bool, voice: bool) -> Bar | None:
    if state.standing is Standing.NO_BUNDLE:
        return None
    used, size = _amount(state.used, language, voice=voice), _amount(state.share, language, voice=voice)
    # "2,6 van 2 GB", but "600 MB van 2 GB"
    number, _space, unit = used.rpartition(formats.NBSP)
    if unit == size.rpartition(formats.NBSP)[2]:
        used = number
    note = ""
    if state.standing is Standing.ABOVE_SHARE:
        note = _("above the own share, the group carries it")
    elif state.standing is Standing.OVER:
        outside = _amount(state.outside, language, voice=voice)
        if in_group:
            note = _("%(amount)s outside the bundle, the group is full") % {"amount": outside}
        else:
            note = _("%(amount)s outside the bundle, no group") % {"amount": outside}
    return Bar(
        used=state.used,
        limit=state.share,
        used_words=_amount(state.used, language, voice=voice),
        words=_("%(used)s of %(size)s") % {"used": used, "size": size},
        percent=formats.percent(state.percent or 0, language),
        kind="covered" if state.standing is Standing.ABOVE_SHARE else "",
        note=note,
        is_over=state.standing is Standing.OVER,
    )


def _amount(amount: int, language: str, *, voice: bool) -> str:
    if voice:
        return f"{formats.number(divide_half_up(amount, 60), language)}{formats.NBSP}min"
    return formats.data(amount, language)


def cost(one: Cost, language: str) -> str:
    """`Data in Zwitserland, Mehmet Yılmaz`."""
    country = str(Locale(language).territories.get(one.country, one.country)) if one.country else ""
    named = {Cause.DATA_ABROAD: _("Data in %(country)s"), Cause.CALLS_ABROAD: _("Calls to %(country)s")}
    named |= {Cause.CALLS_ROAMING: _("Calls in %(country)s"), Cause.SMS_ABROAD: _("Text messages in %(country)s")}
    cause = Cause(one.cause or Cause.OTHER)
    what = named[cause] % {"country": country} if country and cause in named else _plain(cause)
    return f"{what}, {one.subscription.name}"


def _plain(cause: Cause) -> str:
    return {
        Cause.DATA_OVER: _("Data above the bundle"),
        Cause.DATA_ABROAD: _("Data abroad"),
        Cause.CALLS_ABROAD: _("Calls to abroad"),
        Cause.CALLS_ROAMING: _("Calls made abroad"),
        Cause.SMS_ABROAD: _("Text messages abroad"),
        Cause.PREMIUM: _("Paid numbers"),
        Cause.OTHER: _("Other"),
    }[cause]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group bundle: its name, one sentence, and the picture."""

    name: str
    sentence: str
    picture: SafeString


def groups(found: Overview, language: str) -> list[ShownGroup]:
    """The group bundles of data, each with its picture."""
    return [
        ShownGroup(one.bundle.name, sentence(one, found.month, language), _picture(one, found, language))
        for one in found.groups
        if one.days
    ]


def sentence(group: GroupPicture, month: Month, language: str) -> str:
    """Where the bundle is going, and who uses most of it."""
    size, state = formats.data(group.state.size, language), group.state
    if state.over:
        said = _("The bundle of %(size)s is full, and %(over)s is outside it.") % {
            "size": size,
            "over": formats.data(state.over, language),
        }
    elif group.forecast is None or len(group.days) >= (month.end_day - month.first_day).days:
        said = _("%(used)s of %(size)s was used.") % {"used": formats.data(state.used, language), "size": size}
    elif group.forecast.full_at is not None:
        day = formats.day(local_day(group.forecast.full_at), language)
        said = _("At this pace the bundle is full on %(day)s.") % {"day": day}
    else:
        left = formats.data(max(0, state.size - group.forecast.at_end), language)
        said = _("At this pace %(left)s is left at the end of the month.") % {"left": left}
    if group.largest and state.used:
        used = max(one.used for one in state.members)
        share = formats.share(used, state.used, language)
        most = _("%(name)s uses %(share)s of what the group uses.") % {"name": group.largest.name, "share": share}
        said = f"{said} {most}"
    return said


def _picture(group: GroupPicture, found: Overview, language: str) -> SafeString:
    month, days = found.month, len(group.days)
    length = (month.end_day - month.first_day).days
    running = days < length and group.forecast is not None
    full_at = group.forecast.full_at if group.forecast else None
    size = formats.data(group.state.size, language)
    expected = group.forecast.at_end if running and group.forecast else None
    fill = Fill(
        so_far=group.days,
        days=length,
        bundle=group.state.size,
        forecast=expected,
        bundle_words=(_("bundle"), size),
        now_words=_("now %(amount)s") % {"amount": formats.data(group.state.used, language)} if running else "",
        forecast_words=_("%(amount)s expected") % {"amount": formats.data(expected or 0, language)},
        full_words=_("full on %(day)s") % {"day": formats.day(local_day(full_at), language)} if full_at else "",
        axis=_axis(days, length, running=running),
    )
    base, unit = (formats.GIGABYTE, "GB") if group.state.size >= 4 * formats.GIGABYTE else (formats.MEGABYTE, "MB")
    labels = [formats.day(month.first_day + timedelta(days=day), language) for day in range(days)]
    return bundle_line(
        fill,
        title=_("%(name)s: used so far of %(size)s") % {"name": group.bundle.name, "size": size},
        tick=lambda value: formats.number(divide_half_up(value, base), language),
        shown=lambda value: formats.data(value, language),
        unit=f"{formats.NBSP}{unit}",
        sentence="",
        heads=(_("Day"), _("Used")),
        row_labels=labels,
    )


def _axis(days: int, length: int, *, running: bool) -> tuple[tuple[int, str], ...]:
    marks = {1: "1", 8: "8", 15: "15", 22: "22", length: str(length)}
    if running and days > 1:
        marks = {day: word for day, word in marks.items() if abs(day - days) > 3} | {days: _("today")}
    return tuple(sorted(marks.items()))

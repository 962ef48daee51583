"""What stands above the totals: figures against the period before, and pictures of days, types, numbers and dear calls."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdr.asking import Asked, language
from cdr.filters import UNKNOWN_NUMBER, type_label
from cdr.models import CallRecord
from cdr.selectors import calls, names
from cdr.selectors.calls import Selection, Sums
from cdr.views.periods import address, calls_of_day
from cdr.views.tables import of_type, paid_types
from portal.charts import Day, Share, day_bars, share_bar
from portal.lib import formats
from portal.lib.periods import Month, local_day
from portal.lib.ui import Figure

MOST_SHARES = 4
NOTE_FROM = (4, 3)  # a day is the exception when it costs at least four thirds of the next one


@dataclass(frozen=True, slots=True)
class DearCall:
    """One of the dearest calls, in words."""

    title: str
    second: str
    amount: str
    url: str


def earlier_name(earlier: Selection) -> str:
    """`september`, or `1 t/m 26 september`."""
    if earlier.whole_months:
        return formats.month_name(Month.of_day(earlier.first), language())
    return formats.day_range(earlier.first, earlier.end, language())


def figures(whole: Sums, earlier: Selection | None, before: Sums | None, dear: Sequence[DearCall]) -> list[Figure]:
    """Four figures of a selection, the first three against the same of the period before."""
    tongue = language()
    name = earlier_name(earlier) if earlier else ""
    in_before = _("%(value)s in %(before)s")
    notes = ["", "", ""]
    if before is not None:
        notes = [
            _difference(whole.micros, before.micros, name),
            in_before % {"value": formats.number(before.calls, tongue), "before": name},
            in_before % {"value": formats.duration(before.seconds, tongue), "before": name},
        ]
    return [
        Figure(_("Cost ex VAT"), formats.euro(whole.micros, tongue), notes[0]),
        Figure(_("Number of calls"), formats.number(whole.calls, tongue), notes[1]),
        Figure(_("Talking time"), formats.duration(whole.seconds, tongue), notes[2]),
        Figure(_("Dearest call"), dear[0].amount, dear[0].second, url=dear[0].url)
        if dear
        else Figure(_("Dearest call"), formats.euro(0, tongue), _("no call cost anything")),
    ]


def _difference(now: int, before: int, name: str) -> str:
    tongue = language()
    if not before:
        return _("nothing in %(before)s") % {"before": name}
    words = {
        "amount": formats.euro(abs(now - before), tongue),
        "share": formats.share(abs(now - before), before, tongue, decimals=1),
        "before": name,
    }
    if now == before:
        return _("as much as %(before)s") % words
    if now < before:
        return _("%(amount)s (%(share)s) less than %(before)s") % words
    return _("%(amount)s (%(share)s) more than %(before)s") % words


def dear_calls(asked: Asked, found: Sequence[CallRecord]) -> list[DearCall]:
    """The dearest calls in words: where to, by whom and when."""
    where = names.destinations(found)
    dear = []
    for call in found:
        name, number = asked.own(call.number)
        place = where.get(call.rate_id) or asked.other(call.other)
        words = {
            "who": name or number,
            "where": place,
            "day": formats.day(local_day(call.start), language(), today=asked.today),
        }
        dear.append(
            DearCall(
                title=place,
                second=_("%(who)s to %(where)s, %(day)s") % words,
                amount=formats.euro(call.amount or 0, language()),
                url=reverse("cdr:call", args=[calls.cursor_of(call)]),
            )
        )
    return dear


def day_chart(request: HttpRequest, asked: Asked, sums: Mapping[date, Sums]) -> SafeString:
    """Cost by day; a bar leads to the calls of its day."""
    tongue = language()
    days = [asked.selection.first + timedelta(days=offset) for offset in range(asked.days_count)]
    exception, note = _exception(asked, sums)
    step = max(7, len(days) // 5)
    columns = [
        Day(
            value=sums.get(day, Sums()).micros,
            label=formats.day(day, tongue, today=asked.today),
            shown=formats.euro(sums.get(day, Sums()).micros, tongue),
            weekend=day.weekday() > 4,
            axis=_axis(day, position, step),
            url=calls_of_day(request, asked, day) if day in sums else "",
            note=note if day == exception else "",
        )
        for position, day in enumerate(days)
    ]
    return day_bars(
        columns,
        title=_("Cost a day"),
        tick=lambda micros: formats.number(micros // 1_000_000, tongue),
        heads=(_("Day"), _("Cost")),
        unit=f"€{formats.NBSP}",
    )


def _axis(day: date, position: int, step: int) -> str:
    return " ".join(formats.day(day, language()).split()[:2]) if position % step == 0 else ""


def _exception(asked: Asked, sums: Mapping[date, Sums]) -> tuple[date | None, str]:
    """The day that stands out, and what it was about; a month without such a day has none."""
    ordered = sorted(sums.items(), key=lambda item: item[1].micros, reverse=True)
    more, less = NOTE_FROM
    if len(ordered) < 3 or not ordered[1][1].micros or ordered[0][1].micros * less < ordered[1][1].micros * more:
        return None, ""
    day = ordered[0][0]
    found = calls.by_destination(asked.selection.on(day))
    place, whole = max(found.items(), key=lambda item: item[1].micros, default=("", Sums()))
    if not place:
        return None, ""
    words = {"count": whole.calls, "where": place}
    return day, ngettext("%(count)d call to %(where)s", "%(count)d calls to %(where)s", whole.calls) % words


def type_chart(request: HttpRequest, pairs: Mapping[tuple[str, int], Sums]) -> SafeString:
    """Cost by call type; a type filters the page."""
    amounts = [
        (of_type(pairs, kind).micros, type_label(kind), address(request, type=str(kind))) for kind in paid_types(pairs)
    ]
    return _shares(amounts, title=_("Cost by call type"))


def number_chart(request: HttpRequest, asked: Asked, pairs: Mapping[tuple[str, int], Sums]) -> SafeString | None:
    """Cost by own number, the dearest first; None where there are not several to compare."""
    by_number: defaultdict[str, int] = defaultdict(int)
    for (number, _kind), sums in pairs.items():
        by_number[number] += sums.micros
    amounts = [
        (micros, next(filter(None, asked.own(number))), address(request, number=number or UNKNOWN_NUMBER))
        for number, micros in by_number.items()
        if micros > 0
    ]
    return _shares(amounts, title=_("Dearest numbers")) if len(amounts) > 1 else None


def _shares(amounts: Sequence[tuple[int, str, str]], *, title: str) -> SafeString:
    """The largest amounts, and the rest together."""
    tongue = language()
    ordered = sorted(amounts, key=lambda each: (-each[0], each[1]))
    whole = sum(micros for micros, _label, _url in ordered)
    shares = [
        Share(label, micros, formats.euro(micros, tongue), formats.share(micros, whole, tongue), url)
        for micros, label, url in ordered[:MOST_SHARES]
    ]
    if rest := sum(micros for micros, _label, _url in ordered[MOST_SHARES:]):
        shares.append(Share(_("Other"), rest, formats.euro(rest, tongue), formats.share(rest, whole, tongue)))
    return share_bar(shares, title=title)

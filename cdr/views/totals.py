"""Totals: what a period costs, drawn by day and type, and added up by number and type."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, language
from cdr.filters import type_label
from cdr.models import CallRecord
from cdr.selectors import calls, names
from cdr.selectors.calls import Selection, Sums, add_up
from cdr.views.periods import KEPT, address, picker, tabs
from portal.charts import Day, Share, day_bars, share_bar, tint
from portal.lib import formats
from portal.lib.periods import Month, local_day
from portal.lib.ui import Choice, Figure, PeriodPicker

VIEWS = ("matrix", "type", "number")
MOST_SHARES = 4
NOTE_FROM = (4, 3)  # a day is the exception when it costs at least four thirds of the next one


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: micro-euros (None where there were no calls) and its tint."""

    micros: int | None
    tint: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of totals."""

    name: str
    second: str
    url: str
    cells: tuple[Cell, ...]
    sums: Sums


@require_safe
@customer_view(Capability.VIEW_CALLS)
def totals(request: CustomerRequest) -> HttpResponse:
    """The page a customer lands on: figures, pictures and one table, all of the same selection."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    pairs = calls.by_number_and_type(asked.selection)
    days = calls.by_day(asked.selection)
    whole = add_up(pairs.values())
    earlier = _earlier(asked)
    before = calls.total(earlier) if earlier else None
    view = request.GET.get("view", VIEWS[0])
    context = {
        "asked": asked,
        "form": asked.form,
        "kept": KEPT,
        "tabs": tabs(request, "totals"),
        "picker": _picker(request, asked, earlier),
        "figures": _figures(asked, whole, earlier, before, calls.dearest_call(asked.selection, days)),
        "whole": whole,
        "csv": address(request, reverse("cdr:export"), view=None, sort=None),
        "result": _result(whole.calls),
    }
    if whole.calls:
        context |= {
            "days": _day_chart(request, asked, days),
            "shares": _share_chart(request, pairs),
            "view": view if view in VIEWS else VIEWS[0],
            "segments": _segments(request, view),
            "types": [type_label(kind) for kind in _paid_types(pairs)],
            "rows": _rows(request, asked, pairs, view),
            "column_sums": [_of_type(pairs, kind).micros for kind in _paid_types(pairs)],
        }
    return render(request, "cdr/totals.html", context)


def _result(count: int) -> str:
    shown = formats.number(count, language())
    return ngettext("Show %(count)s call", "Show %(count)s calls", count) % {"count": shown}


def _earlier(asked: Asked) -> Selection | None:
    """The same calls a month earlier: as many days of it as have passed in a running month."""
    month, selection = asked.filter.month, asked.selection
    if month is None or selection.billing_period is not None:
        return None
    before = month.previous()
    if month == Month.of_day(asked.today):
        end = min(before.first_day + timedelta(days=asked.today.day), before.end_day)
        return replace(selection, first=before.first_day, end=end)
    return replace(selection, first=before.first_day, end=before.end_day)


def _picker(request: HttpRequest, asked: Asked, earlier: Selection | None) -> PeriodPicker:
    found = picker(request, asked)
    if earlier is None:
        return found
    name = _earlier_name(earlier)
    return replace(found, about=_("%(days)s · compared with %(before)s") % {"days": asked.days_words, "before": name})


def _earlier_name(earlier: Selection) -> str:
    if earlier.whole_months:
        return formats.month_name(Month.of_day(earlier.first), language())
    return formats.day_range(earlier.first, earlier.end, language())


def _figures(
    asked: Asked, whole: Sums, earlier: Selection | None, before: Sums | None, dearest: CallRecord | None
) -> list[Figure]:
    tongue = language()
    name = _earlier_name(earlier) if earlier else ""
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
        _dearest(asked, dearest),
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


def _dearest(asked: Asked, call: CallRecord | None) -> Figure:
    if call is None or call.amount is None:
        return Figure(_("Dearest call"), formats.euro(0, language()), _("no call cost anything"))
    name, number = asked.own(call.number)
    where = names.destinations([call]).get(call.rate_id) or asked.other(call.other)
    note = _("%(who)s to %(where)s, %(day)s") % {
        "who": name or number,
        "where": where,
        "day": formats.day(local_day(call.start), language(), today=asked.today),
    }
    url = reverse("cdr:call", args=[calls.cursor_of(call)])
    return Figure(_("Dearest call"), formats.euro(call.amount, language()), note, url=url)


def _days(selection: Selection) -> list[date]:
    return [selection.first + timedelta(days=offset) for offset in range((selection.end - selection.first).days)]


def _day_chart(request: HttpRequest, asked: Asked, sums: dict[date, Sums]) -> SafeString:
    tongue = language()
    days = _days(asked.selection)
    exception, note = _exception(asked, sums)
    step = max(7, len(days) // 5)
    detail = reverse("cdr:details")
    columns = [
        Day(
            value=sums.get(day, Sums()).micros,
            label=formats.day(day, tongue, today=asked.today),
            shown=formats.euro(sums.get(day, Sums()).micros, tongue),
            weekend=day.weekday() > 4,
            axis=_axis(day, position, step),
            url=address(request, detail, month=None, view=None, sort=None, from_=day.isoformat(), to=day.isoformat())
            if day in sums
            else "",
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


def _exception(asked: Asked, sums: dict[date, Sums]) -> tuple[date | None, str]:
    """The day that stands out, and what it was about; a month without such a day has none."""
    ordered = sorted(sums.items(), key=lambda item: item[1].micros, reverse=True)
    more, less = NOTE_FROM
    if len(ordered) < 3 or not ordered[1][1].micros or ordered[0][1].micros * less < ordered[1][1].micros * more:
        return None, ""
    day = ordered[0][0]
    found = list(calls.records(asked.selection.on(day)).filter(micros__gt=0).order_by("-micros")[:50])
    where = names.destinations(found)
    amount: defaultdict[str, int] = defaultdict(int)
    count: defaultdict[str, int] = defaultdict(int)
    for call in found:
        place = where.get(call.rate_id, "")
        amount[place] += call.amount or 0
        count[place] += 1
    if not amount:
        return None, ""
    place = max(amount, key=lambda name: amount[name])
    words = {"count": count[place], "where": place}
    return day, ngettext("%(count)d call to %(where)s", "%(count)d calls to %(where)s", count[place]) % words


def _of_type(pairs: dict[tuple[str, int], Sums], kind: int) -> Sums:
    return add_up(sums for (_number, call_type), sums in pairs.items() if call_type == kind)


def _paid_types(pairs: dict[tuple[str, int], Sums]) -> list[int]:
    """Types that cost something, in their own order; those that did not are in the counts only."""
    return sorted({kind for (_number, kind), sums in pairs.items() if sums.micros})


def _share_chart(request: HttpRequest, pairs: dict[tuple[str, int], Sums]) -> SafeString:
    tongue = language()
    sums = sorted(((_of_type(pairs, kind).micros, kind) for kind in _paid_types(pairs)), reverse=True)
    whole = sum(micros for micros, _kind in sums)
    shares = [
        Share(
            label=type_label(kind),
            value=micros,
            shown=formats.euro(micros, tongue),
            percent=formats.share(micros, whole, tongue),
            url=address(request, type=str(kind)),
        )
        for micros, kind in sums[:MOST_SHARES]
    ]
    rest = sum(micros for micros, _kind in sums[MOST_SHARES:])
    if rest:
        shares.append(Share(_("Other"), rest, formats.euro(rest, tongue), formats.share(rest, whole, tongue)))
    return share_bar(shares, title=_("Cost by call type"))


def _segments(request: HttpRequest, view: str) -> list[Choice]:
    labels = {"type": _("By type"), "number": _("By number"), "matrix": _("Number and type")}
    current = view if view in VIEWS else VIEWS[0]
    return [Choice(label, address(request, view=name, sort=None), name == current) for name, label in labels.items()]


def _rows(request: HttpRequest, asked: Asked, pairs: dict[tuple[str, int], Sums], view: str) -> list[Row]:
    detail = reverse("cdr:details")
    if view == "type":
        rows = [
            Row(
                type_label(kind),
                "",
                address(request, detail, view=None, sort=None, type=str(kind)),
                (),
                _of_type(pairs, kind),
            )
            for kind in sorted({kind for _number, kind in pairs})
        ]
    else:
        rows = _number_rows(request, asked, pairs, _paid_types(pairs) if view != "number" else [])
    keys = {
        "name": lambda row: (row.name or row.second).casefold(),
        "calls": lambda row: row.sums.calls,
        "time": lambda row: row.sums.seconds,
        "cost": lambda row: row.sums.micros,
    }
    order = request.GET.get("sort", "-cost")
    key = keys.get(order.lstrip("-"), keys["cost"])
    return sorted(rows, key=key, reverse=order.startswith("-"))


def _number_rows(request: HttpRequest, asked: Asked, pairs: dict[tuple[str, int], Sums], types: list[int]) -> list[Row]:
    detail = reverse("cdr:details")
    by_number: defaultdict[str, dict[int, Sums]] = defaultdict(dict)
    for (number, kind), sums in pairs.items():
        by_number[number][kind] = sums
    largest = max([sums.micros for sums in pairs.values()] or [0])
    rows = []
    for number, kinds in by_number.items():
        name, second = asked.own(number)
        own = number or None
        cells = tuple(
            Cell(
                kinds[kind].micros if kind in kinds else None,
                tint(kinds[kind].micros, largest) if kind in kinds else "",
                address(request, detail, view=None, sort=None, number=own, type=str(kind)),
            )
            for kind in types
        )
        url = address(request, detail, view=None, sort=None, number=own)
        rows.append(Row(name or second, second if name else "", url, cells, add_up(kinds.values())))
    return rows

"""Totals: what a period costs, drawn by day and type, and added up by number and type."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, problem_lines
from cdr.filters import type_label
from cdr.selectors import calls
from cdr.selectors.calls import Selection, Sums, add_up
from cdr.views import files, pictures, saved, tables, waiting
from cdr.views.periods import KEPT, picker, result_words, tabs
from portal.lib.periods import Month
from portal.lib.ui import PeriodPicker


@dataclass(frozen=True, slots=True)
class Answer:
    """What was added up. `since` is the first day of it where the whole selection is too much for a page, `drawn_since`
    the same for the sums by day.
    """

    pairs: dict[tuple[str, int], Sums]
    days: dict[date, Sums]
    earlier: Selection | None
    before: Sums | None
    since: date | None
    drawn_since: date | None

    @property
    def whole(self) -> Sums:
        return add_up(self.pairs.values())


def _answer(asked: Asked) -> Answer:
    selection = calls.countable(asked.selection)
    if selection.needs_records:
        drawn = selection
        pairs, days = calls.both_ways(selection)
    else:
        drawn = calls.countable(selection, by_day=True)
        pairs, days = calls.by_number_and_type(selection), calls.by_day(drawn)
    earlier = _earlier(asked)
    if earlier is not None and (selection != asked.selection or calls.countable(earlier) != earlier):
        earlier = None  # parts cannot be compared
    return Answer(
        pairs=pairs,
        days=days,
        earlier=earlier,
        before=calls.total(earlier) if earlier else None,
        since=selection.first if selection != asked.selection else None,
        drawn_since=drawn.first if drawn != selection else None,
    )


@require_safe
@customer_view(Capability.VIEW_CALLS)
def totals(request: CustomerRequest) -> HttpResponse:
    """The page a customer lands on: figures, pictures and one table, all of the same selection."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    view = request.GET.get("view", "")
    view = view if view in tables.VIEWS else "matrix"
    context: dict[str, object] = {
        "asked": asked,
        "form": asked.form,
        "kept": KEPT,
        "saved": saved.bar(request, asked),
        "unread": problem_lines(request.GET, asked),
        "tabs": tabs(request, "totals"),
        "picker": picker(request, asked),
        "downloads": files.menu(request, by=tables.VIEWS[view]),
    }
    reads = calls.records_to_read(asked.selection, by_number=True, by_day=True)
    if reads > calls.AT_ONCE and not waiting.goes_on(request):
        context["waiting"] = waiting.waiting(request, calls.total(asked.filter.unfiltered).calls)
    else:
        context |= _result(request, asked, view)
    return waiting.answered(request, "cdr/totals.html", context)


def _result(request: CustomerRequest, asked: Asked, view: str) -> dict[str, object]:
    answer = _answer(asked)
    pairs, whole = answer.pairs, answer.whole
    dear = pictures.dear_calls(asked, calls.dearest_calls(asked.selection, answer.days, most=calls.MOST_DEAR))
    context: dict[str, object] = {
        "picker": _picker(request, asked, answer.earlier),
        "figures": pictures.figures(whole, answer.earlier, answer.before, dear),
        "answer": answer,
        "whole": whole,
        "result": result_words(whole.calls),
    }
    if whole.calls:
        months = _months(asked, answer) if view == "total" else {}
        types = tables.paid_types(pairs) if view == "matrix" else []
        context |= {
            "days": pictures.day_chart(request, asked, answer.days),
            "by_type": pictures.type_chart(request, pairs),
            "by_number": pictures.number_chart(request, asked, pairs),
            "dear": dear,
            "view": view,
            "usual": tables.usual_order(view),
            "segments": tables.segments(request, view),
            "types": [type_label(kind) for kind in types],
            "rows": tables.rows(request, asked, pairs, months=months, days=answer.days, view=view),
            "column_sums": [tables.of_type(pairs, kind).micros for kind in types],
        }
    return context


def _months(asked: Asked, answer: Answer) -> dict[Month, Sums]:
    needs_records = asked.selection.needs_records
    return calls.months_of(answer.days) if needs_records else calls.by_month(asked.selection)


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


def _picker(request: CustomerRequest, asked: Asked, earlier: Selection | None) -> PeriodPicker:
    found = picker(request, asked)
    if earlier is None:
        return found
    name = pictures.earlier_name(earlier)
    return replace(found, about=_("%(days)s · compared with %(before)s") % {"days": asked.days_words, "before": name})

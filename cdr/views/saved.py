"""Filters that a person saves under a name: a bar to open them from, and a page to rename and remove them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from cdr.asking import Asked, ask, language, parts, problems, shown
from cdr.filters import FILTER_NAMES, PERIOD_NAMES, PREVIOUS, CallFilterForm, in_numbers, read_period, saved_query
from cdr.rules import MOST_SAVED
from cdr.saved_forms import KeepForm, RenameForm
from cdr.selectors import names
from cdr.selectors import saved as selectors
from cdr.services import keep_filter, remove_filter, rename_filter
from cdr.views.periods import PLACE, address
from portal.lib import formats
from portal.lib.periods import Month
from portal.lib.shown import filter_bar
from portal.lib.ui import Choice

PREVIOUS_QUERY = f"month={PREVIOUS}"


@dataclass(frozen=True, slots=True)
class Bar:
    """Saved filters as links on a page of calls, and what can be saved of it: `query` with one of `periods`."""

    choices: list[Choice]
    query: str
    periods: list[tuple[str, str, bool]]  # as an address says it, in words, and whether it is chosen
    back: str
    can_keep: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.choices) or self.can_keep


def bar(request: CustomerRequest, asked: Asked) -> Bar:
    """The saved filters of the person, to open on this page, and this page's own to save."""
    choices = [
        Choice(name, _opened(request, kept), _is_shown(kept, request.GET, asked))
        for name, kept in selectors.saved_queries(request.actor)
    ]
    query = saved_query(request.GET)
    worth_it = bool(query) and not asked.form.errors
    return Bar(
        choices=choices,
        query=query,
        periods=[] if asked.selection.billing_period or request.GET.get("on") else _periods(asked),
        back=address(request),
        can_keep=worth_it and not any(choice.active for choice in choices),
    )


def _periods(asked: Asked) -> list[tuple[str, str, bool]]:
    running, month = Month.of_day(asked.today), asked.filter.month
    first, last = asked.selection.first.isoformat(), asked.last_day.isoformat()
    fixed = f"month={month}" if month else f"from={first}&to={last}"
    words = formats.month(month, language()) if month else asked.days_words
    chosen = "" if month == running else PREVIOUS_QUERY if month == running.previous() else fixed
    options = (("", _("the running period")), (PREVIOUS_QUERY, _("the previous period")), (fixed, words))
    return [(value, label, value == chosen) for value, label in options]


def _is_shown(kept: str, query: QueryDict, asked: Asked) -> bool:
    """Whether the page shows what a saved filter means today."""
    theirs = QueryDict(kept)
    if _filters(theirs) != _filters(query):
        return False
    return bool(asked.selection.billing_period) or read_period(theirs, asked.today) == (
        asked.selection.first,
        asked.selection.end,
    )


def _filters(query: QueryDict) -> str:
    return saved_query(_without(query, PERIOD_NAMES))


def _without(query: QueryDict, gone: tuple[str, ...]) -> QueryDict:
    left = query.copy()
    for name in gone:
        left.pop(name, None)
    return left


def _opened(request: HttpRequest, query: str) -> str:
    left = _without(request.GET, (*PERIOD_NAMES, *FILTER_NAMES, *PLACE))
    return f"{request.path}?{'&'.join(filter(None, [query, left.urlencode()]))}"


def _about(query: QueryDict, own: Mapping[str, str], today: date) -> str:
    """A saved filter in words: its period, and what is set."""
    numbers = [(number, own.get(number) or shown(number)) for number in query.getlist("number")]
    billed = query.get("invoice", "")
    invoices = [(billed, _month_words(billed) or billed)] if billed else []
    form = CallFilterForm(query, numbers=numbers, invoices=invoices, parts=list(parts(query)))
    chosen = filter_bar(form, query, path="", search="q", keep=PERIOD_NAMES).chosen
    words = [] if billed or query.get("on") else [_period_words(query, today)]
    words += filter(None, [query.get("q", "")])
    return " · ".join([*words, *(f"{item.label}: {item.words}" for item in chosen)])


def _period_words(query: QueryDict, today: date) -> str:
    if not any(name in query for name in PERIOD_NAMES):
        return _("the running period")
    if query.get("month") == PREVIOUS:
        return _("the previous period")
    first, end = read_period(query, today)
    return _month_words(query.get("month", "")) or formats.day_range(first, end, language(), today=today)


def _month_words(text: str) -> str:
    try:
        return formats.month(Month.parse(text), language())
    except ValueError:
        return ""


@require_safe
@customer_view(Capability.VIEW_CALLS)
def saved_filters(request: CustomerRequest) -> HttpResponse:
    """Every saved filter, to open, rename and remove."""
    own, today, details = names.own_names(), timezone.localdate(), reverse("cdr:details")
    rows = [
        {
            "kept": kept,
            "url": f"{details}?{kept.query}",
            "about": _about(in_numbers(QueryDict(kept.query)), own, today),
            "form": RenameForm(initial={"name": kept.name}, auto_id=f"name-{kept.pk}"),
        }
        for kept in selectors.saved_filters(request.actor)
    ]
    crumbs = [Choice(_("Call details"), reverse("cdr:totals")), Choice(_("Saved filters"))]
    return render(request, "cdr/saved.html", {"rows": rows, "crumbs": crumbs, "most": MOST_SAVED})


@require_POST
@customer_view(Capability.VIEW_CALLS)
def keep(request: CustomerRequest) -> HttpResponse:
    """Save the filters of a page. The undo of a removal posts here too, with its name and filters in the address."""
    form = KeepForm(request.POST if "name" in request.POST else request.GET)
    if not form.is_valid():
        _say(request, form)
    elif _is_unreadable(QueryDict(form.saved()), request):
        failed(request, _("Part of these filters cannot be read. Mend them first, then save them."))
    else:
        try:
            kept = keep_filter(
                actor=request.actor, customer=request.customer, name=form.cleaned_data["name"], query=form.saved()
            )
            saved(request, _("Filter saved as %(name)s") % {"name": kept.name})
        except Refusal as refusal:
            failed(request, refusal.message)
    return HttpResponseRedirect(_back(request))


@require_POST
@customer_view(Capability.VIEW_CALLS)
def rename(request: CustomerRequest, pk: int) -> HttpResponse:
    """Give a saved filter another name."""
    kept = get_object_or_404(selectors.saved_filters(request.actor), pk=pk)
    form = RenameForm(request.POST)
    if not form.is_valid():
        _say(request, form)
    else:
        try:
            rename_filter(actor=request.actor, kept=kept, name=form.cleaned_data["name"])
            saved(request, _("Name saved"))
        except Refusal as refusal:
            failed(request, refusal.message)
    return HttpResponseRedirect(reverse("cdr:saved_filters"))


@require_POST
@customer_view(Capability.VIEW_CALLS)
def remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Remove a saved filter; the toast puts it back."""
    kept = get_object_or_404(selectors.saved_filters(request.actor), pk=pk)
    undo = f"{reverse('cdr:filter_keep')}?{urlencode({'name': kept.name, 'query': kept.query})}"
    remove_filter(actor=request.actor, kept=kept)
    saved(request, _("%(name)s removed") % {"name": kept.name}, undo_url=undo)
    return HttpResponseRedirect(reverse("cdr:saved_filters"))


def _is_unreadable(query: QueryDict, request: CustomerRequest) -> bool:
    return bool(problems(query, ask(query, request.actor, today=timezone.localdate())))


def _say(request: HttpRequest, form: Form) -> None:
    for errors in form.errors.values():
        failed(request, " ".join(str(error) for error in errors))


def _back(request: HttpRequest) -> str:
    """The page of calls that was asked from, else the saved filters."""
    back = request.POST.get("back", "")
    pages = (reverse("cdr:totals"), reverse("cdr:details"))
    return back if back.partition("?")[0] in pages else reverse("cdr:saved_filters")

"""The filters of the calls: read once from the query, used by totals, details, export and API alike."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.fields import RangeField
from django_filters.widgets import SuffixedMultiWidget

from cdr.selectors.calls import Parties, Selection, TooManyNumbersError
from cdr.vocabulary import SHOWN_TYPES, CallType, Direction, Product
from portal.lib.money import AmountError, parse_amount
from portal.lib.periods import TYPED_YEARS, Month

LONGEST_DAYS = 400
UNKNOWN_NUMBER = "unknown"  # what `number` says for calls of which the own number is not known
PREVIOUS = "previous"  # what `month` says for the month before the running one
# The list shows four decimals: an amount that is to be equal is equal as it is shown.
SHOWN_UNIT = 100
PERIOD_NAMES = ("month", "from", "to")
# The filters in an address, in the order in which a saved one names them.
FILTER_NAMES = (
    "q",
    "product",
    "direction",
    "type",
    "number",
    "caller",
    "callee",
    "cost_min",
    "cost_max",
    "seconds_min",
    "seconds_max",
    "invoice",
    "on",
)
# Filters whose values have names beside their numbers.
KINDS: Mapping[str, type[Product | Direction | CallType]] = {
    "product": Product,
    "direction": Direction,
    "type": CallType,
}
_MANY = frozenset({"direction", "type", "number"})
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]\d)")


class AmountField(forms.CharField):
    """An amount as people type it, in micro-euros."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except AmountError as error:
            raise ValidationError(_("Type an amount such as 0,50.")) from error


class LengthField(forms.CharField):
    """A duration as people type it, in seconds: `90`, `1:30` or `1:02:03`."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).replace(" ", "")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 8:
            return int(text)
        clock = _CLOCK.fullmatch(text)
        if clock is None:
            raise ValidationError(_("Type seconds, or minutes and seconds such as 1:30."))
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds


class LeastAndMost(SuffixedMultiWidget):  # type: ignore[misc]
    """Two boxes: at least and at most. Equal values in both mean exactly that."""

    template_name = "django_filters/widgets/multiwidget.html"
    suffixes = ("min", "max")

    def __init__(self, attrs: dict[str, Any] | None = None, **extra: str) -> None:
        labels = (_("at least"), _("at most"))
        boxes = [
            forms.TextInput({"aria-label": text, "placeholder": text, "class": "input", **extra}) for text in labels
        ]
        super().__init__(boxes, attrs)

    def decompress(self, value: slice | None) -> list[Any]:
        return [value.start, value.stop] if value else [None, None]


class CallFilterForm(forms.Form):
    """What can be set in the filter bar; the period stands apart from it."""

    q = forms.CharField(label=_("Search number or name"), required=False, max_length=40)
    product = forms.ChoiceField(label=_("Product"), required=False, widget=forms.RadioSelect)
    direction = forms.MultipleChoiceField(
        label=_("Direction"), required=False, choices=Direction.choices, widget=forms.CheckboxSelectMultiple
    )
    type = forms.MultipleChoiceField(
        label=_("Call type"),
        required=False,
        choices=[(kind.value, kind.label) for kind in SHOWN_TYPES],
        widget=forms.CheckboxSelectMultiple,
    )
    number = forms.MultipleChoiceField(label=_("Number"), required=False, widget=forms.CheckboxSelectMultiple)
    caller = forms.CharField(
        label=_("Caller"), required=False, max_length=40, help_text=_("Part of a number, or the name of an own number.")
    )
    callee = forms.CharField(
        label=_("Called"),
        required=False,
        max_length=40,
        help_text=_("Part of a number, or the name of an own number."),
    )
    cost = RangeField(
        (AmountField(required=False), AmountField(required=False)),
        label=_("Amount"),
        required=False,
        help_text=_("The same amount in both boxes finds exactly that amount."),
    )
    seconds = RangeField(
        (LengthField(required=False), LengthField(required=False)),
        label=_("Call duration"),
        required=False,
        help_text=_("In seconds, or as 1:30."),
    )
    invoice = forms.ChoiceField(
        label=_("Invoice"),
        required=False,
        error_messages={"invalid_choice": _("You have no invoice with this number. Choose one from the list.")},
    )
    on = forms.ChoiceField(
        label=_("Started in"),
        required=False,
        error_messages={"invalid_choice": _("Write a month as 2026-10, or a day as 2026-10-31.")},
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        numbers: Sequence[tuple[str, str]] = (),
        invoices: Sequence[tuple[str, str]] = (),
        parts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`parts` are the months and days that may stand alone; without any, and when none is asked for, this is no filter."""
        super().__init__(data)
        self._choose("product", [("", _("all")), *((str(value), label) for value, label in Product.choices)])
        self._choose("number", numbers)
        self._choose("invoice", [("", _("any invoice")), *invoices])
        self._choose("on", [("", _("the whole period")), *parts])
        if not parts and not data.get("on"):
            del self.fields["on"]
        self.fields["cost"].widget = LeastAndMost(inputmode="decimal")
        self.fields["seconds"].widget = LeastAndMost()

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices


type FindParties = Callable[[str], Parties | None]


@dataclass(frozen=True, slots=True)
class BilledDays:
    """What an invoice holds: its billing period by its first day, and the days `[first, end)` in which calls of it started."""

    period: date
    first: date
    end: date


@dataclass(frozen=True, slots=True)
class CallFilter:
    """A period with filters, as the query says. Filters that cannot be read do not restrict; the bar says what is wrong."""

    selection: Selection
    month: Month | None  # when the period is one whole month
    form: CallFilterForm | None = field(compare=False, default=None)

    @property
    def unfiltered(self) -> Selection:
        """Every call of the period."""
        return Selection(self.selection.first, self.selection.end, full_numbers=self.selection.full_numbers)

    @property
    def is_filtered(self) -> bool:
        return self.unfiltered != self.selection


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in TYPED_YEARS else None


def _named_month(named: str, today: date) -> Month | None:
    try:
        return Month.of_day(today).previous() if named == PREVIOUS else Month.parse(named)
    except ValueError:
        return None


def typed_days(query: QueryDict) -> tuple[date | None, date | None]:
    """The days of `from` and `to`; None for one that is not there or is no day."""
    return _day(query.get("from") or ""), _day(query.get("to") or "")


def _own_days(query: QueryDict) -> tuple[date, date] | None:
    first, last = typed_days(query)
    if first and last and first <= last and (last - first).days < LONGEST_DAYS:
        return first, last + timedelta(days=1)
    return None


def typed_period(query: QueryDict, today: date) -> tuple[date, date] | None:
    """Days `[first, end)` of `month=2026-10` or of `from` up to and including `to`; None where neither can be read.

    `month=previous` is the month before the running one, whichever that is.
    """
    month = _named_month(named, today) if (named := query.get("month")) else None
    return (month.first_day, month.end_day) if month else _own_days(query)


def read_part(text: str) -> tuple[date, date] | None:
    """The days `[first, end)` of a month such as `2026-10` or of a day such as `2026-10-31`."""
    if day := _day(text):
        return day, day + timedelta(days=1)
    try:
        month = Month.parse(text)
    except ValueError:
        return None
    return month.first_day, month.end_day


def unread_period(query: QueryDict, today: date) -> str:
    """The name of a parameter that is meant as a period and cannot be read as one; empty where all can."""
    if (named := query.get("month")) and _named_month(named, today) is None:
        return "month"
    days = [name for name in ("from", "to") if query.get(name)]
    return days[0] if days and _own_days(query) is None else ""


def read_period(query: QueryDict, today: date, billed: BilledDays | None = None) -> tuple[date, date]:
    """Days `[first, end)`: of the month or day that stands alone; else of the invoice, which takes the place of the period;
    else the period that was typed, or the running month.
    """
    month = Month.of_day(today)
    if part := read_part(query.get("on") or ""):
        return part
    return (billed.first, billed.end) if billed else typed_period(query, today) or (month.first_day, month.end_day)


def in_numbers(query: QueryDict) -> QueryDict:
    """A query in which kinds that are named as the API names them (`type=abroad`) stand as pages write them (`type=3`)."""
    named = {name for name in KINDS if any(not value.isdigit() for value in query.getlist(name))}
    if not named:
        return query
    told = query.copy()
    for name in named:
        known = {kind.name.lower(): str(kind.value) for kind in KINDS[name]}
        told.setlist(name, [known.get(value, value) for value in query.getlist(name)])
    return told


def saved_query(query: QueryDict) -> str:
    """The period and the filters of an address in one order, without what says nothing. An invoice, or a part that stands
    alone, is a period of its own.
    """
    kept, query = QueryDict(mutable=True), in_numbers(query)
    period = () if query.get("invoice") or query.get("on") else _period_names(query)
    for name in (*period, *FILTER_NAMES):
        values = [text for text in (value.strip() for value in query.getlist(name)) if text]
        if name in _MANY:
            kept.setlist(name, sorted(set(values)))
        elif values:
            kept[name] = values[-1]
    return kept.urlencode()


def _period_names(query: QueryDict) -> tuple[str, ...]:
    return ("month",) if query.get("month") else ("from", "to")


def _parties(form: CallFilterForm, name: str, find: FindParties) -> Parties | None:
    """The numbers that a search field means. One that means too many finds none: it must not look like no filter."""
    try:
        found = find(form.cleaned_data.get(name, ""))
    except TooManyNumbersError:
        form.add_error(name, _("More than 1,000 numbers have this in them. Type more digits."))
        return Parties()
    if found and found.in_part:
        text = _(
            "More than 1,000 numbers have this in them. Only those that begin with %(start)s are found; type more digits for the others."
        )
        form.add_error(name, text % {"start": found.start})
    return found


def _amounts(value: slice | None) -> tuple[int | None, int | None]:
    least, most = _range(value)
    if least is not None and least == most:
        return least - SHOWN_UNIT // 2, least + SHOWN_UNIT // 2 - 1
    return least, most


def _range(value: slice | None) -> tuple[int | None, int | None]:
    return (value.start, value.stop) if value else (None, None)


def read_filter(
    query: QueryDict,
    *,
    today: date,
    full_numbers: bool,
    form: CallFilterForm,
    find: FindParties,
    billed: BilledDays | None = None,
) -> CallFilter:
    """The filter of a query. `find` looks up what a search means, `billed` is the invoice that the query names."""
    form.is_valid()
    clean = form.cleaned_data
    first, end = read_period(query, today, billed)
    least, most = _amounts(clean.get("cost"))
    shortest, longest = _range(clean.get("seconds"))
    selection = Selection(
        first=first,
        end=end,
        billing_period=billed.period if billed else None,
        products=frozenset(int(value) for value in [clean.get("product")] if value),
        directions=frozenset(int(value) for value in clean.get("direction", ())),
        call_types=frozenset(int(value) for value in clean.get("type", ())),
        numbers=frozenset("" if number == UNKNOWN_NUMBER else number for number in clean.get("number", ())),
        anyone=_parties(form, "q", find),
        caller=_parties(form, "caller", find),
        callee=_parties(form, "callee", find),
        least_micros=least,
        most_micros=most,
        least_seconds=shortest,
        most_seconds=longest,
        full_numbers=full_numbers,
    )
    month = Month.of_day(first)
    return CallFilter(selection, month if (month.first_day, month.end_day) == (first, end) else None, form)


def type_label(call_type: int) -> str:
    """The name of a call type."""
    return str(CallType(call_type).label)

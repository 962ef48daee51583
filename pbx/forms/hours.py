"""Forms of working hours and holidays: a name, and rows that can be added and taken out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext_lazy as _

from pbx.sentences import WEEKDAYS
from pbx.services import DayRow, PeriodRow
from telephony.models import HolidaySchedule, Schedule
from telephony.timetable import DAY, format_clock, parse_clock


class ClockField(forms.CharField):
    """A local clock time, cleaned to minutes after midnight."""

    default_error_messages = {"clock": _("Write the time as 8:30 or 17:30.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "size": 5}

    def clean(self, value: Any) -> Any:
        """Minutes, or None when empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_clock(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["clock"], code="clock") from error


class NameForm(forms.Form):
    """The name under which hours are chosen elsewhere."""

    name = forms.CharField(label=_("Name"), max_length=60)


class PeriodForm(forms.Form):
    """One weekly period. Without times it is the whole day."""

    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    start = ClockField(label=_("From"), required=False)
    end = ClockField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.has_changed() or self.errors:
            return given
        start, end = given.get("start"), given.get("end")
        if not given.get("days"):
            self.add_error("days", ValidationError(_("Choose at least one day."), code="days"))
        if (start is None) != (end is None):
            text = _("Give both times, or neither for the whole day.")
            self.add_error("end" if end is None else "start", ValidationError(text, code="half"))
        elif start is not None and start in (end, DAY):
            self.add_error("end", ValidationError(_("The end must differ from the start."), code="empty"))
        return given

    def row(self) -> PeriodRow:
        given = self.cleaned_data
        if given["start"] is None:
            return PeriodRow(frozenset(given["days"]))
        return PeriodRow(frozenset(given["days"]), given["start"], given["end"])


class DayForm(forms.Form):
    """One holiday. Without a last day it is one day; without times the whole of it."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    start = ClockField(label=_("From"), required=False)
    end = ClockField(label=_("Until"), required=False)
    yearly = forms.BooleanField(label=_("Every year"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.has_changed() or self.errors:
            return given
        for name, text in (("name", _("Give the day a name.")), ("first", _("Give the day."))):
            if not given.get(name):
                self.add_error(name, ValidationError(text, code="missing"))
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            text = _("The last day must not be before the first.")
            self.add_error("last", ValidationError(text, code="order"))
        if first and last and given.get("yearly") and (last - first).days >= 365:
            text = _("What comes back every year lasts less than a year.")
            self.add_error("last", ValidationError(text, code="too_long"))
        start, end = given.get("start") or 0, DAY if given.get("end") is None else given["end"]
        if not start < end:
            text = _("The end must come after the start, on the same day.")
            self.add_error("end", ValidationError(text, code="hours"))
        return given

    def row(self) -> DayRow:
        given = self.cleaned_data
        return DayRow(
            name=given["name"],
            first=given["first"],
            last=given["last"] or given["first"],
            start=given["start"] or 0,
            end=DAY if given["end"] is None else given["end"],
            yearly=given["yearly"],
        )


class BaseRows(BaseFormSet[Any]):
    """Rows in which an untouched one is nothing."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = _("Take out")

    def rows(self) -> list[Any]:
        kept = (form for form in self.forms if form not in self.deleted_forms)
        return [form.row() for form in kept if form.has_changed() or form.initial]


Periods = forms.formset_factory(PeriodForm, formset=BaseRows, extra=1, can_delete=True, max_num=30)
Days = forms.formset_factory(DayForm, formset=BaseRows, extra=2, can_delete=True, max_num=120)


def periods_formset(schedule: Schedule | None, data: Mapping[str, Any] | None) -> BaseRows:
    rows = []
    for period in schedule.periods.all() if schedule else ():
        whole = period.period().is_all_day
        times = ("", "") if whole else (format_clock(period.start), format_clock(period.end))
        rows.append({"days": sorted(period.weekdays()), "start": times[0], "end": times[1]})
    formset = Periods(data, prefix="periods", initial=rows)
    assert isinstance(formset, BaseRows)  # noqa: S101 - made from it
    return formset


def days_formset(schedule: HolidaySchedule | None, data: Mapping[str, Any] | None) -> BaseRows:
    rows = [
        {
            "name": day.name,
            "first": day.first,
            "last": day.last if day.last != day.first else None,
            "start": format_clock(day.start) if day.start else "",
            "end": format_clock(day.end) if day.end != DAY else "",
            "yearly": day.yearly,
        }
        for day in (schedule.days.all() if schedule else ())
    ]
    formset = Days(data, prefix="days", initial=rows)
    assert isinstance(formset, BaseRows)  # noqa: S101 - made from it
    return formset

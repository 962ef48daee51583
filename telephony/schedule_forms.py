"""Forms of schedules and holidays: a name, and rows that can be added and taken out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext_lazy as _

from telephony.hours import MOST_DAYS, MOST_PERIODS, DayRow, PeriodRow, PublicHoliday
from telephony.schedule_words import WEEKDAYS
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
    """The name under which a schedule is chosen elsewhere."""

    name = forms.CharField(label=_("Name"), max_length=60)


class HolidaysForm(NameForm):
    """The name of a list, the public holidays on which a business is closed, and whether later years come by themselves."""

    keep = forms.BooleanField(label=_("Keep up to date"), required=False)
    public = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, offered: Sequence[PublicHoliday], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["public"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - made above
        field.choices = [(day.day.isoformat(), day.name) for day in offered]

    def ticked(self) -> set[dt.date]:
        """The public holidays that are in; what stands in the form when it is not filled in yet."""
        found = self.data.getlist("public") if self.is_bound else self.initial.get("public", [])  # type: ignore[attr-defined]
        known = {value for value, _name in self.fields["public"].choices}  # type: ignore[attr-defined]
        return {dt.date.fromisoformat(value) for value in found if value in known}


class DayTicks(forms.CheckboxSelectMultiple):
    """A tick a day; the save bar calls each by its day."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        option["attrs"]["data-name"] = label
        return option


def _tick(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=forms.CheckboxInput({"data-name": label}))


class PeriodForm(forms.Form):
    """One weekly period. Without times it is the whole day."""

    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=WEEKDAYS, coerce=int, widget=DayTicks, required=False
    )
    start = ClockField(label=_("From"), required=False)
    end = ClockField(label=_("Until"), required=False)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    all_day = _tick(_("All day"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.has_changed() or self.errors:
            return given
        if not given.get("days"):
            self.add_error("days", ValidationError(_("Choose at least one day."), code="days"))
        start, end = given.get("start"), given.get("end")
        if given.get("all_day"):
            return given
        if (start is None) != (end is None):
            text = _("Give both times, or neither for the whole day.")
            self.add_error("end" if end is None else "start", ValidationError(text, code="half"))
        elif start is not None and start in (end, DAY):
            self.add_error("end", ValidationError(_("The end must differ from the start."), code="empty"))
        return given

    def row(self) -> PeriodRow:
        given = self.cleaned_data
        days = frozenset(given["days"])
        if given["all_day"] or given["start"] is None:
            return PeriodRow(days, name=given["name"])
        return PeriodRow(days, given["start"], given["end"], given["name"])


class DayForm(forms.Form):
    """A holiday, or holidays up to and including a last day."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    start = ClockField(label=_("From"), required=False)
    end = ClockField(label=_("Until"), required=False)
    yearly = _tick(_("Every year"))

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
        form.fields[DELETION_FIELD_NAME].widget.attrs["data-name"] = _("Take out")

    def rows(self) -> list[Any]:
        kept = (form for form in self.forms if form not in self.deleted_forms)
        return [form.row() for form in kept if form.has_changed() or form.initial]


Periods = forms.formset_factory(PeriodForm, formset=BaseRows, extra=1, can_delete=True, max_num=MOST_PERIODS)
Days = forms.formset_factory(DayForm, formset=BaseRows, extra=2, can_delete=True, max_num=MOST_DAYS)


def periods_formset(rows: Sequence[PeriodRow], data: Mapping[str, Any] | None) -> BaseRows:
    """One form a period. ``rows`` are what stands in it before anybody types."""
    initial = []
    for row in rows:
        whole = row.period().is_all_day
        times = ("", "") if whole else (format_clock(row.start), format_clock(row.end))
        initial.append(
            {"name": row.name, "days": sorted(row.days), "all_day": whole, "start": times[0], "end": times[1]}
        )
    return _formset(Periods, "periods", initial, data)


def days_formset(rows: Sequence[DayRow], data: Mapping[str, Any] | None) -> BaseRows:
    """One form a holiday or range of them."""
    initial = [
        {
            "name": row.name,
            "first": row.first,
            "last": row.last if row.last != row.first else None,
            "start": format_clock(row.start) if row.start else "",
            "end": format_clock(row.end) if row.end != DAY else "",
            "yearly": row.yearly,
        }
        for row in rows
    ]
    return _formset(Days, "days", initial, data)


def _formset(kind: Any, prefix: str, initial: list[dict[str, Any]], data: Mapping[str, Any] | None) -> BaseRows:
    """The page may have shown fewer rows than are stored, of a calendar: an empty one after those was nobody's."""
    shown = str(data.get(f"{prefix}-INITIAL_FORMS", "")) if data is not None else ""
    formset = kind(data, prefix=prefix, initial=initial[: int(shown)] if shown.isdecimal() else initial)
    assert isinstance(formset, BaseRows)  # noqa: S101 - each kind is one
    return formset

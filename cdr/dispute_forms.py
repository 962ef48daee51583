"""Forms about disputes and times of keeping."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdr.models import KeepingTime
from portal.lib import formats
from portal.lib.periods import Month


class ReasonForm(forms.Form):
    """Why something is contested."""

    reason = forms.CharField(
        label=_("What is wrong?"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("For example: these calls were not made by us."),
    )


class PeriodDisputeForm(ReasonForm):
    """A contested billing period."""

    period = forms.ChoiceField(label=_("Billing period"))
    field_order = ("period", "reason")

    def __init__(self, data: Any = None, *, periods: Sequence[date], language: str, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        box = self.fields["period"]
        assert isinstance(box, forms.ChoiceField)  # noqa: S101 - declared above
        months = [Month.of_day(day) for day in periods]
        box.choices = [(str(month), formats.month(month, language)) for month in months]


class OutcomeForm(forms.Form):
    """How a dispute ended."""

    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The customer reads it."),
    )


class KeepingTimeForm(forms.ModelForm[KeepingTime]):
    """For how many months a customer's numbers are kept."""

    class Meta:
        model = KeepingTime
        fields = ("months",)

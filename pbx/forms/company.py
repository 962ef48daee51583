"""Forms of what holds for the whole company, and of the what-if."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pbx.forms.targets import TargetField, shown_target
from pbx.models import ExchangeSettings, VoicemailBox
from pbx.routing.shapes import KEYS
from portal.lib import numbers
from portal.lib.moments import MomentField
from telephony.models import HolidaySchedule, PhoneNumber, Schedule


class CompanyNumberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Any number of the customer; those that reach something say what."""

    def label_from_instance(self, obj: Any) -> str:
        shown = numbers.display(obj.e164)
        return f"{shown} · {obj.dialable.display_name}" if obj.dialable else shown


class CompanyForm(forms.Form):
    """The company number, and which number others see."""

    company_number = CompanyNumberField(
        PhoneNumber.objects.none(),
        label=_("Company number"),
        required=False,
        empty_label="–",
        help_text=_("Without it nobody can call out, except to 112 and help lines"),
    )
    presentation = forms.ChoiceField(
        label=_("Number shown when calling out"),
        choices=ExchangeSettings.Presentation.choices,
        widget=forms.RadioSelect,
        help_text=_("Who has no number of their own always shows the company number"),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, settings: ExchangeSettings) -> None:
        initial = {"company_number": settings.company_number, "presentation": settings.presentation}
        super().__init__(data, initial=initial)
        field = self.fields["company_number"]
        assert isinstance(field, CompanyNumberField)  # noqa: S101 - declared above
        field.queryset = PhoneNumber.objects.select_related("dialable").order_by("e164")


class VoicemailForm(forms.Form):
    """The company's own voicemail, extension 999."""

    records = forms.BooleanField(
        label=_("Callers can leave a message"), required=False, help_text=_("Off: they hear a message, then it ends")
    )
    mail_to = forms.EmailField(label=_("Send messages to"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, box: VoicemailBox | None) -> None:
        initial = {"records": box.records if box else True, "mail_to": box.mail_to if box else ""}
        super().__init__(data, initial=initial, prefix="voicemail")


class NightForm(forms.Form):
    """All of the company's night mode."""

    night_mode = forms.ChoiceField(
        label=_("Night mode"), choices=ExchangeSettings.NightMode.choices, widget=forms.RadioSelect
    )
    night_schedule = forms.ModelChoiceField(
        Schedule.objects.none(), label=_("Working hours"), required=False, empty_label="–"
    )
    night_holidays = forms.ModelChoiceField(
        HolidaySchedule.objects.none(),
        label=_("Holidays"),
        required=False,
        empty_label="–",
        help_text=_("They go before working hours; the switch by hand goes before both"),
    )
    night_target = TargetField(
        label=_("Where calls go when closed"), required=False, help_text=_("999 is the company voicemail")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, settings: ExchangeSettings) -> None:
        initial = {
            "night_mode": settings.night_mode,
            "night_schedule": settings.night_schedule,
            "night_holidays": settings.night_holidays,
            "night_target": shown_target(settings.night_target),
        }
        super().__init__(data, initial=initial)
        for name, model in (("night_schedule", Schedule), ("night_holidays", HolidaySchedule)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = model._default_manager.order_by("name")


class SwitchForm(forms.Form):
    """The switch on top of the exchange page."""

    night_mode = forms.ChoiceField(choices=ExchangeSettings.NightMode.choices)


class CloseForm(forms.Form):
    """Until when the company is closed by hand."""

    until = MomentField(
        label=_("Closed until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=_("After that night mode follows your working hours again"),
    )


class WhatIfForm(forms.Form):
    """One imagined call. ``caller`` empty: somebody outside when one of the own numbers is dialled, else a colleague."""

    dialled = forms.CharField(label=_("Number called"), max_length=40)
    at = MomentField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    caller = forms.CharField(
        label=_("Who calls"), max_length=40, required=False, help_text=_("Empty: somebody outside")
    )
    keys = forms.CharField(label=_("Keys"), max_length=40, required=False)
    busy = forms.CharField(label=_("In a call"), max_length=200, required=False, help_text=_("Extensions: 101, 102"))

    def clean_keys(self) -> tuple[str, ...]:
        return read_keys(self.cleaned_data["keys"])

    def clean_busy(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\d+", self.cleaned_data["busy"]))

    def clean_at(self) -> datetime:
        return self.cleaned_data["at"] or timezone.now()


def read_keys(text: str) -> tuple[str, ...]:
    """The keys of `1,2` or `12` or `1, 0, 1`, one by one."""
    pressed = tuple(character for character in text if character not in ", ;")
    if any(key not in KEYS for key in pressed):
        raise ValidationError(_("Keys are 0 to 9, * and #."), code="keys")
    return pressed

"""Forms of an auto attendant: its place and hours, and one menu with all twelve keys saved at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from pbx.forms.places import PlaceForm
from pbx.forms.targets import TargetField, shown_target, typed_target
from pbx.models import AutoAttendant, Menu, MenuKey
from pbx.routing.shapes import KEYS
from pbx.services import KeySettings
from telephony.models import HolidaySchedule, Schedule


class AttendantForm(PlaceForm):
    """Name, extension, number, hours and night mode of an auto attendant."""

    schedule = forms.ModelChoiceField(
        Schedule.objects.none(),
        label=_("Working hours"),
        required=False,
        empty_label=_("Always the same menu"),
    )
    holidays = forms.ModelChoiceField(
        HolidaySchedule.objects.none(), label=_("Holidays"), required=False, empty_label="–"
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, attendant: AutoAttendant | None = None) -> None:
        hours = {"schedule": attendant.schedule, "holidays": attendant.holidays} if attendant else {}
        super().__init__(data, dialable=attendant.dialable if attendant else None, initial=hours)
        for name, model in (("schedule", Schedule), ("holidays", HolidaySchedule)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = model._default_manager.order_by("name")

    def hours(self) -> dict[str, Any]:
        return {"schedule": self.cleaned_data["schedule"], "holidays": self.cleaned_data["holidays"]}


class MenuForm(forms.Form):
    """One menu: its greeting, and for each key an action, a destination and a note."""

    plays = forms.BooleanField(
        label=_("Play a menu of its own at these times"),
        required=False,
        help_text=_("Off: the menu of working hours plays"),
    )
    greeting = forms.CharField(
        label=_("What callers hear"), max_length=400, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: Mapping[str, Any] | None, *, moment: str, menu: Menu | None) -> None:
        rows = {row.key: row for row in menu.keys.select_related("target__dialable")} if menu else {}
        initial: dict[str, Any] = {"plays": menu is not None, "greeting": menu.greeting if menu else ""}
        for key, row in rows.items():
            initial |= {
                f"action_{key}": row.action,
                f"target_{key}": shown_target(row.target),
                f"description_{key}": row.description,
            }
        super().__init__(data, initial=initial)
        if moment == Menu.Moment.BUSINESS:
            del self.fields["plays"]
        actions = [("", _("Does nothing")), *MenuKey.Action.choices]
        for key in KEYS:
            named = {"key": key}
            self.fields[f"action_{key}"] = forms.ChoiceField(
                label=_("Key %(key)s does") % named, choices=actions, required=False
            )
            self.fields[f"target_{key}"] = TargetField(label=_("Key %(key)s leads to") % named, required=False)
            self.fields[f"description_{key}"] = forms.CharField(
                label=_("Note for key %(key)s") % named, max_length=60, required=False
            )

    def rows(self) -> Iterator[tuple[str, BoundField, BoundField, BoundField]]:
        """Each key with its three fields, for the page."""
        for key in KEYS:
            yield key, self[f"action_{key}"], self[f"target_{key}"], self[f"description_{key}"]

    def settings(self) -> dict[str, KeySettings] | None:
        """What each key does, as the service takes it; None when the moment has no menu of its own."""
        given = self.cleaned_data
        if not given.get("plays", True):
            return None
        return {
            key: KeySettings(
                action=given[f"action_{key}"],
                target=typed_target(given[f"target_{key}"]),
                description=given[f"description_{key}"],
            )
            for key in KEYS
            if given[f"action_{key}"]
        }

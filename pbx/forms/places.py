"""Forms of what callers can reach: people, hunt groups, and what they share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext_lazy as _

from pbx.forms.targets import TargetField, shown_target, typed_target
from pbx.models import HuntGroup, NightRule
from pbx.services import GroupSettings, NightChoice
from portal.lib import numbers
from telephony import selectors
from telephony.models import Dialable, Line, PhoneNumber


class NumberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A free number, or the one the dialable has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PhoneNumber.objects.none(), required=False, label=_("Number"), **kwargs)
        self.empty_label = str(_("No number of its own"))

    def label_from_instance(self, obj: Any) -> str:
        return numbers.display(obj.e164)

    def offer(self, dialable: Dialable | None) -> None:
        free = Q(dialable__isnull=True)
        self.queryset = PhoneNumber.objects.filter(free | Q(dialable=dialable) if dialable else free).order_by("e164")


class PlaceForm(forms.Form):
    """Name, extension and number of a dialable, and what it does with night mode."""

    name = forms.CharField(label=_("Name"), max_length=60)
    extension = forms.CharField(
        label=_("Extension"),
        max_length=4,
        required=False,
        help_text=_("2 to 4 digits, for example 101"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    number = NumberField()
    night_setting = forms.ChoiceField(label=_("Night mode"), choices=NightRule.Setting.choices)
    night_target = TargetField(
        label=_("Night destination of its own"), required=False, help_text=_("Empty: where the company's calls go")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        dialable: Dialable | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=self._initial(dialable) | dict(initial or {}))
        self.dialable = dialable
        field = self.fields["number"]
        assert isinstance(field, NumberField)  # noqa: S101 - declared above
        field.offer(dialable)

    @staticmethod
    def _initial(dialable: Dialable | None) -> dict[str, Any]:
        if dialable is None:
            return {"night_setting": NightRule.Setting.FOLLOW}
        rule = NightRule.objects.filter(dialable=dialable).select_related("target__dialable").first()
        return {
            "name": dialable.display_name,
            "extension": dialable.extension or "",
            "number": selectors.main_number(dialable),
            "night_setting": rule.setting if rule else NightRule.Setting.FOLLOW,
            "night_target": shown_target(rule.target if rule else None),
        }

    def place(self) -> dict[str, Any]:
        """Name, extension and number as the services take them."""
        return {
            "name": self.cleaned_data["name"],
            "extension": self.cleaned_data["extension"].strip() or None,
            "number": self.cleaned_data["number"],
        }

    def night(self) -> NightChoice:
        """What the place does with night mode, as the services take it."""
        return NightChoice(self.cleaned_data["night_setting"], typed_target(self.cleaned_data["night_target"]))


class PersonForm(PlaceForm):
    """A person of the exchange."""


class GroupForm(PlaceForm):
    """A hunt group, without its members: those are a formset."""

    policy = forms.ChoiceField(label=_("How calls are handed out"), choices=HuntGroup.Policy.choices)
    rings = forms.IntegerField(
        label=_("Rings per member"),
        min_value=0,
        max_value=20,
        help_text=_("Then the next one. 0: only the first member rings. A ring lasts 5 seconds."),
    )
    wait_seconds = forms.IntegerField(
        label=_("Waiting time"), min_value=5, max_value=1800, required=False, help_text=_("After it the overflow")
    )
    overflow = TargetField(
        label=_("Overflow to"),
        required=False,
        help_text=_("Always set this, or a call that nobody answers is lost"),
    )
    call_waiting_for_agents = forms.BooleanField(label=_("Also ring members who are in a call"), required=False)

    @classmethod
    def of(cls, group: HuntGroup | None, data: Mapping[str, Any] | None) -> "GroupForm":
        if group is None:
            start = GroupSettings()
            return cls(data, initial={"policy": start.policy, "rings": start.rings, "wait_seconds": 30})
        initial = {
            "policy": group.policy,
            "rings": group.rings,
            "wait_seconds": group.wait_seconds or None,
            "overflow": shown_target(group.overflow),
            "call_waiting_for_agents": group.call_waiting_for_agents,
        }
        return cls(data, dialable=group.dialable, initial=initial)

    def group(self) -> GroupSettings:
        """How the group hands out its calls, as the services take it."""
        given = self.cleaned_data
        return GroupSettings(
            policy=given["policy"],
            rings=given["rings"],
            wait_seconds=given["wait_seconds"] or 0,
            overflow=typed_target(given["overflow"]),
            call_waiting_for_agents=given["call_waiting_for_agents"],
        )


class LineField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody with a line."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.dialable)


class MemberForm(forms.Form):
    """One member of a group; its place in the order is the formset's."""

    line = LineField(Line.objects.none(), label=_("Member"), required=False, empty_label="–")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        assert isinstance(field, LineField)  # noqa: S101 - declared above
        field.queryset = Line.objects.select_related("dialable").order_by(
            "dialable__extension", "dialable__display_name"
        )


class BaseMembers(BaseFormSet[MemberForm]):
    """Members with a number for their place; an empty row is nobody."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[ORDERING_FIELD_NAME].label = _("Place")
        form.fields[ORDERING_FIELD_NAME].min_value = 1
        form.fields[DELETION_FIELD_NAME].label = _("Take out")

    def lines(self) -> list[Line]:
        """The chosen members in their order, each once."""
        chosen = [form.cleaned_data.get("line") for form in self.ordered_forms]
        return [line for line in dict.fromkeys(chosen) if isinstance(line, Line)]


Members = forms.formset_factory(MemberForm, formset=BaseMembers, extra=2, can_order=True, can_delete=True, max_num=60)


def members_formset(group: HuntGroup | None, data: Mapping[str, Any] | None) -> BaseMembers:
    rows = [{"line": membership.line} for membership in group.memberships.select_related("line")] if group else []
    formset = Members(data, prefix="members", initial=rows)
    assert isinstance(formset, BaseMembers)  # noqa: S101 - made from it
    return formset

"""What people fill in about the keys of a phone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony import selectors, services
from telephony.line_forms import TargetField
from telephony.models import Device
from telephony.models.devices import KEY_WORDS
from telephony.provisioning.config import Does
from telephony.selectors import Target
from telephony.words import destination_name

EMPTY_KEYS = 4  # rows offered beside those in use
MOST_KEYS = 200


class KeyForm(forms.Form):
    """One key of a phone; a row without a target is no key."""

    does = forms.ChoiceField(label=_("What it does"), choices=KEY_WORDS)
    target = TargetField(label=_("Number or colleague"), required=False)
    label = forms.CharField(label=_("Label"), max_length=30, required=False)

    def key(self) -> services.NewKey | None:
        """The key of a clean row; None for an empty one."""
        target: Target | None = self.cleaned_data.get("target")
        if target is None:
            return None
        return services.NewKey(Does(self.cleaned_data["does"]), target, self.cleaned_data["label"])


def keys_formset(device: Device, data: Any = None) -> "forms.BaseFormSet[KeyForm]":
    """The keys of a phone and a few empty rows, never more than it has."""
    room = max(0, device.model.keys - len(device.device_lines.all()))
    kept = [
        {"does": key.does, "target": destination_name(key.target), "label": key.label}
        for key in selectors.keys_of(device)
    ]
    extra = min(EMPTY_KEYS, max(0, room - len(kept)))
    made = forms.formset_factory(KeyForm, extra=extra, max_num=max(room, len(kept)), absolute_max=MOST_KEYS)
    return made(data, initial=kept, prefix="keys")

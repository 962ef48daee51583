"""What people choose when a password or a SIP secret is made anew."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib.crypto import PASSWORD_REFUSALS, password_refusal
from telephony.forms import own_password
from telephony.services import NO_OVERLAP

OVERLAPS = (
    ("24", _("Until the phone has the new one, for at most a day")),
    ("168", _("Until the phone has the new one, for at most a week")),
    ("0", _("No longer: the old one is lost or in wrong hands")),
)


class OverlapForm(forms.Form):
    """How long the old one opens beside the new one, in hours."""

    overlap = forms.ChoiceField(
        label=_("How long may the old one still be used?"), choices=OVERLAPS, initial="24", widget=forms.RadioSelect
    )

    def lasts(self) -> dt.timedelta:
        """The chosen overlap."""
        return dt.timedelta(hours=int(self.cleaned_data["overlap"])) or NO_OVERLAP


class PasswordForm(OverlapForm):
    """A password of somebody's own making, or none."""

    password = own_password()

    field_order = ("password", "overlap")

    def clean_password(self) -> Any:
        typed = self.cleaned_data["password"]
        if typed and (code := password_refusal(typed)) is not None:
            raise ValidationError(PASSWORD_REFUSALS[code], code=code)
        return typed

"""A moment that people type, by the clock on the wall."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MomentField(forms.DateTimeField):
    """A date with a time of the day. Once a year an hour comes twice and another never: such a time is asked again in words."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if getattr(error, "code", None) != "ambiguous_timezone":
                raise
            raise ValidationError(
                _("The clock is changed in this hour, so this time comes twice or not at all. Choose another one."),
                code="ambiguous_timezone",
            ) from error

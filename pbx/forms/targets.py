"""The field in which people say where a call goes: an extension, a name from the list, or a number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib import numbers
from telephony import selectors
from telephony.models import Destination, Dialable
from telephony.selectors import Target

LIST_ID = "destinations"


def shown_dialable(dialable: Dialable) -> str:
    """`101 · Verkoop`; without an extension its number."""
    number = selectors.main_number(dialable) if not dialable.extension else None
    reach = dialable.extension or (numbers.display(number.e164) if number else "")
    return f"{reach} · {dialable.display_name}" if reach else dialable.display_name


def shown_target(destination: Destination | None) -> str:
    """What the field shows of a stored destination; it reads it back as the same."""
    if destination is None:
        return ""
    return shown_dialable(destination.dialable) if destination.dialable else numbers.display(destination.external)


def destinations() -> list[str]:
    """Everything the list under the field offers."""
    return [shown_dialable(dialable) for dialable in selectors.dialables().prefetch_related("numbers")]


class TargetField(forms.CharField):
    """Cleans to a Target, or None when empty."""

    default_error_messages = {
        "unknown": _(
            "This is no extension and no phone number. Choose from the list or type a number such as 020 123 4567."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 90)
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": LIST_ID, "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """The field's cleaned value; typed loosely because Django's CharField promises text."""
        text = super().clean(value)
        if not text:
            return None
        target = selectors.find_target(text)
        if target is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return target


def typed_target(value: object) -> Target | None:
    return value if isinstance(value, Target) else None

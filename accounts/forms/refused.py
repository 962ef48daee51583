"""How a refusal of a service becomes an error of the form that asked for it."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.errors import Refusal


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put the refusal at the field it names, or on top of the form, with the values that would do."""
    field = refusal.field if refusal.field in form.fields else None
    params = {"proposals": refusal.proposals}
    # A bare % in the text would be read as a placeholder of the params.
    text = str(refusal).replace("%", "%%")
    form.add_error(field, ValidationError(text, code=refusal.code, params=params))

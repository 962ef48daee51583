"""What people fill in about lines and devices."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.models import Customer, User
from portal.lib.numbers import display, parse
from telephony import selectors
from telephony.device_list import MOST_BYTES, decode, too_large
from telephony.models import Line, PhoneNumber
from telephony.provisioning.catalogue import GENERIC, MODELS


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal at the field it names, or on top, with the values that would do."""
    field = refusal.field if refusal.field in form.fields else None
    text = str(refusal).replace("%", "%%")  # a bare % would be read as a placeholder of the params
    form.add_error(field, ValidationError(text, code=refusal.code, params={"proposals": refusal.proposals}))


def own_password() -> forms.CharField:
    """A password of somebody's own making for a device, or none."""
    return forms.CharField(
        label=_("Own password"),
        required=False,
        strip=False,
        max_length=64,
        help_text=_(
            "Leave empty, and one of 20 letters and digits is made. An own one has 12 characters or more, with capitals,"
            " small letters, digits and other marks; some phones cannot carry those marks in an address."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _models() -> list[tuple[str, list[tuple[str, str]]]]:
    makers: dict[str, list[tuple[str, str]]] = {}
    for model in MODELS:
        if model.provisioned:
            makers.setdefault(str(_("Apps")) if model.is_app else model.vendor.label, []).append(
                (model.code, model.title)
            )
    by_hand = (str(_("By hand")), [(GENERIC.code, GENERIC.title)])
    return [*makers.items(), by_hand]


class DeviceForm(forms.Form):
    """A new phone or app for a line."""

    line = forms.ModelChoiceField(
        label=_("Phone line"),
        queryset=Line.objects.none(),
        empty_label=None,
        help_text=_("Whose calls this phone takes."),
    )
    model_code = forms.ChoiceField(label=_("Model"), choices=_models, initial="yealink-t46u")
    mac = forms.CharField(
        label=_("MAC address"),
        max_length=40,
        required=False,
        help_text=_("12 characters, on the label at the back or the box. An app has none."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    password = own_password()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = selectors.lines()


class DeviceListForm(forms.Form):
    """A list of devices: a file, or what is typed."""

    file = forms.FileField(label=_("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt"}))
    rows = forms.CharField(
        label=_("Or type the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "placeholder": "model;mac;line"}),
    )

    def text(self) -> tuple[str, bool]:
        """The list, and whether it was UTF-8; what is typed always is. Refusal for a file that cannot be read."""
        file = self.cleaned_data.get("file")
        if file is None:
            return self.cleaned_data["rows"].replace("\r\n", "\n"), True
        if file.size > MOST_BYTES:
            raise too_large()
        text, is_utf8 = decode(file.read())
        return text.replace("\r\n", "\n"), is_utf8


class NumberField(forms.CharField):
    """An ordinary phone number in any spelling; cleans to E.164."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return typed
        number = parse(typed)
        if number.e164 is None:
            raise ValidationError(_("Type a phone number with its area code, such as 088 765 40 00."), code="no_number")
        return number.e164


class RangeForm(forms.Form):
    """Numbers given to a customer."""

    customer = forms.ModelChoiceField(label=_("Customer"), queryset=Customer.objects.order_by("name"))
    first = NumberField(label=_("First number"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    last = NumberField(
        label=_("Last number"),
        max_length=40,
        required=False,
        help_text=_("Leave empty for a single number."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


class OperateLineForm(forms.Form):
    """A line as the operator makes and edits it, inside its customer's door."""

    display_name = forms.CharField(label=_("Name"), max_length=60, help_text=_("It shows on phones."))
    extension = forms.CharField(label=_("Extension"), max_length=4, required=False, help_text=_("2 to 4 digits"))
    number = forms.ModelChoiceField(
        label=_("Number"), queryset=PhoneNumber.objects.none(), required=False, empty_label=_("No number")
    )
    user = forms.ModelChoiceField(
        label=_("Employee"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Who sees and sets this line as their own."),
    )

    def __init__(self, *args: Any, customer: Customer, line: Line | None = None, **kwargs: Any) -> None:
        main = selectors.main_number(line.dialable) if line else None
        if line is not None:
            kwargs["initial"] = {
                "display_name": line.dialable.display_name,
                "extension": line.dialable.extension,
                "number": main,
                "user": line.user,
            }
        super().__init__(*args, **kwargs)
        numbers, users = self.fields["number"], self.fields["user"]
        assert isinstance(numbers, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(users, forms.ModelChoiceField)  # noqa: S101
        own = PhoneNumber.objects.filter(pk=main.pk) if main else PhoneNumber.objects.none()
        numbers.queryset = (selectors.free_numbers() | own).order_by("e164")
        numbers.label_from_instance = lambda number: display(number.e164)  # type: ignore[assignment, method-assign]
        free = User.objects.filter(memberships__customer=customer).exclude(pk__in=selectors.employees_with_a_line(line))
        users.queryset = free.order_by("last_name", "first_name", "username").distinct()

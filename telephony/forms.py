"""What people fill in about lines and devices."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.models import Customer, User
from portal.lib.numbers import BLOCK_LABELS, Block, display, parse
from telephony import selectors
from telephony.models import Line, OutgoingBlocks, PhoneNumber
from telephony.provisioning.catalogue import MODELS
from telephony.selectors import Target
from telephony.words import destination_name


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal at the field it names, or on top, with the values that would do."""
    field = refusal.field if refusal.field in form.fields else None
    text = str(refusal).replace("%", "%%")  # a bare % would be read as a placeholder of the params
    form.add_error(field, ValidationError(text, code=refusal.code, params={"proposals": refusal.proposals}))


class TargetField(forms.CharField):
    """A number, or a colleague or group by extension; cleans to a Target, or to None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": "targets", "inputmode": "tel", "autocomplete": "off"}
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        target = selectors.find_target(typed)
        if target is None:
            text = _("This is no number and no extension here. Type a number such as 06 12 34 56 78, or an extension.")
            raise ValidationError(text, code="no_target")
        return target


class LineForm(forms.Form):
    """The call features of a line."""

    forward_always = forms.BooleanField(label=_("Always"), help_text=_("the phone does not ring"), required=False)
    forward_to = TargetField(label=_("Forward to"), required=False)
    call_waiting = forms.BooleanField(label=_("Call waiting"), help_text=_("take a second call"), required=False)
    hide_caller_id = forms.BooleanField(
        label=_("Hide number"), help_text=_("those you call see ‘anonymous’"), required=False
    )

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "forward_always": line.forward_always,
            "forward_to": destination_name(line.forward_to),
            "call_waiting": line.call_waiting,
            "hide_caller_id": line.hide_caller_id,
        }
        super().__init__(*args, **kwargs)
        self.fields["forward_always"].widget.attrs["data-name"] = _("Always forward")
        self.fields["forward_to"].widget.attrs["placeholder"] = _("Number or colleague")

    def target(self) -> Target | None:
        """Where to; the field is a Target once it is clean."""
        found: Target | None = self.cleaned_data["forward_to"]
        return found


class ForwardForm(forms.Form):
    """Where an employee's own calls go."""

    forward_to = TargetField(label=_("Forward to"), required=True)


class BlocksForm(forms.Form):
    """What no line may call."""

    def __init__(self, *args: Any, blocks: OutgoingBlocks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for block in Block:
            self.fields[block.value] = forms.BooleanField(
                label=BLOCK_LABELS[block], required=False, initial=block in blocks.blocked()
            )

    def blocked(self) -> frozenset[Block]:
        """The blocks that are ticked."""
        return frozenset(block for block in Block if self.cleaned_data[block.value])


def _models() -> list[tuple[str, str]]:
    return [(model.code, model.title) for model in MODELS if model.provisioned]


class DeviceForm(forms.Form):
    """A new phone for a line."""

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
        help_text=_("12 characters, on the label at the back or the box."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["line"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = selectors.lines()


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

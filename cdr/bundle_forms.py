"""Forms of the operators' pages about bundles."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import Bundle
from cdr.models.bundles import FIXED_NETHERLANDS
from cdr.models.tariffs import PREFIX
from cdr.rating.allocate import NEVER_COVERED
from cdr.tariff_forms import CustomerChoice
from cdr.vocabulary import CallType
from portal.lib import numbers
from telephony.models import PhoneNumber

COVERABLE = [(kind.value, kind.label) for kind in CallType if kind not in NEVER_COVERED | {CallType.UNKNOWN}]
MOST_NUMBERS = 2_000
_APART = re.compile(r"[,;\n]+")


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """A day from the calendar of the browser."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def numbers_of(customer: Customer, text: str) -> list[str]:
    """Own numbers of a customer as people type them, between commas or one a line; ValidationError names what is not one."""
    typed = [part.strip() for part in _APART.split(text) if part.strip()]
    if len(typed) > MOST_NUMBERS:
        raise ValidationError(_t("These are more than %(most)s numbers.") % {"most": MOST_NUMBERS})
    read = {part: numbers.parse(part).e164 or "" for part in typed}
    with crossing(Crossing.OPERATE):
        own = set(PhoneNumber.objects.filter(customer=customer, e164__in=read.values()).values_list("e164", flat=True))
    unknown = [part for part, e164 in read.items() if e164 not in own]
    if unknown:
        raise ValidationError(
            _t("%(customer)s has no number %(numbers)s.")
            % {"customer": customer.name, "numbers": ", ".join(unknown[:5])}
        )
    return sorted(set(read.values()))


def _numbers_field() -> forms.CharField:
    return forms.CharField(
        label=_("Numbers that use it"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Numbers of this customer, one a line or between commas."),
    )


class BundleForm(CustomerChoice, forms.ModelForm[Bundle]):
    """A new bundle of a customer."""

    prefixes = forms.CharField(
        label=_("Numbers that begin with"),
        required=False,
        initial=" ".join(FIXED_NETHERLANDS),
        help_text=_(
            "As in a tariff: digits with the country first, such as 3120, or short:140. Empty does not restrict."
        ),
    )
    call_types = forms.TypedMultipleChoiceField(
        label=_("Call types"),
        required=False,
        coerce=int,
        choices=COVERABLE,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None does not restrict. A call must fit both."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Bundle.Kind.choices)
    valid_from = day_field(_("First day"))
    numbers = _numbers_field()

    class Meta:
        model = Bundle
        fields = ("name", "kind", "included_minutes", "covers_setup", "pro_rata", "valid_from")
        help_texts = {
            "included_minutes": _(
                "Of each number for unlimited calling, where empty is without an end; else of all together."
            )
        }

    def clean_prefixes(self) -> list[str]:
        found: list[str] = self.cleaned_data["prefixes"].replace(",", " ").split()
        wrong = [prefix for prefix in found if not re.fullmatch(PREFIX, prefix)]
        if wrong:
            raise ValidationError(_t("This is no prefix: %s.") % wrong[0])
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == Bundle.Kind.MINUTES and cleaned.get("included_minutes") is None:
            self.add_error("included_minutes", _("Say how many minutes the numbers share."))
        if "prefixes" in cleaned and not cleaned["prefixes"] and not cleaned.get("call_types"):
            self.add_error("prefixes", _("Say what the bundle covers: prefixes, call types or both."))
        if cleaned.get("customer") and "numbers" in cleaned:
            try:
                cleaned["numbers"] = numbers_of(cleaned["customer"], cleaned["numbers"])
            except ValidationError as error:
                self.add_error("numbers", error)
        return cleaned

    def bundle(self) -> Bundle:
        """The bundle, not saved."""
        made: Bundle = self.save(commit=False)
        made.customer = self.cleaned_data["customer"]
        made.prefixes = self.cleaned_data["prefixes"]
        made.call_types = self.cleaned_data["call_types"]
        return made


class PlacesForm(forms.Form):
    """Which numbers use a bundle from a day on."""

    numbers = _numbers_field()
    since = day_field(_("From"))

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._customer = customer

    def clean_numbers(self) -> list[str]:
        return numbers_of(self._customer, self.cleaned_data["numbers"])


class EndForm(forms.Form):
    """When a bundle ends."""

    valid_to = day_field(_("Ends on"), _("The first day without the bundle."))

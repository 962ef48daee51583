"""Forms of the operators' pages about tariffs and customers' own prices."""

from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.models import Customer
from cdr.forms import customers_by_reference
from cdr.models import RateImport, Tariff
from cdr.rates_file import MOST_MICROS, MOST_SECONDS, RateProblem, good_prefix, read_rates
from cdr.rating.bands import PeakHours
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from portal.lib.money import AmountError, parse_amount
from portal.lib.periods import TYPED_YEARS

MOST_BYTES = 5_000_000
PROBLEMS = {
    "empty": _("The file is empty."),
    "header": _("The first line must name prefix, destination, call_type, setup, minute, first and step."),
    "own_header": _("The first line must name at least prefix, setup and minute."),
    "columns": _("The line has another number of cells than the first line."),
    "prefix": _("The prefix must be digits with the country first, such as 3120, or short:18."),
    "call_type": _("The call type must be nl_fixed, nl_mobile, abroad or service."),
    "destination": _("The destination is missing."),
    "price": _("The price cannot be read. Amounts look like 0,0450; steps are whole seconds from 1."),
    "twice": _("The prefix stands in the file already."),
    "too_many": _("The file has more than 50,000 rates."),
}
WHOLE_FILE = frozenset({"empty", "header", "too_many"})


def problem_words(problem: RateProblem, *, own: bool = False) -> str:
    """What is wrong with a line of a list of rates."""
    return str(PROBLEMS["own_header" if own and problem.code == "header" else problem.code])


class CustomerChoice(forms.Form):
    """A customer by its reference."""

    customer = forms.CharField(
        label=_("Customer's reference"), max_length=60, help_text=_("As it stands in the list of customers")
    )

    def clean_customer(self) -> Customer:
        found = Customer.objects.filter(reference=self.cleaned_data["customer"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("No customer has this reference. Look it up in the list of customers."))
        return found


class RatesFor(forms.Form):
    """What a list of rates is for: a tariff, or a customer that has prices of its own."""

    tariff = forms.ModelChoiceField(Tariff.objects.all(), required=False)
    customer = forms.ModelChoiceField(Customer.objects.all(), to_field_name="reference", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data["tariff"]) == bool(data["customer"]):
            self.add_error("tariff", _("Name either a tariff or a customer."))
        return data


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)


def _in_sight(day: date | None) -> date | None:
    if day is not None and day.year not in TYPED_YEARS:
        raise forms.ValidationError(_("Choose a day between 2000 and 2100."))
    return day


class DayForm(forms.Form):
    """The day from which rates hold."""

    valid_from = _day(_("Valid from"))

    def clean_valid_from(self) -> date | None:
        return _in_sight(self.cleaned_data["valid_from"])


class RatesFile(DayForm):
    """A list of rates as a CSV file. Lines that cannot be read are shown one by one on the page that follows."""

    own = False
    rates = forms.FileField(label=_("Rates as CSV"))

    def clean_rates(self) -> str:
        upload: Any = self.cleaned_data["rates"]
        if not isinstance(upload, UploadedFile) or (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        self.cleaned_data["rates_name"] = upload.name or ""
        try:
            text: str = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not UTF-8. Save it as CSV UTF-8.")) from error
        lines, problems = read_rates(text, own=self.own)
        if problems and problems[0].code in WHOLE_FILE:
            raise forms.ValidationError(problem_words(problems[0], own=self.own))
        if not lines and not problems:
            raise forms.ValidationError(_("The list has no rates. Add at least one line."))
        return text


class VersionForm(RatesFile, forms.ModelForm[RateImport]):
    """The rates of a tariff from a day on, and the peak hours that they go by."""

    def __init__(self, *args: Any, tariff: Tariff, **kwargs: Any) -> None:
        self.tariff = tariff
        super().__init__(*args, **kwargs)
        self.fields["rates"].help_text = _(
            "Columns prefix, destination, call_type, setup, minute, first and step, and if wanted offpeak_setup and"
            " offpeak_minute; amounts in euros ex VAT. You see what changes before anything is stored."
        )

    def clean_valid_from(self) -> date | None:
        day = super().clean_valid_from()
        if day and self.tariff.versions.filter(valid_from=day).exists():
            raise forms.ValidationError(_("This tariff already has rates from that day. Choose another day."))
        return day

    class Meta:
        model = RateImport
        fields = (
            "peak_first_day", "peak_last_day", "peak_from", "peak_until", "holidays_off_peak", "splits_calls",
        )  # fmt: skip
        widgets: ClassVar = {
            "peak_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "peak_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }
        help_texts: ClassVar = {
            "peak_until": _("00:00 is the end of the day"),
            "holidays_off_peak": _("New Year, Easter, King's Day, Ascension Day, Whitsun, Christmas and the others"),
            "splits_calls": _("Otherwise the moment a call starts decides for all of it"),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("peak_first_day"), data.get("peak_last_day")
        if first and last and first > last:
            self.add_error("peak_last_day", _("The peak ends on an earlier day than it begins. Choose a later day."))
        start, end = data.get("peak_from"), data.get("peak_until")
        if start and end and end != time(0) and start >= end:
            self.add_error("peak_until", _("The peak ends before it begins. Choose a later time."))
        return data

    @property
    def hours(self) -> PeakHours:
        return self.instance.hours


class OwnPricesFile(RatesFile):
    """A customer's own prices as a CSV file."""

    own = True
    valid_to = _day(
        _("Valid until"), required=False, help_text=_("That day itself no longer; empty: until further notice")
    )
    field_order = ("valid_from", "valid_to", "rates")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rates"].help_text = _(
            "Columns prefix, setup and minute, and if wanted offpeak_setup, offpeak_minute, first, step, destination and"
            " call_type; what is left out is as in the tariff. You see what changes before anything is stored."
        )

    def clean_valid_to(self) -> date | None:
        return _in_sight(self.cleaned_data["valid_to"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, end = data.get("valid_from"), data.get("valid_to")
        if first and end and end <= first:
            self.add_error("valid_to", _("The last day lies before the first. Choose a later one, or leave it empty."))
        return data


class AmountField(forms.CharField):
    """Euros as people type them, in micros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            micros = parse_amount(typed)
        except AmountError as error:
            raise forms.ValidationError(_("Type the amount as 0,0450.")) from error
        if not 0 <= micros <= MOST_MICROS:
            raise forms.ValidationError(_("The amount lies between 0 and 1000 euros."))
        return micros


class OwnPriceForm(forms.Form):
    """One price of a customer's own."""

    begins = forms.CharField(
        label=_("Numbers that begin with"), max_length=21, help_text=_("With the country first: 316, 44 or short:18")
    )
    destination = forms.CharField(
        label=_("Destination"), max_length=80, required=False, help_text=_("Empty: as in the tariff")
    )
    setup = AmountField(label=_("Set-up fee"))
    minute = AmountField(label=_("Price per minute"))
    offpeak_setup = AmountField(label=_("Set-up fee off-peak"), required=False)
    offpeak_minute = AmountField(
        label=_("Price per minute off-peak"), required=False, help_text=_("Empty: the same at all times")
    )
    first = forms.IntegerField(label=_("First step"), initial=1, min_value=1, max_value=MOST_SECONDS)
    step = forms.IntegerField(label=_("Next steps"), initial=1, min_value=1, max_value=MOST_SECONDS)
    valid_from = _day(_("Valid from"))
    valid_to = _day(
        _("Valid until"), required=False, help_text=_("That day itself no longer; empty: until further notice")
    )

    def clean_begins(self) -> str:
        prefix: str = self.cleaned_data["begins"].replace(" ", "").removeprefix("+")
        if not good_prefix(prefix):
            raise forms.ValidationError(PROBLEMS["prefix"])
        return prefix

    def clean_valid_from(self) -> date | None:
        return _in_sight(self.cleaned_data["valid_from"])

    def clean_valid_to(self) -> date | None:
        return _in_sight(self.cleaned_data["valid_to"])

    @property
    def line(self) -> RateLine:
        """What was typed, of a form that is valid."""
        data = self.cleaned_data
        price = Price(
            setup_micros=data["setup"],
            minute_micros=data["minute"],
            first_seconds=data["first"],
            step_seconds=data["step"],
            offpeak_setup_micros=data["offpeak_setup"],
            offpeak_minute_micros=data["offpeak_minute"],
        )
        return RateLine(data["begins"], data["destination"], 0, price)


class EndForm(forms.Form):
    """The day on which a price no longer holds."""

    day = _day(_("No longer from"))

    def clean_day(self) -> date | None:
        return _in_sight(self.cleaned_data["day"])


class TariffForm(forms.ModelForm[Tariff]):
    """The name of a tariff, whether it is the default, and the customers that have it."""

    customers_with_it = forms.CharField(
        label=_("Customers with this tariff"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("References, one a line. Customers without a tariff of their own have the default one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            references = self.instance.customers.order_by("customer__reference")
            self.initial["customers_with_it"] = "\n".join(references.values_list("customer__reference", flat=True))

    def clean_customers_with_it(self) -> list[Customer]:
        return list(customers_by_reference(self.cleaned_data["customers_with_it"].split()).values())

    def validate_constraints(self) -> None:
        """None here: the tariff that was the default no longer is once this one is saved as it."""

    class Meta:
        model = Tariff
        fields = ("name", "is_default")


def refused_in(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal at the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))

"""Forms of the operators' pages about feeds and tariffs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from cdr.models import Source, Tariff
from cdr.models.sources import dialect_choices
from cdr.rates_file import RateProblem, read_rates
from cdr.rating.lines import RateLine

MOST_BYTES = 5_000_000
PROBLEMS = {
    "empty": _("The file is empty."),
    "header": _("The first line must name prefix, destination, call_type, setup, minute, first and step."),
    "columns": _("The line has another number of cells than the first line."),
    "prefix": _("The prefix must be digits with the country first, such as 3120, or short:18."),
    "call_type": _("The call type must be nl_fixed, nl_mobile, abroad or service."),
    "destination": _("The destination is missing."),
    "price": _("The price cannot be read. Amounts look like 0,0450; steps are whole seconds from 1."),
    "twice": _("The prefix stands in the file already."),
    "too_many": _("The file has more than 50,000 rates."),
}


def _customers(references: Iterable[str]) -> dict[str, Customer]:
    """Customers by reference; a ValidationError names those that do not exist."""
    wanted = set(references)
    found = {customer.reference: customer for customer in Customer.objects.filter(reference__in=wanted)}
    missing = ", ".join(sorted(wanted - set(found)))
    if missing:
        raise forms.ValidationError(_t("No customer has this reference: %s.") % missing)
    return found


class SourceForm(forms.ModelForm[Source]):
    """A feed of call records."""

    dialect = forms.ChoiceField(label=_("Kind of file"), choices=dialect_choices)
    account_codes = forms.CharField(
        label=_("Account codes"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Only for codes that are not the customer's reference: one a line, as code = reference."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            codes = self.instance.accounts.select_related("customer")
            self.initial["account_codes"] = "\n".join(f"{one.account} = {one.customer.reference}" for one in codes)

    def clean_account_codes(self) -> dict[str, Customer]:
        pairs: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["account_codes"].splitlines())):
            code, equals, reference = (part.strip() for part in line.rpartition("="))
            if not (code and equals and reference):
                raise forms.ValidationError(_t("Write each line as code = reference, not: %s") % line)
            if code in pairs:
                raise forms.ValidationError(_t("This code stands in the list twice: %s.") % code)
            pairs[code] = reference
        found = _customers(pairs.values())
        return {code: found[reference] for code, reference in pairs.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("only_listed_accounts") and cleaned.get("account_codes") == {}:
            self.add_error("account_codes", _t("List the account codes that this source may name, one a line."))
        return cleaned

    class Meta:
        model = Source
        fields = (
            "name",
            "title",
            "dialect",
            "time_zone",
            "number_format",
            "trunks",
            "only_listed_accounts",
            "prices_include_vat",
            "expected_minutes",
            "sequence_pattern",
            "most_rejects",
        )


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
        return list(_customers(self.cleaned_data["customers_with_it"].split()).values())

    class Meta:
        model = Tariff
        fields = ("name", "is_default")


def problem_words(problem: RateProblem) -> str:
    """What is wrong with a line of a list of rates."""
    return _t("Line %(line)d: %(problem)s") % {"line": problem.line, "problem": PROBLEMS[problem.code]}


class VersionForm(forms.Form):
    """The rates of a tariff from a day on, as a CSV file."""

    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    rates = forms.FileField(
        label=_("Rates as CSV"),
        help_text=_("Columns prefix, destination, call_type, setup, minute, first and step; amounts in euros ex VAT."),
    )

    def clean_rates(self) -> list[RateLine]:
        upload: Any = self.cleaned_data["rates"]
        if not isinstance(upload, UploadedFile) or (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not UTF-8. Save it as CSV UTF-8.")) from error
        lines, problems = read_rates(text)
        if problems:
            raise forms.ValidationError([problem_words(problem) for problem in problems[:5]])
        return lines

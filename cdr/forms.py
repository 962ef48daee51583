"""Forms of the operators' pages about feeds and tariffs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from cdr.models import Source
from cdr.models.sources import dialect_choices
from cdr.services.sources import FIELDS as SOURCE_FIELDS


def customers_by_reference(references: Iterable[str]) -> dict[str, Customer]:
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
        found = customers_by_reference(pairs.values())
        return {code: found[reference] for code, reference in pairs.items()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("only_listed_accounts") and cleaned.get("account_codes") == {}:
            self.add_error("account_codes", _t("List the account codes that this source may name, one a line."))
        return cleaned

    class Meta:
        model = Source
        fields = SOURCE_FIELDS

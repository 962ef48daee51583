"""Forms of the operators' pages about tariffs and customers' own prices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer


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

"""Forms of the mobile pages."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib import formats
from portal.lib.money import AmbiguousAmountError, AmountError, parse_amount


class LimitForm(forms.Form):
    """The warning limit of all subscriptions together, in euros ex VAT, as people type it."""

    account_limit = forms.CharField(
        label=_("Limit for all subscriptions together"),
        required=False,
        max_length=20,
        help_text=_("Per month, excl. VAT. Empty or 0 means no limit."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_account_limit(self) -> int | None:
        typed: str = self.cleaned_data["account_limit"].strip()
        if not typed:
            return None
        try:
            return parse_amount(typed)
        except AmbiguousAmountError as error:
            raise ValidationError(
                _("This can be read in two ways. Choose the amount you mean:"), params={"proposals": error.readings}
            ) from error
        except AmountError as error:
            raise ValidationError(_("This is no amount. Type it as 1234,56.")) from error


def typed_amount(micros: int | None, language: str) -> str:
    """An amount as it stands in the field: `100,00`."""
    return "" if micros is None else formats.number(Decimal(micros).scaleb(-6), language, decimals=2)

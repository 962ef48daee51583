"""Forms about limits: amounts as people type them, ex VAT."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cdr.models import SpendSettings
from cdr.services import Chosen
from portal.lib import formats
from portal.lib.money import AmbiguousAmountError, AmountError, parse_amount

MOST_MICROS = 10**15  # a thousand million euros
PARTNER, OWN = "partner", "own"


class EuroField(forms.CharField):
    """An amount in euros, cleaned to micros; empty stays None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        typed = str(super().clean(value) or "").strip()
        if not typed:
            return None
        try:
            micros = parse_amount(typed)
        except AmbiguousAmountError as error:
            raise ValidationError(
                _("This can be read in two ways. Choose the amount you mean:"), params={"proposals": error.readings}
            ) from error
        except AmountError as error:
            raise ValidationError(_("This is no amount. Type it as 1234,56.")) from error
        if micros < 0:
            raise ValidationError(_("A limit is 0 or more. Leave it empty for no limit."))
        if micros > MOST_MICROS:
            raise ValidationError(_("This amount is too large."))
        return micros


def typed_amount(micros: int | None, language: str) -> str:
    """An amount as it stands in its field: `100,00`."""
    return "" if micros is None else formats.number(Decimal(micros).scaleb(-6), language, decimals=2)


class LimitForm(forms.Form):
    """The limit, its warnings and the guard of one customer. `default` is the partner's limit in words, None without a partner."""

    whose = forms.ChoiceField(label=_("Limit"), widget=forms.RadioSelect)
    amount = EuroField(
        label=_("Own limit"),
        required=False,
        help_text=_("Per billing period, excl. VAT. Empty or 0 means no limit."),
    )
    warn_50 = forms.BooleanField(label=_("At 50 percent"), required=False)
    warn_80 = forms.BooleanField(label=_("At 80 percent"), required=False)
    warn_100 = forms.BooleanField(label=_("At 100 percent"), required=False)
    stop = EuroField(
        label=_("Hard limit"),
        required=False,
        help_text=_("Paid calls stop here. Per billing period, excl. VAT. Empty or 0 means that nothing stops."),
    )
    mode = forms.ChoiceField(label=_("What stops"), choices=SpendSettings.Mode.choices, widget=forms.RadioSelect)
    velocity = EuroField(
        label=_("Most in one hour"),
        required=False,
        help_text=_(
            "When calls abroad and to service numbers cost more in one hour, they stop at once. Empty or 0 means never."
        ),
    )

    def __init__(self, *args: Any, default: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if default is None:
            del self.fields["whose"]
        else:
            whose = self.fields["whose"]
            assert isinstance(whose, forms.ChoiceField)  # noqa: S101 - declared above
            whose.choices = [(PARTNER, default), (OWN, _("Own limit"))]

    @classmethod
    def initial_of(cls, chosen: Chosen, language: str) -> dict[str, object]:
        """What is chosen, as it stands in the fields."""
        return {
            "whose": OWN if chosen.own_limit else PARTNER,
            "amount": typed_amount(chosen.amount_micros, language),
            "warn_50": chosen.warn_50,
            "warn_80": chosen.warn_80,
            "warn_100": chosen.warn_100,
            "stop": typed_amount(chosen.stop_micros, language),
            "mode": chosen.mode,
            "velocity": typed_amount(chosen.velocity_micros, language),
        }

    def choice(self) -> Chosen:
        """What was chosen; a form without a partner's limit always chooses an own one."""
        data = self.cleaned_data
        own = data.get("whose", OWN) == OWN
        return Chosen(
            own_limit=own,
            amount_micros=data["amount"] if own else None,
            warn_50=data["warn_50"],
            warn_80=data["warn_80"],
            warn_100=data["warn_100"],
            stop_micros=data["stop"],
            mode=data["mode"],
            velocity_micros=data["velocity"],
        )


class NumberLimitForm(forms.Form):
    """A limit for one own number."""

    number = forms.ChoiceField(label=_("Number"))
    number_amount = EuroField(label=_("Limit"), help_text=_("Per billing period, excl. VAT."))

    def __init__(self, *args: Any, numbers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields["number"]
        assert isinstance(number, forms.ChoiceField)  # noqa: S101 - declared above
        number.choices = [("", _("Choose a number")), *numbers]


class UnlockForm(forms.Form):
    """Why paid calls may go out again."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It stays in the log book, with your name.")
    )


class PartnerLimitForm(forms.Form):
    """The limit of a partner's customers that chose none of their own."""

    amount = EuroField(
        label=_("Limit for customers without one of their own"),
        required=False,
        help_text=_("Per customer and billing period, excl. VAT. Empty or 0 means no limit."),
    )

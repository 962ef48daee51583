"""What the provider's operators fill in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.models import Brand, Customer, Partner, User
from accounts.selectors import PRESET_LABELS
from portal.lib import numbers

HOST = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


class BrandForm(forms.ModelForm[Brand]):
    """Name, mark, one colour, host names and the contacts a visitor sees."""

    hosts = forms.CharField(
        label=_("Host names"),
        help_text=_("One on each line, without https:// and without port. Links in mail go to the first."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        required=False,
    )

    class Meta:
        model = Brand
        fields = (
            "name",
            "mark",
            "colour",
            "support_phone",
            "support_email",
            "support_hours",
            "finance_email",
            "sender",
        )
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "support_phone": forms.TextInput(attrs={"type": "tel"}),
        }
        help_texts = {
            "colour": _("The rest is derived from it, so that it stays readable in light and dark."),
            "sender": _("Mail of this brand comes from this address."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.support_phone:
            self.initial["support_phone"] = numbers.display(self.instance.support_phone)
        if self.instance.pk:
            self.fields["hosts"].initial = "\n".join(entry.host for entry in self.instance.hosts.all())

    def clean_hosts(self) -> list[str]:
        hosts = [host.strip().lower() for host in self.cleaned_data["hosts"].split() if host.strip()]
        for host in hosts:
            if not HOST.match(host):
                raise ValidationError(_("“%(host)s” is no host name.") % {"host": host.replace("%", "")})
        return hosts

    def clean_support_phone(self) -> str:
        text: str = self.cleaned_data["support_phone"]
        if not text:
            return ""
        found = numbers.parse(text).e164
        if found is None:
            raise ValidationError(_("This is no phone number. Write it as 088 765 40 00."))
        return found

    def values(self) -> dict[str, Any]:
        """What ``services.save_brand`` takes."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "hosts")}


class PartnerForm(forms.ModelForm[Partner]):
    """A partner's name and brand; a brand serves one partner."""

    class Meta:
        model = Partner
        fields = ("name", "brand")
        labels = {"brand": _("Brand")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Brand.objects.filter(partner=None, is_default=False)
        if self.instance.pk:
            free |= Brand.objects.filter(pk=self.instance.brand_id)
        self.fields["brand"].queryset = free.distinct()  # type: ignore[attr-defined]
        self.fields["brand"].empty_label = None if self.instance.pk else _("Choose a brand")  # type: ignore[attr-defined]


class CustomerForm(forms.ModelForm[Customer]):
    """A customer with its reference, partner and address."""

    class Meta:
        model = Customer
        fields = ("name", "reference", "partner", "street", "postcode", "city", "country", "kvk_number", "vat_number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].empty_label = _("None, the provider's own customer")  # type: ignore[attr-defined]
        self.fields["reference"].widget.attrs.update(autocapitalize="none", spellcheck="false")

    def clean_kvk_number(self) -> str:
        text: str = self.cleaned_data["kvk_number"].replace(" ", "")
        if text and not re.fullmatch(r"\d{8}", text):
            raise ValidationError(_("A KvK number has eight digits."))
        return text

    def clean_country(self) -> str:
        text: str = self.cleaned_data["country"].strip().upper()
        if not re.fullmatch(r"[A-Z]{2}", text):
            raise ValidationError(_("Give the two letters of the country, for example NL."))
        return text


class PersonForm(forms.ModelForm[User]):
    """Somebody new at a partner or at the provider; they set their own password through a mailed link."""

    class Meta:
        model = User
        fields = ("first_name", "name_prefix", "last_name", "email", "username", "language")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        try:
            rules.free_username(username)
        except Refusal as refusal:
            show_refusal(self, refusal)
        return username

    def details(self) -> dict[str, str]:
        """What ``services.create_user`` takes beside user name and address."""
        names = ("first_name", "name_prefix", "last_name", "language")
        return {name: self.cleaned_data[name] for name in names}


class OperatorInviteForm(forms.Form):
    """An address to invite to a customer, as owner, administrator or employee."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    preset = forms.ChoiceField(
        label=_("As"), choices=[(name, PRESET_LABELS[name]) for name in ("owner", "administrator", "employee")]
    )

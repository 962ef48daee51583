"""Mijn gegevens: what people change about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User


class DetailsForm(forms.ModelForm[User]):
    """Names, language and appearance."""

    class Meta:
        model = User
        fields = ("title", "initials", "first_name", "name_prefix", "last_name", "language", "theme")
        widgets = {
            "title": forms.TextInput(attrs={"autocomplete": "honorific-prefix"}),
            "initials": forms.TextInput(attrs={"autocomplete": "off"}),
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "name_prefix": forms.TextInput(attrs={"autocomplete": "off"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class LoginDataForm(forms.Form):
    """User name and e-mail address; the password proves that it is not somebody passing by."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        kwargs["initial"] = {"username": user.username, "email": user.email}
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your current password."), code="incorrect_password")
        return password


class TokenForm(forms.ModelForm[ApiToken]):
    """A name that says where the key is used, and how long it lasts."""

    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        initial=90,
    )

    class Meta:
        model = ApiToken
        fields = ("name",)
        help_texts = {"name": _("For example the program that uses it.")}

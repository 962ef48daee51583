"""Inviting colleagues and saying what they may do."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.access import PRESETS, preset_of
from accounts.errors import Refusal
from accounts.forms.login import PASSWORD_HINT
from accounts.forms.refused import show_refusal
from accounts.models import Membership, User
from accounts.selectors import PRESET_LABELS
from accounts.words import role_hint, role_label

COLUMNS = (*Membership.ROLES, *Membership.MAILS)


class RolesForm(forms.Form):
    """The roles and mail registrations of one membership, as switches; a preset fills them in one go.

    Without script a newly chosen preset wins over the switches, and an unchanged one leaves them in charge.
    """

    preset = forms.ChoiceField(
        label=_("Fill in as"),
        choices=[
            ("owner", PRESET_LABELS["owner"]),
            ("administrator", PRESET_LABELS["administrator"]),
            ("employee", PRESET_LABELS["employee"]),
            ("custom", _("Own choice")),
        ],
        widget=forms.RadioSelect(attrs={"data-name": _("Fill in as")}),
        initial="employee",
        required=False,
    )

    def __init__(self, *args: Any, membership: Membership | None = None, **kwargs: Any) -> None:
        if membership is not None:
            initial = {name: getattr(membership, name) for name in COLUMNS} | {"preset": preset_of(membership)}
            kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for name in COLUMNS:
            field = forms.BooleanField(label=role_label(name), help_text=role_hint(name), required=False)
            self.fields[name] = field

    def chosen(self) -> set[str]:
        """The names of the columns that should be on."""
        data = self.cleaned_data
        mails = {name for name in Membership.MAILS if data.get(name)}
        if "preset" in self.changed_data and data.get("preset") in PRESETS:
            return set(PRESETS[data["preset"]]) | mails
        return {name for name in Membership.ROLES if data.get(name)} | mails

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            rules.mobile_roles_need_access(self.chosen())
        except Refusal as refusal:
            label = role_label("mobile_access")
            show_refusal(self, Refusal(refusal.code, refusal.message, field=refusal.field, proposals=(label,)))
        return cleaned

    def role_fields(self) -> list[forms.BoundField]:
        """The switches of the roles, in their fixed order."""
        return [self[name] for name in Membership.ROLES]

    def mail_fields(self) -> list[forms.BoundField]:
        """The switches of the mail registrations."""
        return [self[name] for name in Membership.MAILS]


class InviteForm(RolesForm):
    """An address to invite, with the roles that wait there."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order: Collection[str] = ("email", "preset")


class JoinForm(forms.ModelForm[User]):
    """A first log-in: the user name, the password and who one is."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ("first_name", "name_prefix", "last_name", "username")
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "name_prefix": forms.TextInput(attrs={"autocomplete": "off"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "username": forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.fields["username"].help_text = _("You log in with this, or with your e-mail address.")
        self.order_fields(("first_name", "name_prefix", "last_name", "username", "password"))

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        try:
            rules.free_username(username)
        except Refusal as refusal:
            show_refusal(self, refusal)
        return username

    def details(self) -> dict[str, str]:
        """The fields that ``services.accept_as_new`` takes as details."""
        return {name: self.cleaned_data[name] for name in ("first_name", "name_prefix", "last_name")}

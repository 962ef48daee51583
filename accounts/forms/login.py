"""The forms of django-allauth in our words: named in ACCOUNT_FORMS and MFA_FORMS."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import password_reset
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def _plain(form: forms.BaseForm) -> None:
    """Labels above the fields do what placeholders would."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


PASSWORD_HINT = _("At least 12 characters. A few words together are easy to remember and hard to guess.")


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """User name or e-mail address, password, remember me."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["login"].widget.attrs.update(
            autocomplete="username webauthn", autocapitalize="none", spellcheck="false"
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Remember me on this device")
        _plain(self)


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    """Asks where to send the link. Every address gets exactly one mail, so neither page nor clock tells who has an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        _plain(self)

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        if not self.users:
            get_adapter().send_mail("account/email/unknown_account", email, {"request": request})
            return email
        generator = kwargs.get("token_generator", account.default_token_generator)
        password_reset.request_password_reset(request, email, self.users[:1], generator)
        return email


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, typed once: it can be shown, and a second field makes people choose shorter ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        _plain(self)


class SetPasswordForm(account.SetPasswordForm):  # type: ignore[misc]
    """A first password for a log-in that had none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        _plain(self)


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    """The old password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["oldpassword"].label = _("Current password")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        _plain(self)


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        _plain(self)


CODE = {
    "class": "code-input",
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "spellcheck": "false",
    "autofocus": True,
}


class AuthenticateForm(mfa.AuthenticateForm):  # type: ignore[misc]
    """The code of the app, or a recovery code, as the second step of the log-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update(CODE)
        _plain(self)


class ReauthenticateCodeForm(mfa.ReauthenticateForm):  # type: ignore[misc]
    """The code of the app, to confirm who is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update(CODE)
        _plain(self)


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the app")
        self.fields["code"].widget.attrs.update(inputmode="numeric", autocomplete="one-time-code", maxlength=6)
        _plain(self)


class AddWebAuthnForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A name for a new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("For example the device it is on.")
        self.fields["passwordless"].label = _("Log in without a password")
        self.fields["passwordless"].help_text = _("The passkey then asks for a finger, face or PIN.")
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")

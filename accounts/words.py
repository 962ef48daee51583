"""Roles and presets in people's words."""

from django.db.models import BooleanField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import preset_of
from accounts.models import Membership
from accounts.selectors import preset_label

HINTS: dict[str, str | Promise] = {
    "manages_users": _("invite and block colleagues, and give them rights"),
    "views_invoices": _("call details, their cost and the invoices"),
    "edits_settings": _("phones, the exchange and night mode"),
    "mobile_access": _("mobile subscriptions and their usage"),
    "edits_mobile_limits": _("needs access to mobile"),
    "views_mobile_settings": _("needs access to mobile"),
    "blocks_sim": _("needs access to mobile"),
    "sees_full_numbers": _("otherwise the last four digits are hidden"),
    "unlocks_spending": _("calls go on after the guard stopped them"),
}


def role_label(name: str) -> str:
    """What the pages call a role or mail registration."""
    return str(_column(name).verbose_name)


def role_hint(name: str) -> str:
    """What a role lets people do, in a few words; nothing for a mail registration."""
    return str(HINTS.get(name, ""))


def _column(name: str) -> "BooleanField[bool, bool]":
    field = Membership._meta.get_field(name)
    assert isinstance(field, BooleanField)  # noqa: S101 - roles and mails are boolean columns
    return field


def roles_in_words(membership: Membership) -> str:
    """The name of the preset, or the roles one by one."""
    if preset_of(membership) != "custom":
        return str(preset_label(membership))
    return ", ".join(str(role_label(name)) for name in Membership.ROLES if getattr(membership, name))

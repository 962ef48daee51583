"""What the operators' pages about calls share: where they stand, and what stands beside them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import Actor
from portal.lib.ui import Choice

SHOWN = 50


class OperatorRequest(HttpRequest):
    """What an `operator_view` receives."""

    actor: Actor


def crumbs_to(*more: Choice) -> list[Choice]:
    """The way from the operators' first page to this one."""
    return [Choice(_("Operations"), reverse("accounts:operate")), *more]


def tabs(active: str) -> list[Choice]:
    """The lists beside each other; `active` is the name of the route that is lit."""
    pages = (
        ("operate_sources", _("Sources")),
        ("operate_batches", _("Deliveries")),
        ("operate_rejects", _("Rejects")),
        ("operate_unrated", _("Without price")),
        ("operate_tariffs", _("Tariffs")),
        ("operate_bundles", _("Bundles")),
    )
    return [Choice(label, reverse(f"cdr:{name}"), name == active) for name, label in pages]


def page_after(text: str) -> int | None:
    """The id after which a page of a list begins, from its address; None for the first page and for nonsense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None

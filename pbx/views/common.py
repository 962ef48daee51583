"""What the pages of the exchange share."""

from collections.abc import Mapping

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from pbx.models import AutoAttendant, ExchangeSettings, HuntGroup
from pbx.routing import shapes
from pbx.selectors import exchange_settings
from portal.lib import ui
from telephony.models import Line


def settings_or_404(customer: Customer) -> ExchangeSettings:
    """A customer with single lines only has no exchange to set."""
    found = exchange_settings(customer)
    if found is None:
        raise Http404
    return found


def urls_of(exchange: shapes.Exchange) -> Mapping[int, str]:
    """Where each place of the exchange is edited, by its dialable's id."""
    pages = (
        (Line, "pbx:person"),
        (HuntGroup, "pbx:group"),
        (AutoAttendant, "pbx:menu"),
    )
    found: dict[int, str] = {}
    for model, page in pages:
        rows = model._default_manager.filter(dialable__in=list(exchange.objects)).values_list("dialable_id", "pk")
        found |= {dialable: reverse(page, args=[pk]) for dialable, pk in rows}
    return found


def sections(current: str) -> list[ui.Choice]:
    """The pages of the exchange, as tabs below their heads."""
    pages = (
        ("overview", _("Overview")),
        ("groups", _("Hunt groups and menus")),
        ("night", _("Night mode")),
        ("company", _("Company")),
    )
    return [ui.Choice(words, reverse(f"pbx:{page}"), page == current) for page, words in pages]


def crumbs(page: str, words: str, here: str) -> list[ui.Choice]:
    """The way back to the list."""
    return [ui.Choice(words, reverse(f"pbx:{page}")), ui.Choice(here)]

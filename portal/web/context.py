"""What the shell of every page shows: brand, customer, navigation. The tabs follow the customer's products and the user's rights."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.access import Actor, Capability
from accounts.models import Brand, User
from accounts.web import GUARD_FIELD, presence


@dataclass(frozen=True, slots=True)
class Tab:
    """A place in the navigation: its name, the page it opens, and the capabilities of which one is needed."""

    label: str | Promise
    icon: str
    page: str
    needs: tuple[Capability, ...] = ()


@dataclass(frozen=True, slots=True)
class NavItem:
    """A tab as it stands on this page."""

    label: str
    icon: str
    url: str
    active: bool


CUSTOMER_TABS: tuple[tuple[Tab, ...], ...] = (
    (
        Tab(_("Users"), "users", "accounts:users", (Capability.MANAGE_USERS,)),
        Tab(_("Log book"), "clock", "accounts:audit", (Capability.VIEW_AUDIT,)),
        Tab(_("My details"), "settings", "accounts:account"),
    ),
)
PARTNER_TABS = (Tab(_("Overview"), "home", "accounts:partner", (Capability.ENTER_CUSTOMERS,)),)
OPERATOR_TABS: tuple[tuple[Tab, ...], ...] = (
    (Tab(_("Operations"), "home", "accounts:operate", (Capability.OPERATE,)),),
)


def navigation(request: HttpRequest) -> list[list[NavItem]]:
    """The groups of the side bar for this user in these rooms; empty groups are left out."""
    here = presence(request)
    groups: list[tuple[Tab, ...]] = []
    if here.customer is None:
        groups += [PARTNER_TABS, *OPERATOR_TABS]
        groups.append((Tab(_("My details"), "settings", "accounts:account"),))
    else:
        groups += CUSTOMER_TABS
    shown = [[_item(request, tab) for tab in group if _allowed(here.actor, tab)] for group in groups]
    return [group for group in shown if group]


def _allowed(actor: Actor, tab: Tab) -> bool:
    return not tab.needs or any(actor.can(capability) for capability in tab.needs)


def _item(request: HttpRequest, tab: Tab) -> NavItem:
    url = reverse(tab.page)
    return NavItem(label=str(tab.label), icon=tab.icon, url=url, active=request.path.startswith(url))


def shown_brand(request: HttpRequest) -> Brand:
    """Before log-in the brand of the host; after it that of the customer's partner, or the partner's own."""
    here = presence(request)
    if here.customer is not None:
        found = selectors.brand_of_customer(here.customer)
        if found is not None:
            return found
    partner = next((membership.partner for membership in here.memberships if membership.partner), None)
    if partner is not None:
        return partner.brand
    brand: Brand = request.brand  # type: ignore[attr-defined]
    return brand


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html. Pages without a brand (health, phones, errors of unknown hosts) get none of it."""
    if not hasattr(request, "brand") or not hasattr(request, "user"):
        return {}
    here = presence(request)
    user = request.user
    groups = navigation(request) if isinstance(user, User) else []
    flat = [item for group in groups for item in group]
    return {
        "brand": shown_brand(request),
        "customer": here.customer,
        "actor": here.actor,
        "nav_groups": groups,
        "tab_items": flat[:3],
        "more_items": flat[3:],
        "customers_url": reverse("accounts:choose_customer") if _has_choice(here) else "",
        "entered_as_partner": here.entered_as_partner,
        "role_label": _role_label(here),
        "theme": user.theme if isinstance(user, User) else "system",
        "guard_field": GUARD_FIELD,
        "demo": settings.DEMO,
    }


def _has_choice(here: Any) -> bool:
    return here.is_partner or sum(1 for membership in here.memberships if membership.customer_id) > 1


def _role_label(here: Any) -> str:
    if here.entered_as_partner or (here.customer is None and here.is_partner):
        return str(_("Partner"))
    if here.customer is None and here.is_operator:
        return str(_("Operator"))
    return str(selectors.preset_label(here.membership)) if here.membership else ""

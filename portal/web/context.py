"""What the shell of every page shows: brand, customer, navigation. The tabs follow the customer's products and the user's rights."""

import functools
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.access import Actor, Capability
from accounts.models import Brand, Customer, User
from accounts.tenancy import open_customer, tenant
from accounts.web import GUARD_FIELD, Presence, presence
from mobile.models import MobileSubscription
from pbx.models import ExchangeSettings
from portal.queries import Given, Written
from telephony.models import Line


@dataclass(frozen=True, slots=True)
class Products:
    """What the customer has and whether the user has a line there, which decides the tabs that apply; unread notices."""

    exchange: bool = False
    lines: bool = False
    mobile: bool = False
    own_line: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    """A place in the navigation: its name, the page it opens, the capability it needs, and for whom it applies."""

    label: str | Promise
    icon: str
    page: str
    needs: tuple[Capability, ...] = ()
    applies: Callable[[Products], bool] = lambda _has: True
    covers: tuple[str, ...] = ()  # other pages that belong to it


@dataclass(frozen=True, slots=True)
class NavItem:
    """A tab as it stands on this page."""

    label: str
    icon: str
    url: str
    active: bool


CUSTOMER_TABS: tuple[tuple[Tab, ...], ...] = (
    (
        Tab(_("Call details"), "list", "cdr:totals", (Capability.VIEW_CALLS,)),
        Tab(_("My phone"), "phone", "telephony:my_phone", (), lambda has: has.own_line),
        Tab(_("Invoices"), "receipt", "invoices:archive", (Capability.VIEW_INVOICES,)),
    ),
    (
        Tab(_("Phone exchange"), "exchange", "pbx:overview", (Capability.EDIT_SETTINGS,), lambda has: has.exchange),
        Tab(
            _("Employees"),
            "person",
            "pbx:people",
            (Capability.EDIT_SETTINGS,),
            lambda has: has.exchange,
            covers=("telephony:phones",),  # an employee's line is one of these
        ),
        Tab(
            _("Phone"),
            "phone",
            "telephony:phones",
            (Capability.EDIT_SETTINGS,),
            lambda has: has.lines and not has.exchange,
        ),
        Tab(
            _("Schedules"),
            "calendar",
            "telephony:schedules",
            (Capability.EDIT_SETTINGS,),
            lambda has: has.lines or has.exchange,
        ),
        Tab(
            _("Greetings"),
            "music",
            "telephony:greetings",
            (Capability.EDIT_SETTINGS,),
            lambda has: has.lines or has.exchange,
        ),
        Tab(_("Devices"), "device", "telephony:devices", (Capability.EDIT_SETTINGS,), lambda has: has.lines),
        Tab(_("Mobile"), "mobile", "mobile:list", (Capability.VIEW_MOBILE,), lambda has: has.mobile),
    ),
    (
        Tab(_("Users"), "users", "accounts:users", (Capability.MANAGE_USERS,)),
        Tab(_("Log book"), "clock", "accounts:audit", (Capability.VIEW_AUDIT,)),
        Tab(_("My details"), "settings", "accounts:account"),
    ),
)
WIDE_TABS: tuple[tuple[Tab, ...], ...] = (
    (
        Tab(_("Overview"), "home", "accounts:partner", (Capability.ENTER_CUSTOMERS,)),
        Tab(_("Call limits"), "pulse", "cdr:partner_limits", (Capability.ENTER_CUSTOMERS,)),
        Tab(_("Operations"), "home", "accounts:operate", (Capability.OPERATE,)),
    ),
    (
        Tab(_("Customers"), "building", "accounts:operate_customers", (Capability.OPERATE,)),
        Tab(_("Partners"), "users", "accounts:operate_partners", (Capability.OPERATE,)),
        Tab(_("Brands"), "sun", "accounts:operate_brands", (Capability.OPERATE,)),
    ),
    (
        Tab(_("Number ranges"), "list", "telephony:operate_ranges", (Capability.OPERATE,)),
        Tab(_("Lines"), "phone", "telephony:operate_lines", (Capability.OPERATE,)),
    ),
    (
        Tab(_("Call sources"), "download", "cdr:operate_sources", (Capability.OPERATE,)),
        Tab(_("Deliveries"), "list", "cdr:operate_batches", (Capability.OPERATE,)),
        Tab(_("Rejects"), "alert", "cdr:operate_rejects", (Capability.OPERATE,)),
        Tab(_("Without price"), "receipt", "cdr:operate_unrated", (Capability.OPERATE,)),
        Tab(
            _("Tariffs"),
            "tag",
            "cdr:operate_tariffs",
            (Capability.OPERATE,),
            covers=("cdr:operate_own_prices_list", "cdr:operate_cost", "cdr:operate_bundles"),
        ),
        Tab(_("Signs of fraud"), "alert", "cdr:operate_signs", (Capability.OPERATE,)),
        Tab(_("Disputes"), "shield", "cdr:operate_disputes", (Capability.OPERATE,), covers=("cdr:operate_retention",)),
    ),
    (
        Tab(_("Log book"), "clock", "accounts:operate_audit", (Capability.OPERATE,)),
        Tab(_("My details"), "settings", "accounts:account"),
    ),
)


_PRODUCTS = Written[tuple[bool, bool, bool, bool, int]](
    lambda: (
        Customer.objects.filter(pk=Given("customer", BigIntegerField()))
        .order_by()
        .values_list(
            Exists(ExchangeSettings.objects.all()),
            Exists(Line.objects.all()),
            Exists(MobileSubscription.objects.all()),
            Exists(Line.objects.filter(user_id=Given("user", BigIntegerField()))),
            selectors.unread_count(),
        )
    )
)


def products(customer: Customer, actor: Actor) -> Products:
    """What the customer has and the actor has not read, in one query."""
    with nullcontext() if open_customer() == customer.pk else tenant(customer):
        found = _PRODUCTS.rows(customer=customer.pk, **selectors.addressee(actor))
    return Products(*found[0]) if found else Products()


def navigation(request: HttpRequest) -> list[list[NavItem]]:
    """The groups of the side bar for this user in these rooms, worked out once a request; empty groups are left out."""
    known: list[list[NavItem]] | None = getattr(request, "centrale_navigation", None)
    if known is not None:
        return known
    here = presence(request)
    groups, has = WIDE_TABS, Products()
    if here.customer is not None and here.actor.user is not None:
        groups, has = CUSTOMER_TABS, products(here.customer, here.actor)
    shown = [[tab for tab in group if _allowed(here, tab) and tab.applies(has)] for group in groups]
    current = _current(request, [tab for group in shown for tab in group])
    found = [
        [NavItem(str(tab.label), tab.icon, _address(tab.page), tab is current) for tab in group] for group in shown
    ]
    found = [group for group in found if group]
    request.centrale_navigation = found  # type: ignore[attr-defined]
    request.centrale_unread = has.unread  # type: ignore[attr-defined]
    return found


@functools.cache
def _address(page: str) -> str:
    """Of a page without arguments, which stays where it is."""
    return reverse(page)


def _allowed(here: Presence, tab: Tab) -> bool:
    return not tab.needs or any(here.actor.can(capability) for capability in tab.needs)


def _current(request: HttpRequest, tabs: list[Tab]) -> Tab | None:
    """The tab whose address is the longest beginning of this page's."""
    pages = [(_address(page), tab) for tab in tabs for page in (tab.page, *tab.covers)]
    inside = [(address, tab) for address, tab in pages if request.path.startswith(address)]
    return max(inside, key=lambda found: len(found[0]), default=("", None))[1]


def shown_brand(request: HttpRequest) -> Brand:
    """Before log-in the brand of the host; after it that of the customer's partner, or the partner's own."""
    here = presence(request)
    brand: Brand = request.brand  # type: ignore[attr-defined]
    if here.customer is not None:
        if brand.is_default and here.customer.partner is None:
            return brand
        return selectors.brand_of_customer(here.customer) or brand
    partner = next((membership.partner for membership in here.memberships if membership.partner), None)
    return brand if partner is None else partner.brand


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
        "has_notices": here.customer is not None,
        "unread_notices": getattr(request, "centrale_unread", 0),
        "customers_url": reverse("accounts:choose_customer") if _has_choice(here) else "",
        "entered_as_partner": here.entered_as_partner,
        "role_label": _role_label(here),
        "theme": user.theme if isinstance(user, User) else "system",
        "guard_field": GUARD_FIELD,
        "demo": settings.DEMO,
    }


def _has_choice(here: Presence) -> bool:
    return here.is_partner or sum(1 for membership in here.memberships if membership.customer_id) > 1


def _role_label(here: Presence) -> str:
    if here.entered_as_partner or (here.customer is None and here.is_partner):
        return str(_("Partner"))
    if here.customer is None and here.is_operator:
        return str(_("Operator"))
    return str(selectors.preset_label(here.membership)) if here.membership else ""

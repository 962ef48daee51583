"""Reads about people and their places, already permitted."""

from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import preset_of
from accounts.models import Brand, BrandHost, Customer, Membership, User

BRANDS_KEY = "brands-by-host"
BRANDS_SECONDS = 60


def brand_of_host(host: str) -> Brand | None:
    """The brand shown on a host name; the provider's own on an address of this machine; None for a host nobody knows."""
    brands: dict[str, Brand] | None = cache.get(BRANDS_KEY)
    if brands is None:
        brands = {entry.host.lower(): entry.brand for entry in BrandHost.objects.select_related("brand")}
        default = default_brand()
        if default is not None:
            brands |= dict.fromkeys(("localhost", "127.0.0.1", "::1"), default)
        cache.set(BRANDS_KEY, brands, BRANDS_SECONDS)
    return brands.get(host)


def forget_brands() -> None:
    """Make the next request read the brands anew, after one was changed."""
    cache.delete(BRANDS_KEY)


def default_brand() -> Brand | None:
    """The provider's own brand."""
    return Brand.objects.filter(is_default=True).first()


def brand_of_customer(customer: Customer) -> Brand | None:
    """The brand of the customer's partner, or the provider's."""
    return customer.partner.brand if customer.partner else default_brand()


def has_second_factor(user: User) -> bool:
    """Whether the user set up a code app or a passkey."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def memberships_of(user: User) -> tuple[Membership, ...]:
    """Every place of the user that is not blocked, with what a page shows of it, in a fixed order."""
    found = (
        Membership.objects.filter(user=user, is_blocked=False)
        .select_related("customer__partner__brand", "partner__brand", "user")
        .order_by("pk")
    )
    return tuple(found)


def customers_of(memberships: Sequence[Membership]) -> QuerySet[Customer]:
    """Every customer whose rooms these memberships open: their own, and each customer of a partner."""
    own = [found.customer_id for found in memberships if found.customer_id]
    partners = [found.partner_id for found in memberships if found.partner_id]
    return (
        (Customer.objects.filter(pk__in=own) | Customer.objects.filter(partner__in=partners))
        .select_related("partner__brand")
        .order_by("name", "pk")
    )


def place(memberships: Sequence[Membership], chosen: int | None) -> tuple[Membership | None, Customer | None]:
    """The membership and customer of a request: the chosen customer if it is permitted, else the first own one, else none."""
    own = [found for found in memberships if found.customer_id]
    if chosen is not None:
        for membership in own:
            if membership.customer_id == chosen:
                return membership, membership.customer
        partners = {found.partner_id: found for found in memberships if found.partner_id is not None}
        customer = Customer.objects.filter(pk=chosen, partner__in=partners).select_related("partner__brand").first()
        if customer is not None and customer.partner_id is not None:
            return partners[customer.partner_id], customer
    if own:
        return own[0], own[0].customer
    return None, None


PRESET_LABELS = {
    "owner": _("Owner"),
    "administrator": _("Administrator"),
    "employee": _("Employee"),
    "custom": _("Colleague"),
}


def preset_label(membership: Membership) -> Promise:
    """What the shell calls somebody with this membership."""
    return PRESET_LABELS[preset_of(membership)]

"""What the provider's operators keep: brands, partners and customers."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit, selectors
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Brand, BrandHost, Customer, Partner

BRAND_FIELDS = (
    "name",
    "mark",
    "colour",
    "support_phone",
    "support_email",
    "support_hours",
    "finance_email",
    "sender",
    "is_default",
)
PARTNER_FIELDS = ("name", "brand")
CUSTOMER_FIELDS = (
    "reference",
    "name",
    "partner",
    "street",
    "postcode",
    "city",
    "country",
    "kvk_number",
    "vat_number",
)


@transaction.atomic
def save_brand(*, actor: Actor, brand: Brand | None = None, hosts: Collection[str], **values: Any) -> Brand:
    """Make or change a brand and the host names that show it."""
    brand = brand or Brand()
    old_hosts = sorted(entry.host for entry in brand.hosts.all()) if brand.pk else []
    changed, made = _fill(brand, values, BRAND_FIELDS)
    new_hosts = sorted({host.strip().lower() for host in hosts if host.strip()})
    taken = BrandHost.objects.filter(host__in=new_hosts).exclude(brand=brand).select_related("brand").first()
    if taken is not None:
        raise Refusal(
            "host_taken",
            _("%(host)s already shows the brand %(brand)s.") % {"host": taken.host, "brand": taken.brand.name},
            field="hosts",
        )
    if old_hosts != new_hosts:
        changed["hosts"] = (", ".join(old_hosts), ", ".join(new_hosts))
        brand.hosts.exclude(host__in=new_hosts).delete()
        BrandHost.objects.bulk_create(
            [BrandHost(brand=brand, host=host) for host in new_hosts if host not in old_hosts]
        )
    _record(actor, "brand", brand, changed, made=made)
    transaction.on_commit(selectors.forget_brands)
    return brand


@transaction.atomic
def save_partner(*, actor: Actor, partner: Partner | None = None, **values: Any) -> Partner:
    """Make or change a partner: its name and its brand."""
    partner = partner or Partner()
    changed, made = _fill(partner, values, PARTNER_FIELDS)
    _record(actor, "partner", partner, changed, made=made)
    return partner


@transaction.atomic
def save_customer(*, actor: Actor, customer: Customer | None = None, **values: Any) -> Customer:
    """Make or change a customer."""
    customer = customer or Customer()
    changed, made = _fill(customer, values, CUSTOMER_FIELDS)
    _record(actor, "customer", customer, changed, made=made)
    return customer


def _fill(
    obj: models.Model, values: Mapping[str, Any], fields: tuple[str, ...]
) -> tuple[dict[str, tuple[object, object]], bool]:
    """Set, check and save; returns what changed and whether the object is new."""
    made = obj.pk is None
    unknown = set(values) - set(fields)
    if unknown:
        raise TypeError(f"unknown fields: {', '.join(sorted(unknown))}")
    names = [name for name in fields if name in values]
    before = {name: _shown(obj, name) if not made else None for name in names}
    for name in names:
        setattr(obj, name, values[name])
    try:
        obj.full_clean()
    except ValidationError as error:
        field, found = next(iter(error.message_dict.items()))
        raise Refusal("not_valid", found[0], field=None if field == "__all__" else field) from error
    obj.save()
    after = {name: _shown(obj, name) for name in names}
    changed = audit.changes(before, {name: value for name, value in after.items() if not made or value})
    return changed, made


def _shown(obj: models.Model, name: str) -> object:
    value = getattr(obj, name)
    return str(value) if isinstance(value, models.Model) else value


def _record(
    actor: Actor, kind: str, obj: models.Model, changed: dict[str, tuple[object, object]], *, made: bool
) -> None:
    if made or changed:
        audit.record(actor=actor, verb=f"{kind}.{'create' if made else 'change'}", obj=obj, changes=changed)

"""Make tariffs, their versions and who has them."""

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.access import Actor
from accounts.audit import changes, record, snapshot
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr import rules
from cdr.models import CustomerTariff, Rate, Tariff, TariffVersion
from cdr.models.tariffs import price_fields
from cdr.rating.bands import PeakHours
from cdr.rating.lines import RateLine
from cdr.services.rerating import rate_unrated_later

FIELDS = ("name", "is_default")

__all__ = ["RateLine", "add_version", "move_version", "save_tariff", "set_customer_tariff"]


def save_tariff(*, tariff: Tariff, actor: Actor, customers: Collection[Customer] | None = None) -> Tariff:
    """Save a new or changed tariff; when it becomes the default, the one before it no longer is.

    `customers` are all that have it as their own from now on; None leaves that as it is.
    """
    with crossing(Crossing.OPERATE):
        made = tariff.pk is None
        before = {} if made else snapshot(Tariff.objects.get(pk=tariff.pk), FIELDS)
        if tariff.is_default:
            Tariff.objects.filter(is_default=True).exclude(pk=tariff.pk).update(is_default=False)
        tariff.save()
        record(
            actor=actor,
            verb="tariff.made" if made else "tariff.changed",
            obj=tariff,
            changes=changes(before, snapshot(tariff, FIELDS)),
        )
        if tariff.is_default:
            rate_unrated_later(actor=actor, tariff=tariff.pk)
        if customers is not None:
            _give(tariff, customers, actor)
    return tariff


def _give(tariff: Tariff, customers: Collection[Customer], actor: Actor) -> None:
    have = {
        own.customer_id: own.customer for own in CustomerTariff.objects.filter(tariff=tariff).select_related("customer")
    }
    wanted = {customer.pk: customer for customer in customers}
    for gone in have.keys() - wanted.keys():
        set_customer_tariff(customer=have[gone], tariff=None, actor=actor)
    for new in wanted.keys() - have.keys():
        set_customer_tariff(customer=wanted[new], tariff=tariff, actor=actor)


def add_version(
    *, tariff: Tariff, valid_from: date, rates: Sequence[RateLine], actor: Actor, hours: PeakHours | None = None
) -> TariffVersion:
    """Add the rates that hold from a day on, with the peak hours that they go by. Refusal when that day has a version or
    a prefix stands twice.
    """
    prefixes = [line.prefix for line in rates]
    twice = (
        sorted({prefix for prefix in prefixes if prefixes.count(prefix) > 1})
        if len(set(prefixes)) < len(prefixes)
        else []
    )
    if twice:
        raise Refusal(
            "prefix_twice", _("These prefixes stand in the list twice: %s.") % ", ".join(twice[:5]), field="rates"
        )
    if not rates:
        raise Refusal("no_rates", _("The list has no rates. Add at least one line."), field="rates")
    with crossing(Crossing.OPERATE):
        _day_is_free(tariff, valid_from)
        version = TariffVersion(tariff=tariff, valid_from=valid_from)
        version.hours = hours or PeakHours()
        version.save()
        Rate.objects.bulk_create(
            [
                Rate(
                    version=version,
                    prefix=line.prefix,
                    destination=line.destination,
                    call_type=line.call_type,
                    **price_fields(line.price),
                )
                for line in rates
            ],
            batch_size=2_000,
        )
        record(actor=actor, verb="tariff.version_added", obj=version, note=str(len(rates)))
        rate_unrated_later(actor=actor, tariff=tariff.pk)
    return version


def move_version(*, version: TariffVersion, valid_from: date, actor: Actor, today: date) -> TariffVersion:
    """Let rates that do not hold yet hold from another day on. Refusal when either day has come or that day has a version."""
    with crossing(Crossing.OPERATE):
        kept = TariffVersion.objects.select_for_update(of=("self",)).select_related("tariff").get(pk=version.pk)
        rules.version_can_move(kept.valid_from, valid_from, today)
        before = snapshot(kept, ("valid_from",))
        if valid_from != kept.valid_from:
            _day_is_free(kept.tariff, valid_from)
            kept.valid_from = valid_from
            kept.save(update_fields=["valid_from"])
            record(
                actor=actor,
                verb="tariff.version_moved",
                obj=kept,
                changes=changes(before, snapshot(kept, ("valid_from",))),
            )
    return kept


def _day_is_free(tariff: Tariff, day: date) -> None:
    if TariffVersion.objects.filter(tariff=tariff, valid_from=day).exists():
        raise Refusal(
            "version_exists",
            _("This tariff already has rates from that day. Choose another day."),
            field="valid_from",
        )


def set_customer_tariff(*, customer: Customer, tariff: Tariff | None, actor: Actor) -> None:
    """Give a customer a tariff of its own, or with None the default one again; calls that are loaded keep their price."""
    with crossing(Crossing.OPERATE):
        before = CustomerTariff.objects.filter(customer=customer).select_related("tariff").first()
        if tariff is None:
            CustomerTariff.objects.filter(customer=customer).delete()
        else:
            CustomerTariff.objects.update_or_create(customer=customer, defaults={"tariff": tariff})
        record(
            actor=actor,
            verb="customer.tariff",
            obj=customer,
            changes={"tariff": (str(before.tariff) if before else None, str(tariff) if tariff else None)},
        )
        rate_unrated_later(actor=actor, customer=customer.pk)

"""Lists of rates that were uploaded and wait until somebody has seen what they change."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from cdr.models import RateImport, Tariff, TariffVersion
from cdr.rates_file import read_rates
from cdr.rating.bands import PeakHours
from cdr.selectors.imports import KEPT
from cdr.services.own_prices import add_own_prices
from cdr.services.tariffs import add_version


def keep_import(
    *,
    what: Tariff | Customer,
    file_name: str,
    text: str,
    valid_from: date,
    actor: Actor,
    valid_to: date | None = None,
    hours: PeakHours | None = None,
) -> RateImport:
    """Keep a list for a tariff, or of a customer's own prices, for a day. Nothing holds by this, so it is in no trail."""
    with transaction.atomic():
        RateImport.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
        kept = RateImport(
            tariff=what if isinstance(what, Tariff) else None,
            customer=what if isinstance(what, Customer) else None,
            valid_from=valid_from,
            valid_to=valid_to,
            file_name=file_name[-255:],
            text=text.replace("\0", ""),
            made_by=actor.user,
        )
        kept.hours = hours or PeakHours()
        kept.save()
    return kept


def use_import(*, kept: RateImport, actor: Actor) -> TariffVersion | int:
    """Store what was shown: a version of the tariff, or the customer's own prices (how many)."""
    lines, problems = read_rates(kept.text, own=kept.customer_id is not None)
    if problems:
        raise Refusal("lines_wrong", _("Some lines cannot be read. Mend the file and upload it again."))
    with transaction.atomic():
        if not RateImport.objects.filter(pk=kept.pk).delete()[0] or kept.made_at < timezone.now() - KEPT:
            raise Refusal("import_gone", _("This list is no longer kept. Upload the file again."))
        if kept.customer is not None:
            return add_own_prices(
                customer=kept.customer, lines=lines, valid_from=kept.valid_from, valid_to=kept.valid_to, actor=actor
            )
        assert kept.tariff is not None  # noqa: S101 a constraint holds that it is one of the two
        return add_version(tariff=kept.tariff, valid_from=kept.valid_from, rates=lines, hours=kept.hours, actor=actor)


def drop_import(*, kept: RateImport) -> None:
    """Throw a list away unused."""
    kept.delete()

"""What a CSV file of mobile usage holds."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from mobile.selectors import Overview
from portal.lib import numbers
from portal.lib.csvsafe import Cell
from portal.lib.money import euros

_MEGABYTE = Decimal(10**6)


def usage_rows(found: Overview, chosen: Collection[int]) -> tuple[Sequence[str], Iterator[Sequence[Cell]]]:
    """Header and rows: data in MB, calls in minutes, money in euros ex VAT."""
    header = (
        _("Month"),
        _("Employee"),
        _("Label"),
        _("Mobile number"),
        _("Product"),
        _("Data used (MB)"),
        _("Data bundle (MB)"),
        _("Call minutes used"),
        _("Call minutes in the bundle"),
        _("Outside the bundle (€ excl. VAT)"),
        _("SIM"),
    )
    rows = (
        (
            str(found.month),
            row.subscription.employee,
            row.subscription.label,
            numbers.display(row.subscription.msisdn),
            row.subscription.plan,
            (Decimal(row.data.used) / _MEGABYTE).normalize() + 0,
            (Decimal(row.data.share) / _MEGABYTE).normalize() + 0,
            (Decimal(row.voice.used) / 60).quantize(Decimal("0.1")),
            (Decimal(row.voice.share) / 60).quantize(Decimal("0.1")),
            euros(row.outside),
            row.subscription.get_sim_display(),
        )
        for row in found.rows
        if row.subscription.pk in chosen
    )
    return header, rows

"""Lists of rates that wait to be used: which still can be, and what they change."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.tenancy import Crossing, crossing
from cdr.models import RateImport, TariffVersion
from cdr.rating.compare import Compared, compare
from cdr.rating.lines import RateLine
from cdr.selectors.rates import lines_of, own_lines, tariff_of, version_at

KEPT = timedelta(days=1)


def waiting(now: datetime) -> QuerySet[RateImport]:
    """The lists that can be used yet."""
    return RateImport.objects.filter(made_at__gte=now - KEPT).select_related("tariff", "customer", "made_by")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a list changes, the version it is put against, and the next one of the tariff, before which the list ends."""

    compared: list[Compared]
    against: TariffVersion | None
    following: TariffVersion | None = None


def comparison(kept: RateImport, lines: list[RateLine]) -> Comparison:
    """A list of a tariff against the version of that day; own prices against those of that day and the tariff around them."""
    if kept.customer is not None:
        with crossing(Crossing.OPERATE):
            before = own_lines(kept.customer, kept.valid_from)
        tariff = tariff_of(kept.customer)
        version = version_at(tariff, kept.valid_from) if tariff else None
        around = lines_of(version) if version else []
        return Comparison(compare(before, lines, around=around, replaces=False), version)
    assert kept.tariff is not None  # noqa: S101 a constraint holds that it is one of the two
    version = version_at(kept.tariff, kept.valid_from)
    following = kept.tariff.versions.filter(valid_from__gt=kept.valid_from).order_by("valid_from").first()
    return Comparison(compare(lines_of(version) if version else [], lines), version, following)

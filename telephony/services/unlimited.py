"""Keeping which numbers have unlimited calls; what a bundle covers is known elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from telephony.models import UnlimitedCalling


@dataclass(frozen=True, slots=True)
class UnlimitedDays:
    """Half-open days on which a number has unlimited calls to Dutch fixed numbers; `end` is None for no end."""

    number: str
    first: date
    end: date | None


@transaction.atomic
def keep_unlimited_calling(*, customer_id: int, days: Iterable[UnlimitedDays]) -> None:
    """Let exactly these numbers of a customer be known as unlimited. Audited by what changed the bundle."""
    longest: dict[tuple[str, date], date | None] = {}
    for each in days:
        key = each.number, each.first
        other = longest.get(key, each.end)
        longest[key] = None if other is None or each.end is None else max(other, each.end)
    UnlimitedCalling.objects.filter(customer=customer_id).delete()
    UnlimitedCalling.objects.bulk_create(
        UnlimitedCalling(customer_id=customer_id, number=number, valid_from=first, valid_to=end)
        for (number, first), end in longest.items()
    )

"""Names for numbers: whose line it is, and where a number is."""

from collections.abc import Iterable

from django.db.models import Value
from django.db.models.functions import Concat

from cdr.models import CallRecord
from cdr.selectors.rates import destinations_of
from portal.queries import Written
from telephony.models import Dialable, PhoneNumber

_OWN_NAMES = Written[tuple[str, str]](
    lambda: (
        Dialable.objects.order_by()
        .exclude(extension=None)
        .values_list(Concat(Value("ext:"), "extension"), "display_name")
        .union(
            PhoneNumber.objects.order_by()
            .exclude(dialable=None)
            .exclude(dialable__display_name="")
            .values_list("e164", "dialable__display_name"),
            all=True,
        )
        .order_by()
    )
)


def own_names() -> dict[str, str]:
    """Names of the customer's own numbers (`+31…`) and extensions (`ext:101`)."""
    return dict(_OWN_NAMES.rows())


def destinations(calls: Iterable[CallRecord]) -> dict[int, str]:
    """Destinations by rate, of the rates that these calls were rated with."""
    return destinations_of(call.rate_id for call in calls)

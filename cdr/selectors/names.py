"""Names for numbers: whose line it is, and where a number is."""

from collections.abc import Iterable

from cdr.models import CallRecord
from cdr.selectors.rates import destinations_of
from telephony.models import Dialable, PhoneNumber


def own_names() -> dict[str, str]:
    """Names of the customer's own numbers (`+31…`) and extensions (`ext:101`), in two queries."""
    names = {
        f"ext:{extension}": name
        for extension, name in Dialable.objects.exclude(extension=None).values_list("extension", "display_name")
    }
    numbers = PhoneNumber.objects.exclude(dialable=None).values_list("e164", "dialable__display_name")
    return names | {e164: name for e164, name in numbers if name}


def destinations(calls: Iterable[CallRecord]) -> dict[int, str]:
    """Destinations by rate, of the rates that these calls were rated with."""
    return destinations_of(call.rate_id for call in calls)

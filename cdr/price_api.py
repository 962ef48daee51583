"""Prices as the API writes them: by the names that the columns of lists of rates have."""

from typing import Any

from rest_framework import serializers

from cdr.rates_file import CALL_TYPES
from cdr.rating.prices import Price
from portal.lib.money import euros

KINDS = {int(kind): name for name, kind in CALL_TYPES.items()}


class EuroField(serializers.DecimalField):
    """Euros ex VAT with six decimals."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_digits=16, decimal_places=6, **given)


class PriceSerializer(serializers.Serializer[Any]):
    """What calls to a prefix cost, in euros ex VAT; null off-peak: the same at all times. Steps are seconds."""

    setup = EuroField()
    minute = EuroField()
    offpeak_setup = EuroField(allow_null=True)
    offpeak_minute = EuroField(allow_null=True)
    first = serializers.IntegerField()
    step = serializers.IntegerField()


class RateSerializer(PriceSerializer):
    """A rate. Of a price of a customer's own the call type is null where it is as in the tariff."""

    prefix = serializers.CharField()
    destination = serializers.CharField()
    call_type = serializers.ChoiceField(choices=list(CALL_TYPES), allow_null=True)


def price_document(price: Price) -> dict[str, Any]:
    """A price for PriceSerializer."""
    return {
        "setup": euros(price.setup_micros),
        "minute": euros(price.minute_micros),
        "offpeak_setup": None if price.offpeak_setup_micros is None else euros(price.offpeak_setup_micros),
        "offpeak_minute": None if price.offpeak_minute_micros is None else euros(price.offpeak_minute_micros),
        "first": price.first_seconds,
        "step": price.step_seconds,
    }


def rate_document(rate: Any) -> dict[str, Any]:
    """A rate, a price of a customer's own or a line of a list, for RateSerializer."""
    return {
        **price_document(rate.price),
        "prefix": rate.prefix,
        "destination": rate.destination,
        "call_type": KINDS.get(rate.call_type or 0),
    }

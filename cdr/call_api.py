"""A call as the API tells it, wherever it stands: with the masking of the pages."""

from typing import Any

from rest_framework import serializers

from cdr.asking import Asked
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.vocabulary import SHOWN_NAMES, CallType, Direction, Leg, Product
from portal.lib.money import euros


class CallSerializer(serializers.Serializer[Any]):
    """One call. Amounts are euros ex VAT with six decimals; null while there is no tariff for the number.

    `amount` is after bundles: `covered_seconds` of the call lie in them, which takes `discount` off. A `correction` books an
    earlier call back: its duration and amount are below zero.
    """

    id = serializers.CharField()
    start = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=[direction.name.lower() for direction in Direction])
    product = serializers.ChoiceField(choices=[product.name.lower() for product in Product])
    call_type = serializers.ChoiceField(choices=SHOWN_NAMES)
    number = serializers.CharField()
    name = serializers.CharField()
    other = serializers.CharField()
    destination = serializers.CharField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=6, allow_null=True)
    discount = serializers.DecimalField(max_digits=16, decimal_places=6)
    covered_seconds = serializers.IntegerField()
    billing_period = serializers.DateField()
    correction = serializers.BooleanField()


def call_document(call: CallRecord, asked: Asked, where: dict[int, str]) -> dict[str, Any]:
    """What a call is to a program; `where` names destinations by their rate."""
    return {
        "id": calls.cursor_of(call),
        "start": call.start,
        "seconds": call.seconds,
        "direction": Direction(call.direction).name.lower(),
        "product": Product(call.product).name.lower(),
        "call_type": CallType(call.call_type).name.lower(),
        "number": call.number,
        "name": asked.names.get(call.number, ""),
        "other": asked.plain_other(call.other),
        "destination": where.get(call.rate_id, ""),
        "amount": None if call.amount is None else euros(call.amount),
        "discount": euros(call.discount),
        "covered_seconds": call.covered_seconds,
        "billing_period": call.billing_period,
        "correction": call.leg == Leg.REVERSAL,
    }

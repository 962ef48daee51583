"""What a call would cost, and why, in the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI, OperatorAPI, form_problem
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.asking import language
from cdr.cost_asking import LONGEST_SECONDS, CostAnswer, CostQuery, answer
from cdr.rating.explain import Outcome
from cdr.tariff_forms import CustomerChoice
from cdr.vocabulary import CallType
from portal.lib.money import euros

ASKED = [
    OpenApiParameter("number", OpenApiTypes.STR, required=True, description="In any spelling, as one would dial it."),
    OpenApiParameter(
        "seconds", OpenApiTypes.INT, description=f"Length of the call, 120 when left out, at most {LONGEST_SECONDS}."
    ),
    OpenApiParameter("at", OpenApiTypes.DATETIME, description="Start of the call; now when left out."),
    OpenApiParameter("own", OpenApiTypes.STR, description="The own number that calls."),
]

_TYPES = "One of " + ", ".join(kind.name.lower() for kind in CallType)


class CostStepSerializer(serializers.Serializer[Any]):
    """One step from the number to the amount, in words."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    detail = serializers.CharField()


class CallCostSerializer(serializers.Serializer[Any]):
    """The answer in words, the amount in euros ex VAT with six decimals (null when it is not known), and every step."""

    number = serializers.CharField()
    seconds = serializers.IntegerField()
    at = serializers.DateTimeField()
    answer = serializers.CharField()
    reason = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    call_type = serializers.CharField(help_text=_TYPES)
    amount = serializers.DecimalField(max_digits=16, decimal_places=6, allow_null=True)
    destination = serializers.CharField()
    tariff = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    own_price = serializers.BooleanField()
    band = serializers.ChoiceField(choices=["peak", "off_peak"], allow_null=True)
    billed_seconds = serializers.IntegerField(allow_null=True)
    setup = serializers.DecimalField(max_digits=16, decimal_places=6, allow_null=True)
    steps = CostStepSerializer(many=True)


def _body(found: CostAnswer) -> dict[str, Any]:
    explained, made = found.explained, found.explained.calculation
    return {
        "number": explained.number,
        "seconds": explained.seconds,
        "at": explained.start,
        "answer": found.answer,
        "reason": found.reason,
        "outcome": explained.outcome.value,
        "call_type": CallType(explained.call_type).name.lower(),
        "amount": None if explained.micros is None else euros(explained.micros),
        "destination": explained.rate.destination if explained.rate else "",
        "tariff": found.version.tariff.name if found.version else "",
        "valid_from": found.version.valid_from if found.version else None,
        "own_price": explained.override is not None,
        "band": made.band.value if made and made.band else None,
        "billed_seconds": made.billed_seconds if made else None,
        "setup": euros(made.setup_micros) if made else None,
        "steps": found.steps,
    }


class CallCostViewSet(CustomerAPI, viewsets.ViewSet):
    """What a call of the customer would cost, and why."""

    capability = Capability.VIEW_CALLS

    @extend_schema(operation_id="call_cost", parameters=ASKED, responses=CallCostSerializer)
    def list(self, request: Request) -> Response:
        return Response(_answer(self.customer, request))


class CustomerCallCostViewSet(OperatorAPI, viewsets.ViewSet):
    """What a call of any customer would cost, and why."""

    @extend_schema(
        operation_id="customer_call_cost",
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.STR, required=True, description="Its reference."),
            *ASKED,
        ],
        responses=CallCostSerializer,
    )
    def list(self, request: Request) -> Response:
        chosen = CustomerChoice(request.query_params)
        if not chosen.is_valid():
            raise form_problem(chosen)
        customer: Customer = chosen.cleaned_data["customer"]
        with tenant(customer):
            return Response(_answer(customer, request))


def _answer(customer: Customer, request: Request) -> Any:
    form = CostQuery(request.query_params)
    if not form.is_valid():
        raise form_problem(form)
    return CallCostSerializer(_body(answer(customer, form.question, language()))).data


routes: list[tuple[str, type[viewsets.ViewSet], str]] = [
    ("call-cost", CallCostViewSet, "call-cost"),
    ("customer-call-cost", CustomerCallCostViewSet, "customer-call-cost"),
]

"""Keeping in the API: for how long numbers are kept, and the disputes of all customers, which an operator closes."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorReads, Pages
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.disputes_api import DisputePages, DisputeSerializer
from cdr.models import Dispute
from cdr.models.retention import DEFAULT_MONTHS
from cdr.selectors import retention as selectors
from cdr.services import retention
from cdr.services.disputes import close_dispute
from portal.lib.periods import Month

LONGEST_SEARCH = 80


class KeepingTimeSerializer(serializers.Serializer[Any]):
    """For how many months after a billing period a customer's numbers of others are kept whole.

    `own` is false where nothing was agreed and the usual time holds; `masked_until` is the last period that is masked.
    """

    customer = serializers.CharField(source="reference")
    name = serializers.CharField()
    months = serializers.SerializerMethodField()
    own = serializers.SerializerMethodField()
    masked_until = serializers.SerializerMethodField()

    def get_months(self, customer: Any) -> int:
        return DEFAULT_MONTHS if customer.months is None else customer.months

    def get_own(self, customer: Any) -> bool:
        return customer.months is not None

    def get_masked_until(self, customer: Any) -> str | None:
        return str(Month.of_day(customer.masked_until)) if customer.masked_until else None


class KeepingMonthsSerializer(serializers.Serializer[Any]):
    """The months that are agreed: 1 to 84."""

    months = serializers.IntegerField(min_value=0, max_value=10_000)


@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="Part of a name or reference.")])
)
class KeepingTimesViewSet(OperatorReads, viewsets.GenericViewSet[Customer]):
    """Every customer with its time of keeping."""

    serializer_class = KeepingTimeSerializer
    pagination_class = Pages
    lookup_field = "reference"
    lookup_value_regex = "[a-z0-9-]{1,20}"
    queryset = Customer.objects.none()

    def get_queryset(self) -> QuerySet[Customer]:
        return selectors.keeping(self.request.query_params.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip())

    @extend_schema(request=KeepingMonthsSerializer, responses=KeepingTimeSerializer)
    def update(self, request: Request, reference: str) -> Response:
        """Set it; what is masked stays masked."""
        customer = Customer.objects.filter(reference=reference).first()
        if customer is None:
            raise Http404
        given = KeepingMonthsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        retention.set_keeping_time(actor=self.actor, customer=customer, months=given.validated_data["months"])
        with crossing(Crossing.OPERATE):
            return Response(self.get_serializer(selectors.keeping().get(pk=customer.pk)).data)


class CustomerDisputeSerializer(DisputeSerializer):
    """A dispute of some customer."""

    customer = serializers.CharField(source="customer.reference")

    class Meta(DisputeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("customer", *DisputeSerializer.Meta.fields)


class OutcomeSerializer(serializers.Serializer[Any]):
    """How a dispute ended; the customer reads it."""

    outcome = serializers.CharField(max_length=2000)


@extend_schema_view(
    list=extend_schema(
        parameters=[OpenApiParameter("open", OpenApiTypes.BOOL, description="Only these that are open, or closed.")]
    )
)
class CustomerDisputesViewSet(OperatorReads, viewsets.GenericViewSet[Dispute]):
    """What customers contest, newest first."""

    serializer_class = CustomerDisputeSerializer
    pagination_class = DisputePages
    lookup_value_converter = "int"
    queryset = Dispute.objects.none()

    def get_queryset(self) -> QuerySet[Dispute]:
        found = selectors.disputes().select_related("customer")
        wanted = self.request.query_params.get("open")
        if wanted not in (None, "true", "false"):
            raise exceptions.ValidationError({"open": ["true / false"]})
        return found if wanted is None else found.filter(closed_at__isnull=wanted == "true")

    @extend_schema(request=OutcomeSerializer, responses=CustomerDisputeSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **_kwargs: Any) -> Response:
        """Close it; what it held back is masked in the night. One that is closed already stays as it is."""
        with crossing(Crossing.OPERATE):
            dispute = self.get_object()
            given = OutcomeSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            close_dispute(actor=self.actor, dispute=dispute, outcome=given.validated_data["outcome"])
            return Response(self.get_serializer(self.get_object()).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("keeping-times", KeepingTimesViewSet, "keeping-times"),
    ("customer-disputes", CustomerDisputesViewSet, "customer-disputes"),
]

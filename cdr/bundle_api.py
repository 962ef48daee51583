"""Bundles in the API: how full they are for the customer, and making and ending them for the provider's operators."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI, OperatorReads, Pages, form_problem
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr import services
from cdr.bundle_forms import COVERABLE, BundleForm, numbers_of
from cdr.filters import PREVIOUS
from cdr.models import Adjustment, Bundle
from cdr.selectors import bundles as selectors
from cdr.services.bundles import FIELDS
from cdr.vocabulary import CallType
from portal.lib.money import euros
from portal.lib.periods import Month

COVERABLE_NAMES = [CallType(kind).name.lower() for kind, _label in COVERABLE]


class FillSerializer(serializers.Serializer[Any]):
    """A bundle in a billing period: of one number, or of several together. Seconds; null is without an end."""

    bundle = serializers.CharField()
    kind = serializers.ChoiceField(choices=Bundle.Kind.choices)
    numbers = serializers.ListField(child=serializers.CharField())
    used_seconds = serializers.IntegerField()
    included_seconds = serializers.IntegerField(allow_null=True)
    saved = serializers.DecimalField(max_digits=16, decimal_places=6)


class AdjustmentSerializer(serializers.Serializer[Any]):
    """What a billed period would have cost more (or less, below zero), in euros ex VAT, and on whose invoice that comes."""

    billing_period = serializers.CharField()
    into = serializers.CharField()
    reason = serializers.ChoiceField(choices=Adjustment.Reason.choices)
    amount = serializers.DecimalField(max_digits=16, decimal_places=6)


MONTH = OpenApiParameter(
    "month", OpenApiTypes.STR, description="Billing period as 2026-10, or previous; the running one if left out."
)


class CallBundlesViewSet(CustomerAPI, viewsets.ViewSet):
    """How full the customer's bundles are."""

    capability = Capability.VIEW_CALLS

    @extend_schema(parameters=[MONTH], responses=FillSerializer(many=True))
    def list(self, request: Request) -> Response:
        month = _month(request)
        rows = [
            {
                "bundle": fill.bundle.name,
                "kind": fill.bundle.kind,
                "numbers": fill.numbers,
                "used_seconds": fill.used,
                "included_seconds": fill.included,
                "saved": euros(fill.saved_micros),
            }
            for fill in selectors.fills(month)
        ]
        return Response(FillSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="call_bundles_adjustments", parameters=[MONTH], responses=AdjustmentSerializer(many=True)
    )
    @action(detail=False)
    def adjustments(self, request: Request) -> Response:
        """What changed of a billing period after its invoice."""
        month = _month(request)
        rows = [
            {
                "billing_period": str(Month.of_day(one.period)),
                "into": str(Month.of_day(one.into_period)),
                "reason": one.reason,
                "amount": euros(one.micros),
            }
            for one in selectors.adjustments(month.first_day, month.end_day)
        ]
        return Response(AdjustmentSerializer(rows, many=True).data)


def _month(request: Request) -> Month:
    typed = request.query_params.get("month")
    try:
        running = Month.of_day(timezone.localdate())
        return running.previous() if typed == PREVIOUS else Month.parse(typed) if typed else running
    except ValueError as error:
        raise exceptions.ValidationError({"month": [_("Write a month as 2026-10.")]}) from error


class BundleSerializer(serializers.ModelSerializer[Bundle]):
    """A bundle with the numbers that use it now or will."""

    customer = serializers.CharField(source="customer.reference")
    call_types = serializers.SerializerMethodField()
    numbers = serializers.SerializerMethodField()

    class Meta:
        model = Bundle
        fields = ("id", "customer", *FIELDS, "numbers")

    def get_call_types(self, bundle: Bundle) -> list[str]:
        return [CallType(kind).name.lower() for kind in bundle.call_types]

    def get_numbers(self, bundle: Bundle) -> list[str]:
        today = timezone.localdate()
        return [one.number for one in bundle.numbers.all() if one.valid_to is None or one.valid_to > today]


class NewBundleSerializer(serializers.Serializer[Any]):
    """What a new bundle is made of: as on the page, `numbers` as a list."""

    customer = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Bundle.Kind.choices)
    included_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    prefixes = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    call_types = serializers.ListField(child=serializers.ChoiceField(COVERABLE_NAMES), required=False, default=list)
    covers_setup = serializers.BooleanField(required=False, default=True)
    pro_rata = serializers.BooleanField(required=False, default=False)
    valid_from = serializers.DateField()
    numbers = serializers.ListField(child=serializers.CharField())


class PlacesSerializer(serializers.Serializer[Any]):
    """The numbers that use a bundle from a day on."""

    numbers = serializers.ListField(child=serializers.CharField())
    since = serializers.DateField()


class EndSerializer(serializers.Serializer[Any]):
    """The first day without the bundle."""

    valid_to = serializers.DateField()


class Bundles(OperatorReads, viewsets.GenericViewSet[Bundle]):
    """Bundles of all customers: list, look at one, make one, change its numbers, end it."""

    serializer_class = BundleSerializer
    pagination_class = Pages
    lookup_value_converter = "int"
    queryset = Bundle.objects.none()

    def get_queryset(self) -> QuerySet[Bundle]:
        return Bundle.objects.select_related("customer").prefetch_related("numbers")

    @extend_schema(request=NewBundleSerializer, responses={201: BundleSerializer})
    def create(self, request: Request) -> Response:
        asked = NewBundleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        form = BundleForm(
            {
                **given,
                "prefixes": " ".join(given["prefixes"]),
                "call_types": [CallType[name.upper()].value for name in given["call_types"]],
                "numbers": "\n".join(given["numbers"]),
            }
        )
        if not form.is_valid():
            raise form_problem(form)
        made = services.make_bundle(actor=self.actor, bundle=form.bundle(), numbers=form.cleaned_data["numbers"])
        return self._answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=PlacesSerializer)
    @action(detail=True, methods=["post"])
    def numbers(self, request: Request, **_kwargs: Any) -> Response:
        bundle = self._bundle()
        asked = PlacesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.set_bundle_numbers(
            actor=self.actor,
            bundle=bundle,
            numbers=_own(bundle.customer, asked.validated_data["numbers"]),
            since=asked.validated_data["since"],
        )
        return self._answer(bundle.pk)

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **_kwargs: Any) -> Response:
        bundle = self._bundle()
        asked = EndSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        valid_to: date = asked.validated_data["valid_to"]
        services.end_bundle(actor=self.actor, bundle=bundle, valid_to=valid_to)
        return self._answer(bundle.pk)

    def _bundle(self) -> Bundle:
        with crossing(Crossing.OPERATE):
            return self.get_object()

    def _answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        with crossing(Crossing.OPERATE):
            return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data, status=code)


def _own(customer: Customer, typed: list[str]) -> list[str]:
    try:
        return numbers_of(customer, "\n".join(typed))
    except Invalid as error:
        raise exceptions.ValidationError({"numbers": list(error.messages)}) from error


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("call-bundles", CallBundlesViewSet, "call-bundles"),
    ("bundles", Bundles, "bundles"),
]

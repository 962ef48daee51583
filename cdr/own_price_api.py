"""Prices that one customer pays instead of its tariff's, in the API. Many at once come in by rate-imports."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI, form_problem
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr import services
from cdr.batch_api import NewestFirst
from cdr.models import CustomerRate
from cdr.price_api import EuroField, RateSerializer, rate_document
from cdr.rates_file import MOST_SECONDS
from cdr.selectors.rates import holding
from cdr.tariff_forms import CustomerChoice, EndForm, OwnPriceForm

AMOUNTS = ("setup", "minute", "offpeak_setup", "offpeak_minute")


class OwnPriceSerializer(RateSerializer):
    """A price of a customer's own, on the days from `valid_from` until before `valid_to` (null: until further notice)."""

    id = serializers.IntegerField()
    customer = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class NewOwnPriceSerializer(serializers.Serializer[Any]):
    """A price that is agreed, in euros ex VAT. What is left out is as in the tariff, steps are of one second."""

    customer = serializers.CharField(max_length=60)
    prefix = serializers.CharField(max_length=21)
    destination = serializers.CharField(max_length=80, required=False, allow_blank=True)
    setup = EuroField()
    minute = EuroField()
    offpeak_setup = EuroField(required=False, allow_null=True)
    offpeak_minute = EuroField(required=False, allow_null=True)
    first = serializers.IntegerField(default=1, min_value=1, max_value=MOST_SECONDS)
    step = serializers.IntegerField(default=1, min_value=1, max_value=MOST_SECONDS)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)


class OwnPriceEndSerializer(serializers.Serializer[Any]):
    """The first day on which it holds no longer."""

    day = serializers.DateField()


class OwnPriceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Prices of one customer, or of one prefix."""

    customer = django_filters.ModelChoiceFilter(to_field_name="reference", queryset=Customer.objects.all())
    prefix = django_filters.CharFilter()

    class Meta:
        model = CustomerRate
        fields: ClassVar = ("customer", "prefix")


class OwnPricesViewSet(OperatorAPI, viewsets.GenericViewSet[CustomerRate]):
    """Prices of customers' own, the last agreed first; prices that were taken back before they held are left out."""

    serializer_class = OwnPriceSerializer
    filterset_class = OwnPriceFilter
    pagination_class = NewestFirst
    lookup_value_converter = "int"
    queryset = CustomerRate.objects.none()

    def get_queryset(self) -> QuerySet[CustomerRate]:
        return holding(CustomerRate.objects.select_related("customer"))

    def list(self, _request: Request) -> Response:
        with crossing(Crossing.OPERATE):
            page: list[CustomerRate] = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([_document(own) for own in page])

    def retrieve(self, _request: Request, **_kwargs: Any) -> Response:
        with crossing(Crossing.OPERATE):
            return Response(_document(self.get_object()))

    @extend_schema(request=NewOwnPriceSerializer, responses={201: OwnPriceSerializer})
    def create(self, request: Request) -> Response:
        """Agree a price. The price of its own that the prefix had ends on that day; calls that are loaded keep theirs."""
        asked = NewOwnPriceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        # The form reads amounts as people type them. With all six decimals there is one way to read them.
        amounts = {name: f"{given[name]:f}" for name in AMOUNTS if given.get(name) is not None}
        who, form = CustomerChoice(given), OwnPriceForm({**given, **amounts, "begins": given["prefix"]})
        for one in (who, form):
            if not one.is_valid():
                raise form_problem(one, {"begins": "prefix"})
        customer, line = who.cleaned_data["customer"], form.line
        services.add_own_prices(
            customer=customer,
            lines=[line],
            valid_from=form.cleaned_data["valid_from"],
            valid_to=form.cleaned_data["valid_to"],
            actor=self.actor,
        )
        with crossing(Crossing.OPERATE):
            made = self.get_queryset().filter(customer=customer, prefix=line.prefix).latest("pk")
        return Response(_document(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=OwnPriceEndSerializer, responses=OwnPriceSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **_kwargs: Any) -> Response:
        """Let it hold until before a day; on or before its first day it never holds."""
        with crossing(Crossing.OPERATE):
            price = self.get_object()
        asked = OwnPriceEndSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        form = EndForm(asked.validated_data)
        if not form.is_valid():
            raise form_problem(form)
        return Response(_document(services.end_own_price(price=price, day=form.cleaned_data["day"], actor=self.actor)))


def _document(own: CustomerRate) -> dict[str, Any]:
    document = {
        **rate_document(own),
        "id": own.pk,
        "customer": own.customer.reference,
        "valid_from": own.valid_from,
        "valid_to": own.valid_to,
    }
    return dict(OwnPriceSerializer(document).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("own-prices", OwnPricesViewSet, "own-prices")]

"""Tariffs in the API: who has them, their versions in time and the rates of these. Rates come in by rate-imports."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI, Pages, form_problem
from cdr import services
from cdr.models import Rate, Tariff, TariffVersion
from cdr.price_api import RateSerializer, rate_document
from cdr.tariff_forms import DayForm, TariffForm
from portal.lib.periods import local_day

PEAK = ("peak_first_day", "peak_last_day", "peak_from", "peak_until", "holidays_off_peak", "splits_calls")
FORM_NAMES = {"customers_with_it": "customers"}


class TariffSerializer(serializers.ModelSerializer[Tariff]):
    """A tariff. `customers` are the references of all that have it as their own; the others have the default one."""

    customers = serializers.SerializerMethodField()

    class Meta:
        model = Tariff
        fields = ("id", "name", "is_default", "customers")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_customers(self, tariff: Tariff) -> list[str]:
        return sorted(own.customer.reference for own in tariff.customers.all())


class TariffChosenSerializer(serializers.Serializer[Any]):
    """What is chosen of a tariff. What is left out of a change stays as it is; `customers` are all that have it then."""

    name = serializers.CharField(max_length=80)
    is_default = serializers.BooleanField(required=False)
    customers = serializers.ListField(child=serializers.CharField(max_length=60), required=False)


class TariffsViewSet(OperatorAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Tariff]):
    """Tariffs: list, look at one, make and change one."""

    serializer_class = TariffSerializer
    pagination_class = Pages
    lookup_value_converter = "int"
    queryset = Tariff.objects.none()

    def get_queryset(self) -> QuerySet[Tariff]:
        return Tariff.objects.prefetch_related("customers__customer")

    @extend_schema(request=TariffChosenSerializer, responses={201: TariffSerializer})
    def create(self, request: Request) -> Response:
        return Response(self._saved(Tariff(), request), status=status.HTTP_201_CREATED)

    @extend_schema(request=TariffChosenSerializer, responses=TariffSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Change it. Calls that are loaded keep their price; those without one are rated again."""
        return Response(self._saved(self.get_object(), request))

    def _saved(self, tariff: Tariff, request: Request) -> Any:
        asked = TariffChosenSerializer(data=request.data, partial=tariff.pk is not None)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        form = TariffForm(
            {
                "name": given.get("name", tariff.name),
                "is_default": given.get("is_default", tariff.is_default),
                "customers_with_it": "\n".join(given.get("customers", ())),
            },
            instance=tariff,
        )
        if not form.is_valid():
            raise form_problem(form, FORM_NAMES)
        made = services.save_tariff(
            tariff=form.save(commit=False),
            actor=self.actor,
            customers=form.cleaned_data["customers_with_it"] if "customers" in given else None,
        )
        return self.get_serializer(self.get_queryset().get(pk=made.pk)).data


class TariffVersionSerializer(serializers.ModelSerializer[TariffVersion]):
    """The rates of a tariff from a day on until before another (null: until further notice), and the peak hours they go by.

    Days of the week count from Monday, 1; `peak_until` 00:00:00 is the end of the day. `rates` is how many there are.
    """

    tariff = serializers.PrimaryKeyRelatedField[Tariff](read_only=True)
    valid_to = serializers.DateField(read_only=True, allow_null=True)
    rates = serializers.IntegerField(source="rates_count", read_only=True)

    class Meta:
        model = TariffVersion
        fields: ClassVar[tuple[str, ...]] = ("id", "tariff", "valid_from", "valid_to", *PEAK, "rates")
        read_only_fields = fields


class VersionDaySerializer(serializers.Serializer[Any]):
    """The day from which the rates hold."""

    valid_from = serializers.DateField()


class VersionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Versions of one tariff."""

    tariff = django_filters.ModelChoiceFilter(queryset=Tariff.objects.all())

    class Meta:
        model = TariffVersion
        fields = ("tariff",)


class LatestFirst(Pages):
    """What holds last comes first."""

    ordering = ("-valid_from", "-pk")  # type: ignore[assignment]


class ByPrefix(Pages):
    """In the order of the prefixes."""

    ordering = "prefix"


class TariffVersionsViewSet(
    OperatorAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[TariffVersion]
):
    """Versions of tariffs: list, look at one and its rates, move one that does not hold yet."""

    serializer_class = TariffVersionSerializer
    filterset_class = VersionFilter
    pagination_class = LatestFirst
    lookup_value_converter = "int"
    queryset = TariffVersion.objects.none()

    def get_queryset(self) -> QuerySet[TariffVersion]:
        later = TariffVersion.objects.filter(tariff=OuterRef("tariff"), valid_from__gt=OuterRef("valid_from"))
        following = later.order_by("valid_from").values("valid_from")[:1]
        return TariffVersion.objects.annotate(valid_to=Subquery(following), rates_count=Count("rates"))

    @extend_schema(request=VersionDaySerializer, responses=TariffVersionSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Let rates that do not hold yet hold from another day on."""
        version = self.get_object()
        asked = VersionDaySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        form = DayForm(asked.validated_data)
        if not form.is_valid():
            raise form_problem(form)
        services.move_version(
            version=version,
            valid_from=form.cleaned_data["valid_from"],
            actor=self.actor,
            today=local_day(timezone.now()),
        )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses=RateSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=ByPrefix, filterset_class=None)
    def rates(self, _request: Request, **_kwargs: Any) -> Response:
        """Its rates, by prefix."""
        rates: QuerySet[Any, Rate] = self.get_object().rates.all()
        page = self.paginate_queryset(rates) or []
        return self.get_paginated_response([RateSerializer(rate_document(rate)).data for rate in page])


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("tariffs", TariffsViewSet, "tariffs"),
    ("tariff-versions", TariffVersionsViewSet, "tariff-versions"),
]

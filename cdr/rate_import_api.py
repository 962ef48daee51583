"""Lists of rates in the API: sent as a CSV file, seen for what they change, then used or thrown away, as on the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, pagination, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI, form_problem
from accounts.models import Customer
from cdr import services
from cdr.batch_api import BINARY, NewestFirst
from cdr.models import RateImport, Tariff, TariffVersion
from cdr.price_api import EuroField, PriceSerializer, price_document
from cdr.rates_file import read_rates
from cdr.rating.compare import Change, Compared, counts
from cdr.selectors.imports import comparison, waiting
from cdr.tariff_api import PEAK
from cdr.tariff_forms import OwnPricesFile, RatesFor, VersionForm, problem_words
from portal.lib.money import euros

MOST_PROBLEMS = 100
NEW_IMPORT = {
    "type": "object",
    "required": ["valid_from", "rates"],
    "properties": {
        "tariff": {"type": "integer", "description": "The tariff that gets a version; or else a customer."},
        "customer": {"type": "string", "description": "Reference of the customer that gets prices of its own."},
        "valid_from": {"type": "string", "format": "date"},
        "valid_to": {"type": "string", "format": "date", "description": "Of own prices: no longer from that day on."},
        "rates": {**BINARY, "description": "The list, as CSV in UTF-8."},
        **{
            name: {"type": "string", "description": "Of a tariff's version; left out: as in its last one."}
            for name in PEAK
        },
    },
}


class RateProblemSerializer(serializers.Serializer[Any]):
    """A line of the file, counted from 1, that cannot be read, with the beginning of its text."""

    line = serializers.IntegerField()
    code = serializers.CharField()
    reason = serializers.CharField()
    text = serializers.CharField()


class RateImportSerializer(serializers.ModelSerializer[RateImport]):
    """A list that waits for a day. `lines` is how many rates it has; with `problems` it cannot be used.

    `counts` are the prefixes that it makes new, dearer, cheaper and so on against the version `against` of the tariff;
    calls to `unpriced` of them have no price then. `until` is the day of the tariff's next version, if there is one.
    """

    customer = serializers.SlugRelatedField[Customer](slug_field="reference", read_only=True)
    tariff = serializers.PrimaryKeyRelatedField[Tariff](read_only=True)
    lines = serializers.IntegerField(read_only=True)
    problems = RateProblemSerializer(many=True, read_only=True)
    problem_count = serializers.IntegerField(read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True, allow_null=True)
    unpriced = serializers.IntegerField(read_only=True)
    against = serializers.IntegerField(read_only=True, allow_null=True)
    until = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = RateImport
        fields: ClassVar[tuple[str, ...]] = (
            "id", "tariff", "customer", "file_name", "made_at", "valid_from", "valid_to", *PEAK, "lines", "problems",
            "problem_count", "counts", "unpriced", "against", "until",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: RateImport) -> dict[str, Any]:
        own = instance.customer_id is not None
        lines, problems = read_rates(instance.text, own=own)
        made = None if problems else comparison(instance, lines)
        found: dict[str, Any] = {
            "lines": len(lines),
            "problems": [
                {
                    "line": one.line,
                    "code": one.code,
                    "reason": problem_words(one, own=own),
                    "text": one.text_in(instance.text),
                }
                for one in problems[:MOST_PROBLEMS]
            ],
            "problem_count": len(problems),
            "counts": {change.value: count for change, count in counts(made.compared).items()} if made else None,
            "unpriced": sum(one.after is None for one in made.compared) if made else 0,
            "against": made.against.pk if made and made.against else None,
            "until": made.following.valid_from if made and made.following else None,
        }
        for name, value in found.items():
            setattr(instance, name, value)
        return super().to_representation(instance)


class RateChangeSerializer(serializers.Serializer[Any]):
    """What becomes of calls to a prefix. `before` and `after` are null where they have no price.

    `falls_under` is the shorter prefix that calls to one that is no longer listed go by; `difference` is how much more
    a call of three minutes costs, in euros ex VAT.
    """

    prefix = serializers.CharField()
    destination = serializers.CharField()
    change = serializers.ChoiceField(choices=[change.value for change in Change if change is not Change.SAME])
    before = PriceSerializer(allow_null=True)
    after = PriceSerializer(allow_null=True)
    falls_under = serializers.CharField(allow_blank=True)
    difference = EuroField(allow_null=True)


class UsedImportSerializer(serializers.Serializer[Any]):
    """What was made of a list: a version of the tariff, or so many own prices."""

    tariff_version = serializers.IntegerField(allow_null=True)
    own_prices = serializers.IntegerField(allow_null=True)


class SomeChanges(pagination.LimitOffsetPagination):
    """The list is compared anew for each page, so a place in it is a number."""

    default_limit = 50
    max_limit = 500


class RateImportsViewSet(
    OperatorAPI,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[RateImport],
):
    """Lists of rates for a tariff, or of a customer's own prices. Nothing holds before a list is used."""

    serializer_class = RateImportSerializer
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser, JSONParser)
    lookup_value_converter = "int"
    queryset = RateImport.objects.none()

    def get_queryset(self) -> QuerySet[RateImport]:
        return waiting(timezone.now())

    @extend_schema(request={"multipart/form-data": NEW_IMPORT}, responses={201: RateImportSerializer})
    def create(self, request: Request) -> Response:
        """Send a list; the answer says what it would change."""
        given = dict(request.data.items()) if isinstance(request.data, dict) else {}
        about = RatesFor(given)
        if not about.is_valid():
            raise form_problem(about)
        what: Tariff | Customer = about.cleaned_data["tariff"] or about.cleaned_data["customer"]
        form = self._form(what, given, request)
        if not form.is_valid():
            raise form_problem(form)
        kept = services.keep_import(
            what=what,
            file_name=form.cleaned_data["rates_name"],
            text=form.cleaned_data["rates"],
            valid_from=form.cleaned_data["valid_from"],
            valid_to=form.cleaned_data.get("valid_to"),
            hours=form.hours if isinstance(form, VersionForm) else None,
            actor=self.actor,
        )
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)

    def _form(self, what: Tariff | Customer, given: dict[str, Any], request: Request) -> VersionForm | OwnPricesFile:
        if isinstance(what, Customer):
            return OwnPricesFile(given, request.FILES)
        latest = what.versions.first() or TariffVersion()
        return VersionForm({name: getattr(latest, name) for name in PEAK} | given, request.FILES, tariff=what)

    @extend_schema(responses=RateChangeSerializer(many=True))
    @action(detail=True, pagination_class=SomeChanges)
    def changes(self, _request: Request, **_kwargs: Any) -> Response:
        """What it changes by prefix, the greatest change first; what stays as it is is left out."""
        kept = self.get_object()
        lines, problems = read_rates(kept.text, own=kept.customer_id is not None)
        found = [] if problems else comparison(kept, lines).compared
        changed = [one for one in found if one.change is not Change.SAME]
        page: list[Compared] = self.paginate_queryset(changed) or []
        return self.get_paginated_response([RateChangeSerializer(_change(one)).data for one in page])

    @extend_schema(request=OpenApiTypes.NONE, responses=UsedImportSerializer)
    @action(detail=True, methods=["post"])
    def use(self, _request: Request, **_kwargs: Any) -> Response:
        """Store what was shown. Calls that are loaded keep their price; those without one are rated again."""
        made = services.use_import(kept=self.get_object(), actor=self.actor)
        if isinstance(made, TariffVersion):
            return Response({"tariff_version": made.pk, "own_prices": None})
        return Response({"tariff_version": None, "own_prices": made})

    def perform_destroy(self, instance: RateImport) -> None:
        services.drop_import(kept=instance)


def _change(one: Compared) -> dict[str, Any]:
    return {
        "prefix": one.prefix,
        "destination": one.destination,
        "change": one.change.value,
        "before": price_document(one.before.price) if one.before else None,
        "after": price_document(one.after.price) if one.after else None,
        "falls_under": one.falls_under,
        "difference": None if one.difference is None else euros(one.difference),
    }


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("rate-imports", RateImportsViewSet, "rate-imports")]

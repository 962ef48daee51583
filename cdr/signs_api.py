"""Signs of fraud in the API: the list of the pages, one, and what people say about it."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI, OperatorReads, Pages
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr import sign_words
from cdr.api_filters import readable
from cdr.call_api import CallSerializer, call_document
from cdr.fraud.kinds import Judgement, Severity
from cdr.models import FraudSign
from cdr.selectors import names, signs
from cdr.services import fraud
from portal.lib.money import euros


class SignPages(Pages):
    ordering = "-pk"


class SignCallPages(Pages):
    ordering = ("start", "id")  # type: ignore[assignment]


class SignSerializer(serializers.ModelSerializer[FraudSign]):
    """A sign. `sentence` and `advice` are in your language, `amount` is in euros ex VAT."""

    severity = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    advice = serializers.SerializerMethodField()

    class Meta:
        model = FraudSign
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "kind",
            "severity",
            "sentence",
            "advice",
            "start",
            "end",
            "calls",
            "amount",
            "fired_at",
            "judgement",
            "note",
            "judged_at",
        )

    def get_severity(self, sign: FraudSign) -> str:
        return Severity(sign.severity).name.lower()

    def get_amount(self, sign: FraudSign) -> str:
        return str(euros(sign.micros))

    def get_sentence(self, sign: FraudSign) -> str:
        return sign_words.sentence(sign)

    def get_advice(self, sign: FraudSign) -> str:
        return sign_words.advice(sign)


class JudgeSerializer(serializers.Serializer[Any]):
    """What people say about a sign."""

    judgement = serializers.ChoiceField(choices=Judgement.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


def judged_as(view: viewsets.GenericViewSet[FraudSign]) -> QuerySet[FraudSign]:
    """The signs that a request asks for."""
    wanted = view.request.query_params.get("judgement")
    if wanted is None:
        return signs.signs()
    if wanted not in Judgement.values:
        raise exceptions.ValidationError({"judgement": [" / ".join(Judgement.values)]})
    return signs.signs().filter(judgement=wanted)


def judged(view: Any, request: Request, sign: FraudSign) -> FraudSign:
    """A sign with what a request says about it."""
    asked = JudgeSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    judgement = Judgement(asked.validated_data["judgement"])
    return fraud.judge(actor=view.actor, sign=sign, judgement=judgement, note=asked.validated_data["note"])


class FraudSignViewSet(
    CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FraudSign]
):
    """Signs of fraud in the customer's calls, newest first."""

    capability = Capability.VIEW_CALLS
    serializer_class = SignSerializer
    pagination_class = SignPages
    queryset = FraudSign.objects.none()

    def get_queryset(self) -> QuerySet[FraudSign]:
        return judged_as(self)

    @extend_schema(parameters=[OpenApiParameter("judgement", str, enum=Judgement.values)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=JudgeSerializer, responses=SignSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, pk: str | None = None) -> Response:
        """Say whether a sign was right; needs the right to change settings."""
        del pk
        if not self.actor.can(Capability.EDIT_SETTINGS):
            raise PermissionDenied
        return Response(SignSerializer(judged(self, request, self.get_object())).data)

    @extend_schema(responses=CallSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=SignCallPages)
    def calls(self, request: Request, pk: str | None = None) -> Response:
        """The calls behind a sign, the first ones first."""
        del pk
        pages = SignCallPages()
        shown = pages.paginate_queryset(signs.calls_of(self.get_object()), request, view=self) or []
        asked, where = readable(QueryDict(), self.actor), names.destinations(shown)
        return pages.get_paginated_response([CallSerializer(call_document(call, asked, where)).data for call in shown])


class CustomerSignSerializer(SignSerializer):
    """A sign in the calls of some customer."""

    customer = serializers.SlugRelatedField[Customer](slug_field="reference", read_only=True)

    class Meta(SignSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("customer", *SignSerializer.Meta.fields)


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("judgement", str, enum=Judgement.values)]))
class CustomerSignsViewSet(OperatorReads, viewsets.GenericViewSet[FraudSign]):
    """Signs of fraud in the calls of all customers, newest first."""

    serializer_class = CustomerSignSerializer
    pagination_class = SignPages
    lookup_value_converter = "int"
    queryset = FraudSign.objects.none()

    def get_queryset(self) -> QuerySet[FraudSign]:
        return judged_as(self).select_related("customer")

    @extend_schema(request=JudgeSerializer, responses=CustomerSignSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, **_kwargs: Any) -> Response:
        """Say whether a sign was right; the customer reads it."""
        with crossing(Crossing.OPERATE):
            return Response(self.get_serializer(judged(self, request, self.get_object())).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("fraud-signs", FraudSignViewSet, "fraud-signs"),
    ("customer-fraud-signs", CustomerSignsViewSet, "customer-fraud-signs"),
]

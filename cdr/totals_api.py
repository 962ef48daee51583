"""Totals of calls in the API: by number and type, number, type, month or day, as a document and as CSV."""

from enum import StrEnum
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from cdr.adding import By, Line, lines
from cdr.api_filters import FILTERS, asked_of
from cdr.asking import Asked
from cdr.call_api import CallSerializer, call_document
from cdr.exporting.totals import totals_file
from cdr.selectors import calls, names
from cdr.selectors.calls import MOST_DEAR, Sums
from cdr.vocabulary import SHOWN_NAMES, CallType
from portal.lib.csvsafe import CsvForm
from portal.lib.money import euros

BY = OpenApiParameter(
    "by",
    OpenApiTypes.STR,
    enum=list(By),
    description="How calls are added up; by own number and type when it is left out. Days and months are those of the start.",
)
FORM = OpenApiParameter(
    "form", OpenApiTypes.STR, enum=list(CsvForm), description="dutch: for Dutch Excel; iso (usual): for programs."
)


class SumsSerializer(serializers.Serializer[Any]):
    """Sums of calls: `amount` in euros ex VAT after bundles, `unrated` how many have no price yet."""

    calls = serializers.IntegerField()
    seconds = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=6)
    unrated = serializers.IntegerField()


class TotalSerializer(SumsSerializer):
    """Sums of one own number, call type, month or day: it has what `by` tells apart, and not the others."""

    number = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    call_type = serializers.ChoiceField(choices=SHOWN_NAMES, required=False)
    month = serializers.CharField(required=False, help_text="Such as 2026-10.")
    day = serializers.DateField(required=False)


class TotalsSerializer(SumsSerializer):
    """The sums of a selection, which equal the sums of its calls."""

    first_day = serializers.DateField()
    last_day = serializers.DateField()
    results = TotalSerializer(many=True)


class CallTotalsViewSet(CustomerAPI, viewsets.ViewSet):
    """The sums of the customer's calls."""

    capability = Capability.VIEW_CALLS

    @extend_schema(operation_id="call_totals", parameters=[*FILTERS, BY], responses=TotalsSerializer(many=False))
    def list(self, request: Request) -> Response:
        """What the filters select, added up. What has no calls has no row."""
        asked = asked_of(self, request)
        found = lines(asked.selection, _chosen(request, "by", By, By.NUMBER_AND_TYPE))
        body = {
            "first_day": asked.selection.first,
            "last_day": asked.last_day,
            **_sums(calls.add_up(line.sums for line in found)),
            "results": [_line(line, asked) for line in found],
        }
        return Response(TotalsSerializer(body).data)

    @extend_schema(operation_id="call_totals_dearest", parameters=FILTERS, responses=CallSerializer(many=True))
    @action(detail=False, methods=["get"])
    def dearest(self, request: Request) -> Response:
        """The dearest calls of the selection after bundles, as the page shows them; without those that were booked back."""
        asked = asked_of(self, request)
        days = calls.by_day(asked.selection)
        found = calls.dearest_calls(asked.selection, days, most=MOST_DEAR)
        where = names.destinations(found)
        return Response(CallSerializer([call_document(call, asked, where) for call in found], many=True).data)

    @extend_schema(
        operation_id="call_totals_export",
        parameters=[*FILTERS, BY, FORM],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> HttpResponse:
        """The same rows as CSV; the Dutch form ends with a total line."""
        return totals_file(
            customer=self.customer,
            asked=asked_of(self, request),
            by=_chosen(request, "by", By, By.NUMBER_AND_TYPE),
            form=_chosen(request, "form", CsvForm, CsvForm.ISO),
        )


def _chosen[C: StrEnum](request: Request, name: str, choices: type[C], usual: C) -> C:
    typed = request.query_params.get(name) or usual.value
    if typed not in choices:
        raise exceptions.ValidationError({name: [" / ".join(choices)]})
    return choices(typed)


def _sums(sums: Sums) -> dict[str, Any]:
    return {"calls": sums.calls, "seconds": sums.seconds, "amount": euros(sums.micros), "unrated": sums.unrated}


def _line(line: Line, asked: Asked) -> dict[str, Any]:
    document = _sums(line.sums)
    if line.number is not None:
        document |= {"number": line.number, "name": asked.names.get(line.number, "")}
    if line.kind is not None:
        document["call_type"] = CallType(line.kind).name.lower()
    if line.month is not None:
        document["month"] = str(line.month)
    if line.day is not None:
        document["day"] = line.day
    return document


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("call-totals", CallTotalsViewSet, "call-totals")]

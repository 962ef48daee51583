"""Calls without a price in the API, for the provider's operators."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI
from accounts.tenancy import Crossing, crossing
from cdr.selectors.unrated import Waiting, queue
from cdr.services.rerating import rate_again
from cdr.unrated_words import REASONS


class UnratedExampleSerializer(serializers.Serializer[Any]):
    """The newest call of a group."""

    start = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    number = serializers.CharField()
    other = serializers.CharField()


class UnratedGroupSerializer(serializers.Serializer[Any]):
    """Calls with one reason to one destination; `priced` says that the example has a price by now and waits to be rated."""

    reason = serializers.ChoiceField(choices=[reason.value for reason in REASONS])
    prefix = serializers.CharField()
    calls = serializers.IntegerField()
    priced = serializers.BooleanField()
    example = UnratedExampleSerializer()


class UnratedMonthSerializer(serializers.Serializer[Any]):
    """Calls of one customer that started in one month. The groups are those of the newest `looked_at` calls."""

    customer = serializers.CharField()
    month = serializers.CharField()
    tariff = serializers.CharField(allow_null=True)
    calls = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    groups = UnratedGroupSerializer(many=True)


class UnratedCallsSerializer(serializers.Serializer[Any]):
    """A page of customers' months, most calls first. `calls` counts those of all pages; `next` is the `after` of the next one."""

    calls = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True)
    results = UnratedMonthSerializer(many=True)


def _document(waiting: Waiting) -> dict[str, Any]:
    return {
        "customer": waiting.customer.reference,
        "month": str(waiting.month.month),
        "tariff": waiting.tariff.name if waiting.tariff else None,
        "calls": waiting.calls,
        "looked_at": waiting.read,
        "groups": [
            {
                "reason": group.reason.value,
                "prefix": group.prefix,
                "calls": group.calls,
                "priced": group.priced,
                "example": group.example,
            }
            for group in waiting.groups
        ],
    }


def _place(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise exceptions.ValidationError({"after": ["?"]})
    return int(typed)


class UnratedCallsViewSet(OperatorAPI, viewsets.ViewSet):
    """Calls of all customers that have no price yet, and why."""

    @extend_schema(
        operation_id="unrated_calls",
        parameters=[OpenApiParameter("after", OpenApiTypes.INT, description="The `next` of the page before.")],
        responses=UnratedCallsSerializer(many=False),
    )
    def list(self, request: Request) -> Response:
        after = _place(request.query_params.get("after") or "0")
        with crossing(Crossing.OPERATE):
            found = queue(after)
        body = {"calls": found.calls, "next": found.after, "results": [_document(one) for one in found.waiting]}
        return Response(UnratedCallsSerializer(body).data)

    @extend_schema(operation_id="unrated_calls_rate", request=None, responses={204: None})
    @action(detail=False, methods=["post"])
    def rate(self, _request: Request) -> Response:
        """Let a worker rate all of them again."""
        rate_again(actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("unrated-calls", UnratedCallsViewSet, "unrated-calls")]

"""Rejected rows in the API: what waits, for which reason, loading it again and dismissing it."""

from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI
from cdr.batch_api import BatchSerializer
from cdr.models import Source
from cdr.reject_files import rows_file
from cdr.reject_words import words_of
from cdr.selectors import rejects as waiting
from cdr.services import rejects as services


class RejectGroupSerializer(serializers.Serializer[Any]):
    """The open rows of one source that were rejected for one reason. `upto` says to which row it counts them."""

    source_name = serializers.CharField()
    reason = serializers.CharField()
    title = serializers.CharField()
    rows = serializers.IntegerField()
    oldest = serializers.DateTimeField()
    newest = serializers.DateTimeField()
    example = serializers.CharField()
    upto = serializers.IntegerField()


class _Group(serializers.Serializer[Any]):
    """Which group is meant."""

    source_name = serializers.SlugRelatedField(slug_field="name", queryset=Source.objects.all())
    reason = serializers.CharField(max_length=40)


class RejectsAgainSerializer(_Group):
    """The rows to load again."""


class RejectsDismissSerializer(_Group):
    """The rows that need nobody's attention, up to the one that was seen, and why."""

    upto = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    why = serializers.CharField(max_length=200)


class DismissedSerializer(serializers.Serializer[Any]):
    """How many rows were dismissed."""

    rows = serializers.IntegerField()


class CallRejectsViewSet(OperatorAPI, viewsets.ViewSet):
    """Rows of deliveries that could not be loaded and wait, most first."""

    @extend_schema(operation_id="call_rejects", responses=RejectGroupSerializer(many=True))
    def list(self, _request: Request) -> Response:
        return Response([RejectGroupSerializer(_document(group)).data for group in waiting.groups()])

    @extend_schema(
        operation_id="call_rejects_rows",
        parameters=[OpenApiParameter(name, OpenApiTypes.STR, required=True) for name in ("source_name", "reason")],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    @action(detail=False, methods=["get"])
    def rows(self, request: Request) -> HttpResponse:
        """The rows of a group as they were delivered, below the line that names their columns."""
        given = _Group(data=request.query_params)
        given.is_valid(raise_exception=True)
        file = rows_file(given.validated_data["source_name"], given.validated_data["reason"])
        if file is None:
            raise Http404
        return file

    @extend_schema(
        operation_id="call_rejects_again", request=RejectsAgainSerializer, responses=BatchSerializer(many=True)
    )
    @action(detail=False, methods=["post"])
    def again(self, request: Request) -> Response:
        """Load the rows again, once their cause is mended: as deliveries of their own, mostly one."""
        given = RejectsAgainSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        source, reason = given.validated_data["source_name"], given.validated_data["reason"]
        made = services.load_again(source=source, reason=reason, actor=self.actor)
        return Response(BatchSerializer(made, many=True).data)

    @extend_schema(operation_id="call_rejects_dismiss", request=RejectsDismissSerializer, responses=DismissedSerializer)
    @action(detail=False, methods=["post"])
    def dismiss(self, request: Request) -> Response:
        """Say that the rows need nobody's attention."""
        given = RejectsDismissSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        about = dict(given.validated_data)
        rows = services.dismiss(source=about.pop("source_name"), actor=self.actor, **about)
        return Response({"rows": rows}, status=status.HTTP_200_OK)


def _document(group: waiting.Group) -> dict[str, Any]:
    return {
        "source_name": group.source.name,
        "reason": group.reason,
        "title": words_of(group.reason).title,
        "rows": group.count,
        "oldest": group.oldest,
        "newest": group.newest,
        "example": group.example.raw,
        "upto": group.last,
    }


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("call-rejects", CallRejectsViewSet, "call-rejects")]

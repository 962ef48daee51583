"""Feeds in the API: how each source of calls is now, and gaps that will never be filled."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI
from cdr.models import FeedAlarm, Source
from cdr.selectors import monitor
from cdr.selectors.monitor import Feed
from cdr.services.monitor import know_gap


class GapSerializer(serializers.Serializer[Any]):
    """Numbers of files that are missing, both ends counted in."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()


class FeedAlarmSerializer(serializers.Serializer[Any]):
    """What is wrong now. `first` and `last` are those of the gap, 0 for other kinds."""

    kind = serializers.ChoiceField(choices=FeedAlarm.Kind.values)
    since = serializers.DateTimeField()
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class FeedSerializer(serializers.Serializer[Any]):
    """A source and how it is. `read` and `rejected` are the rows of the last seven days, `open_rejects` wait for mending."""

    name = serializers.CharField()
    dialect = serializers.CharField()
    last_file = serializers.CharField(allow_null=True)
    last_file_at = serializers.DateTimeField(allow_null=True)
    newest_call = serializers.DateTimeField(allow_null=True)
    expected_minutes = serializers.IntegerField(allow_null=True)
    late = serializers.BooleanField()
    read = serializers.IntegerField()
    rejected = serializers.IntegerField()
    open_rejects = serializers.IntegerField()
    gaps = GapSerializer(many=True)
    alarms = FeedAlarmSerializer(many=True)


class CallFeedsViewSet(OperatorAPI, viewsets.ViewSet):
    """The sources of calls, by name."""

    lookup_value_regex = "[a-z0-9-]{1,40}"

    @extend_schema(operation_id="call_feeds", responses=FeedSerializer(many=True))
    def list(self, _request: Request) -> Response:
        return Response([FeedSerializer(_document(feed)).data for feed in monitor.feeds(timezone.now())])

    @extend_schema(
        operation_id="call_feeds_gap_known",
        request=GapSerializer,
        responses={204: None},
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, "path", description="Name of the source.")],
    )
    @action(detail=True, methods=["post"], url_path="gap-known", url_name="gap-known")
    def gap_known(self, request: Request, pk: str) -> Response:
        """Say that these files will never come; their alarm closes."""
        source = get_object_or_404(Source, name=pk)
        given = GapSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        know_gap(source=source, actor=self.actor, **given.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _document(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.source.name,
        "dialect": feed.source.dialect,
        "last_file": feed.last.file_name if feed.last else None,
        "last_file_at": feed.last.started_at if feed.last else None,
        "newest_call": feed.newest_call,
        "expected_minutes": feed.source.expected_minutes,
        "late": feed.is_late,
        "read": feed.read,
        "rejected": feed.rejected,
        "open_rejects": feed.waiting,
        "gaps": [{"first": first, "last": last} for first, last in feed.gaps],
        "alarms": [
            {"kind": alarm.kind, "since": alarm.opened_at, "first": alarm.first, "last": alarm.last}
            for alarm in feed.alarms
        ],
    }


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("call-feeds", CallFeedsViewSet, "call-feeds")]

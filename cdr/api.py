"""Calls in the API: the selection, the masking and the hidden numbers of the pages."""

from typing import Any

from django.http import Http404, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from cdr import (
    batch_api,
    bundle_api,
    cost_api,
    export_api,
    feed_api,
    limit_api,
    own_price_api,
    partner_limit_api,
    rate_import_api,
    reject_api,
    retention_api,
    saved_api,
    signs_api,
    source_api,
    tariff_api,
    threshold_api,
    totals_api,
    unrated_api,
)
from cdr.api_filters import FILTERS, asked_of, text
from cdr.call_api import CallSerializer, call_document
from cdr.disputes_api import DisputeViewSet
from cdr.selectors import calls, names
from cdr.story_api import StorySerializer, story

MOST = 500
USUAL = 50


PAGING = [
    text("after", "Cursor of the page that follows, as `next` holds it."),
    text("before", "Cursor of the page before, as `previous` holds it."),
    OpenApiParameter("page_size", OpenApiTypes.INT, description=f"At most {MOST}."),
]


class CallStorySerializer(CallSerializer):
    """One call with its story."""

    story = StorySerializer()


class CallPageSerializer(serializers.Serializer[Any]):
    """A page of calls, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CallSerializer(many=True)


def _link(request: Request, name: str, cursor: str) -> str | None:
    if not cursor:
        return None
    query: QueryDict = request.query_params.copy()
    for other in ("after", "before"):
        query.pop(other, None)
    query[name] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _size(typed: str) -> int:
    # The length first: thousands of digits are no number to Python.
    if not (len(typed) < 10 and typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST):
        raise exceptions.ValidationError({"page_size": [f"1 … {MOST}"]})
    return int(typed)


class CallViewSet(CustomerAPI, viewsets.ViewSet):
    """The calls of the customer."""

    capability = Capability.VIEW_CALLS

    @extend_schema(operation_id="calls_list", parameters=[*FILTERS, *PAGING], responses=CallPageSerializer)
    def list(self, request: Request) -> Response:
        asked = asked_of(self, request)
        size = _size(request.query_params.get("page_size") or str(USUAL))
        after, before = request.query_params.get("after") or "", request.query_params.get("before") or ""
        for name, cursor in (("after", after), ("before", before)):
            if cursor and calls.place_of(cursor) is None:
                raise exceptions.ValidationError({name: ["?"]})
        page = calls.page(asked.selection, after=after, before=before, size=size)
        where = names.destinations(page.calls)
        body = {
            "next": _link(request, "after", page.after),
            "previous": _link(request, "before", page.before),
            "results": [call_document(call, asked, where) for call in page.calls],
        }
        return Response(CallPageSerializer(body).data)

    @extend_schema(
        operation_id="calls_retrieve",
        responses=CallStorySerializer,
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, "path")],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        place = calls.place_of(pk)
        call = calls.call_at(*place) if place else None
        if call is None:
            raise Http404
        asked = asked_of(self, request)
        document = call_document(call, asked, names.destinations([call])) | {"story": story(call, asked)}
        return Response(CallStorySerializer(document).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    *batch_api.routes,  # before calls, which would take the word for the id of a call
    *export_api.routes,
    ("calls", CallViewSet, "calls"),
    *totals_api.routes,
    *signs_api.routes,
    ("disputes", DisputeViewSet, "disputes"),
    *cost_api.routes,
    *limit_api.routes,
    *partner_limit_api.routes,
    *bundle_api.routes,
    *saved_api.routes,
    *unrated_api.routes,
    *source_api.routes,
    *feed_api.routes,
    *tariff_api.routes,
    *rate_import_api.routes,
    *own_price_api.routes,
    *reject_api.routes,
    *threshold_api.routes,
    *retention_api.routes,
]

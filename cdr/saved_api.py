"""Saved filters in the API: those of the person whose key it is."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from cdr.api_filters import readable
from cdr.filters import saved_query
from cdr.models import SavedFilter
from cdr.models.saved import LONGEST_NAME, LONGEST_QUERY
from cdr.selectors.saved import saved_filters
from cdr.services import keep_filter, remove_filter, rename_filter


class SavedFilterSerializer(serializers.Serializer[Any]):
    """`query` is what stands in the address of the calls, such as `month=previous&type=3&cost_min=0.50`: without a period it
    means the running one, whichever that is by then.
    """

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=LONGEST_NAME)
    query = serializers.CharField(max_length=LONGEST_QUERY)


class SavedFilterNameSerializer(serializers.Serializer[Any]):
    """Another name."""

    name = serializers.CharField(max_length=LONGEST_NAME)


class SavedFilterViewSet(
    CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[SavedFilter]
):
    """Filters of calls that you save under a name, at most 20; nobody else sees them."""

    capability = Capability.VIEW_CALLS
    serializer_class = SavedFilterSerializer
    queryset = SavedFilter.objects.none()

    def get_queryset(self) -> QuerySet[SavedFilter]:
        return saved_filters(self.actor)

    @extend_schema(request=SavedFilterSerializer, responses={201: SavedFilterSerializer})
    def create(self, request: Request) -> Response:
        """Save filters under a name."""
        given = SavedFilterSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        query = QueryDict(given.validated_data["query"])
        readable(query, self.actor)
        kept = keep_filter(
            actor=self.actor, customer=self.customer, name=given.validated_data["name"], query=saved_query(query)
        )
        return Response(SavedFilterSerializer(kept).data, status=201)

    @extend_schema(request=SavedFilterNameSerializer, responses=SavedFilterSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Give a saved filter another name."""
        del pk
        given = SavedFilterNameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        kept = rename_filter(actor=self.actor, kept=self.get_object(), name=given.validated_data["name"])
        return Response(SavedFilterSerializer(kept).data)

    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Remove a saved filter."""
        del request, pk
        remove_filter(actor=self.actor, kept=self.get_object())
        return Response(status=204)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("saved-filters", SavedFilterViewSet, "saved-filters")]

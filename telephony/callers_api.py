"""Callers that a line refuses, in the API: lists below the line whose they are."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Actor
from telephony import schedule_selectors, selectors, services
from telephony.callers import Pattern, read_pattern
from telephony.models import CallerFilter, Schedule


@extend_schema_field(OpenApiTypes.STR)
class PatternField(serializers.Field[Any, Any, Any, Any]):
    """A number in any spelling, or the beginning of some with a star (`+49*`); read as `+31201234567` or `+49*`."""

    default_error_messages = {"no_number": _("This is no phone number and no beginning of one such as +49*.")}

    def to_internal_value(self, data: Any) -> Pattern:
        pattern = read_pattern(data) if isinstance(data, str) else None
        if pattern is None:
            self.fail("no_number")
        return pattern

    def to_representation(self, value: Pattern) -> str:
        return f"{value.digits}*" if value.is_prefix else value.digits


class CallerFilterSerializer(serializers.Serializer[CallerFilter]):
    """Callers that a line refuses; without a schedule always."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=60)
    schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.none(), allow_null=True, default=None)
    numbers = serializers.ListField(child=PatternField(), max_length=500)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if not self.read_only and hasattr(fields["schedule"], "queryset"):
            fields["schedule"].queryset = schedule_selectors.schedules()
        return fields

    def to_representation(self, instance: CallerFilter) -> dict[str, Any]:
        patterns = [PatternField().to_representation(number.pattern()) for number in instance.numbers.all()]
        return {"id": instance.pk, "name": instance.name, "schedule": instance.schedule_id, "numbers": patterns}


class RefusedCallersAPI(viewsets.GenericViewSet[Any]):
    """The lists of one line; mixed into what finds the lines that somebody may set."""

    actor: Actor

    @extend_schema(summary="Callers that the line refuses", responses=CallerFilterSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="refused-callers")
    def refused_callers(self, request: Request, **_: Any) -> Response:  # noqa: ARG002 - the router's signature
        """Every list with its numbers."""
        found = selectors.caller_filters(self.get_object())
        return Response([CallerFilterSerializer(row).data for row in found])

    @extend_schema(
        summary="Refuse more callers", request=CallerFilterSerializer, responses={201: CallerFilterSerializer}
    )
    @refused_callers.mapping.post
    def refuse_callers(self, request: Request, **_: Any) -> Response:
        """Make a list."""
        return self._set_callers(request, None, status.HTTP_201_CREATED)

    @extend_schema(summary="Change a list", request=CallerFilterSerializer, responses=CallerFilterSerializer)
    @action(detail=True, methods=["put"], url_path=r"refused-callers/(?P<list_id>[0-9]{1,18})")
    def refused_list(self, request: Request, list_id: str, **_: Any) -> Response:
        """The whole list as it becomes."""
        return self._set_callers(request, self._list(list_id), status.HTTP_200_OK)

    @extend_schema(summary="Let the callers of a list through", responses={204: None})
    @refused_list.mapping.delete
    def remove_list(self, request: Request, list_id: str, **_: Any) -> Response:  # noqa: ARG002
        """The list is gone."""
        services.remove_caller_filter(actor=self.actor, caller_filter=self._list(list_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _list(self, list_id: str) -> CallerFilter:
        return get_object_or_404(selectors.caller_filters(self.get_object()), pk=list_id)

    def _set_callers(self, request: Request, found: CallerFilter | None, code: int) -> Response:
        given = CallerFilterSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = services.set_caller_filter(
            actor=self.actor,
            line=self.get_object(),
            name=given.validated_data["name"],
            schedule=given.validated_data["schedule"],
            patterns=given.validated_data["numbers"],
            caller_filter=found,
        )
        return Response(CallerFilterSerializer(row).data, status=code)

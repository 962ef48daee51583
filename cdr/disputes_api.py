"""Disputes in the API: what is contested, and contesting a billing period or a call."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI, Pages
from cdr.models import CallRecord, Dispute
from cdr.selectors import calls, retention
from cdr.services.disputes import open_dispute
from portal.lib.periods import Month


class DisputePages(Pages):
    ordering = "-pk"


class DisputeSerializer(serializers.ModelSerializer[Dispute]):
    """A dispute; `call` is the id of the contested call, null where the whole billing period is contested."""

    billing_period = serializers.SerializerMethodField()
    call = serializers.SerializerMethodField()

    class Meta:
        model = Dispute
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "billing_period",
            "call",
            "reason",
            "opened_at",
            "closed_at",
            "outcome",
        )

    def get_billing_period(self, dispute: Dispute) -> str:
        return str(Month.of_day(dispute.billing_period))

    def get_call(self, dispute: Dispute) -> str | None:
        if dispute.call_start is None or dispute.call_id is None:
            return None
        return calls.cursor_of(CallRecord(start=dispute.call_start, id=dispute.call_id))


class NewDisputeSerializer(serializers.Serializer[Any]):
    """Either `billing_period`, such as 2026-10, or `call`, the id of a call."""

    billing_period = serializers.CharField(required=False)
    call = serializers.CharField(required=False)
    reason = serializers.CharField(max_length=2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("billing_period" in attrs) == ("call" in attrs):
            raise exceptions.ValidationError({"call": [_("Name either a call or a billing period.")]})
        return attrs


class DisputeViewSet(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Dispute]):
    """What the customer contests, newest first."""

    capability = Capability.VIEW_INVOICES
    serializer_class = DisputeSerializer
    pagination_class = DisputePages
    queryset = Dispute.objects.none()

    def get_queryset(self) -> QuerySet[Dispute]:
        return retention.disputes()

    @extend_schema(request=NewDisputeSerializer, responses={201: DisputeSerializer})
    def create(self, request: Request) -> Response:
        """Contest a billing period or a call; what is contested is not masked until the dispute is closed."""
        asked = NewDisputeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        about: dict[str, Any] = (
            {"call": self._call(given["call"])}
            if "call" in given
            else {"period": self._period(given["billing_period"])}
        )
        made = open_dispute(actor=self.actor, customer=self.customer, reason=given["reason"], **about)
        return Response(DisputeSerializer(made).data, status=status.HTTP_201_CREATED)

    def _call(self, typed: str) -> CallRecord:
        place = calls.place_of(typed)
        found = calls.call_at(*place) if place else None
        if found is None:
            raise exceptions.ValidationError({"call": [_("There is no such call.")]})
        return found

    def _period(self, typed: str) -> date:
        known = {str(Month.of_day(day)): day for day in calls.billing_periods()}
        if typed not in known:
            raise exceptions.ValidationError(
                {
                    "billing_period": [
                        _("There are no calls and no invoice in this billing period. Write it as 2026-10.")
                    ]
                }
            )
        return known[typed]

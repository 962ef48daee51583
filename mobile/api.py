"""Mobile subscriptions and their usage in the API, on the selectors and filters of the pages. Amounts are decimal euros."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from mobile import selectors
from mobile.filters import SubscriptionFilter
from mobile.models import MobileSubscription
from mobile.usage import MemberState
from portal.lib.money import euros
from portal.lib.periods import Month


class SubscriptionSerializer(serializers.ModelSerializer[MobileSubscription]):
    """A subscription; bundles of its own in bytes, seconds and pieces. SIM and PUK codes are not in the API."""

    class Meta:
        model = MobileSubscription
        fields = (
            "id",
            "msisdn",
            "type",
            "plan",
            "employee",
            "label",
            "active_since",
            "ended_on",
            "sim",
            "data_bundle",
            "voice_bundle",
            "sms_bundle",
        )


class BundleUseSerializer(serializers.Serializer[Any]):
    """Use of a bundle in base units; `standing` is within, above_share, over or no_bundle."""

    used = serializers.IntegerField()
    share = serializers.IntegerField()
    outside = serializers.IntegerField()
    standing = serializers.CharField()


class UsageRowSerializer(serializers.Serializer[Any]):
    """One subscription in a month."""

    subscription = serializers.IntegerField()
    msisdn = serializers.CharField()
    data_use = BundleUseSerializer()
    voice_use = BundleUseSerializer()
    outside = serializers.DecimalField(max_digits=19, decimal_places=6)


class GroupUseSerializer(serializers.Serializer[Any]):
    """A group bundle in a month, in base units."""

    name = serializers.CharField()
    kind = serializers.CharField()
    size = serializers.IntegerField()
    used = serializers.IntegerField()
    full_at = serializers.DateTimeField(allow_null=True)


class UsageSerializer(serializers.Serializer[Any]):
    """A month of mobile; `as_of` is the moment of the latest counter."""

    month = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    outside = serializers.DecimalField(max_digits=19, decimal_places=6)
    groups = GroupUseSerializer(many=True)
    subscriptions = UsageRowSerializer(many=True)


class Subscriptions(CustomerAPI, viewsets.ReadOnlyModelViewSet[MobileSubscription]):
    """Mobile subscriptions; ended ones only with `ended=true`."""

    capability = Capability.VIEW_MOBILE
    serializer_class = SubscriptionSerializer
    filterset_class = SubscriptionFilter
    queryset = MobileSubscription.objects.none()

    def get_queryset(self) -> QuerySet[MobileSubscription]:
        return selectors.subscriptions()


class MobileUsage(CustomerAPI, viewsets.ViewSet):
    """Usage of a month, by group bundle and subscription."""

    capability = Capability.VIEW_MOBILE

    @extend_schema(
        parameters=[OpenApiParameter("month", str, description="2026-10; without it the current month")],
        responses=UsageSerializer(many=False),
        operation_id="mobile_usage",
    )
    def list(self, request: Request) -> Response:
        found = selectors.overview(_month(request.query_params.get("month", "")))
        document = {
            "month": str(found.month),
            "as_of": found.as_of,
            "outside": euros(found.outside),
            "groups": [
                {
                    "name": one.bundle.name,
                    "kind": one.bundle.kind,
                    "size": one.state.size,
                    "used": one.state.used,
                    "full_at": one.forecast.full_at if one.forecast else None,
                }
                for one in found.groups
            ],
            "subscriptions": [
                {
                    "subscription": row.subscription.pk,
                    "msisdn": row.subscription.msisdn,
                    "data_use": _use(row.data),
                    "voice_use": _use(row.voice),
                    "outside": euros(row.outside),
                }
                for row in found.rows
            ],
        }
        return Response(UsageSerializer(document).data)


def _month(typed: str) -> Month:
    if not typed:
        return Month.of(timezone.now())
    try:
        return Month.parse(typed)
    except ValueError as error:
        raise exceptions.ValidationError({"month": [str(error)]}) from error


def _use(state: MemberState) -> dict[str, object]:
    return {"used": state.used, "share": state.share, "outside": state.outside, "standing": state.standing.value}


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("mobile/subscriptions", Subscriptions, "mobile-subscriptions"),
    ("mobile/usage", MobileUsage, "mobile-usage"),
]

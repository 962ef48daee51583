"""A partner's default limit in the API: that of those of its customers that chose none of their own."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import PartnerAPI
from accounts.models import Partner
from cdr import services
from cdr.selectors import limits as selectors
from portal.lib.money import euros, micros


def _limit(**given: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=6, allow_null=True, **given)


class PartnerLimitSerializer(serializers.Serializer[Any]):
    """The default of one partner: euros ex VAT per customer and billing period. Null and 0 are none, and stay apart.

    `customers` is how many have no limit of their own, so that it holds for them.
    """

    id = serializers.IntegerField()
    name = serializers.CharField()
    limit = _limit()
    customers = serializers.IntegerField()


class PartnerLimitChosenSerializer(serializers.Serializer[Any]):
    """What a partner chooses."""

    limit = _limit(min_value=0)


class PartnerLimitsViewSet(PartnerAPI, viewsets.ViewSet):
    """The default limit of each partner that the user works for."""

    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(operation_id="partner_limits", responses=PartnerLimitSerializer(many=True))
    def list(self, _request: Request) -> Response:
        return Response([_document(partner) for partner in self._partners().values()])

    @extend_schema(
        operation_id="partner_limits_change",
        request=PartnerLimitChosenSerializer,
        responses=PartnerLimitSerializer,
        parameters=[OpenApiParameter("id", OpenApiTypes.INT, "path", description="The partner.")],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Choose it; that takes the right to change settings."""
        partner = self._partners().get(int(pk))
        if partner is None:
            raise Http404
        given = PartnerLimitChosenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        limit = given.validated_data["limit"]
        amount = None if limit is None else micros(limit)
        services.set_partner_limit(actor=self.actor, partner=partner, micros=amount, now=timezone.now())
        return Response(_document(partner))

    def _partners(self) -> dict[int, Partner]:
        return {place.partner.pk: place.partner for place in self.memberships if place.partner is not None}


def _document(partner: Partner) -> dict[str, Any]:
    kept = selectors.partner_limit(partner.pk)
    amount = kept.amount_micros if kept else None
    document = {
        "id": partner.pk,
        "name": partner.name,
        "limit": None if amount is None else euros(amount),
        "customers": selectors.following(partner),
    }
    return dict(PartnerLimitSerializer(document).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("partner-limits", PartnerLimitsViewSet, "partner-limits"),
]

"""Thresholds of signs of fraud in the API: from which size each kind is raised, tried before it is saved."""

from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI
from accounts.errors import Refusal
from accounts.tenancy import Crossing, crossing
from cdr.fraud.kinds import SignKind
from cdr.fraud.thresholds import DEFAULTS, Threshold
from cdr.selectors import signs as selectors
from cdr.services import fraud
from portal.lib.money import euros, micros

MEASURES = {"calls": "calls", "amount": "micros", "factor": "factor", "alike": "alike"}
MOST = 1_000_000
KIND = OpenApiParameter("id", OpenApiTypes.STR, "path", enum=SignKind.values)


def _count(most: int = MOST) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=most)


class TrialSerializer(serializers.Serializer[Any]):
    """What a threshold would have raised in the last 30 days, and what was said about it; `precision` is the percentage
    of the judged that were right, null while none is judged.
    """

    raised = serializers.IntegerField()
    right = serializers.IntegerField()
    false_alarms = serializers.IntegerField()
    open = serializers.IntegerField()
    precision = serializers.IntegerField(allow_null=True)


class ThresholdChosenSerializer(serializers.Serializer[Any]):
    """From which size a sign is raised: so many `calls` or an `amount` in euros, and `factor` times the usual, and `alike`
    percent of equal durations. Null: that is not looked at. What is left out stays as it is.
    """

    on = serializers.BooleanField(required=False)
    calls = _count()
    amount = serializers.DecimalField(
        max_digits=16, decimal_places=6, required=False, allow_null=True, min_value=0, max_value=MOST
    )
    factor = _count()
    alike = _count(100)


class ThresholdSerializer(ThresholdChosenSerializer):
    """The threshold of one kind, with what it would have raised. `measures` are those that the kind looks at."""

    kind = serializers.ChoiceField(choices=SignKind.values)
    title = serializers.CharField()
    measures = serializers.ListField(child=serializers.CharField())
    last_30_days = TrialSerializer()


class FraudThresholdsViewSet(OperatorAPI, viewsets.ViewSet):
    """From which size signs of fraud are raised, by kind."""

    lookup_value_regex = "[a-z_]{1,16}"

    @extend_schema(operation_id="fraud_thresholds", responses=ThresholdSerializer(many=True))
    def list(self, _request: Request) -> Response:
        return Response(_documents(selectors.thresholds()))

    @extend_schema(operation_id="fraud_thresholds_retrieve", responses=ThresholdSerializer, parameters=[KIND])
    def retrieve(self, _request: Request, pk: str) -> Response:
        kind = _kind(pk)
        return Response(_documents({kind: selectors.thresholds()[kind]})[0])

    @extend_schema(
        operation_id="fraud_thresholds_change",
        request=ThresholdChosenSerializer,
        responses=ThresholdSerializer,
        parameters=[KIND],
    )
    def update(self, request: Request, pk: str) -> Response:
        """Set it; it counts from the next look on, and what was raised stays."""
        kind = _kind(pk)
        wanted = {kind: _wanted(kind, request)}
        fraud.set_thresholds(actor=self.actor, wanted=wanted)
        return Response(_documents(wanted)[0])

    @extend_schema(
        operation_id="fraud_thresholds_try",
        request=ThresholdChosenSerializer,
        responses=ThresholdSerializer,
        parameters=[KIND],
    )
    @action(detail=True, methods=["post"], url_path="try", url_name="try")
    def attempt(self, request: Request, pk: str) -> Response:
        """See what it would have raised; nothing is saved."""
        kind = _kind(pk)
        return Response(_documents({kind: _wanted(kind, request)})[0])


def _kind(typed: str) -> SignKind:
    if typed not in SignKind.values:
        raise exceptions.NotFound
    return SignKind(typed)


def _measures(kind: SignKind) -> list[str]:
    return [name for name, attribute in MEASURES.items() if getattr(DEFAULTS[kind], attribute) is not None]


def _wanted(kind: SignKind, request: Request) -> Threshold:
    """What is asked for, with what is left out as it is now. Refusal where it could not do what it says."""
    asked = ThresholdChosenSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    given: dict[str, Any] = dict(asked.validated_data)
    foreign = [name for name in given if name in MEASURES and name not in _measures(kind) and given[name] is not None]
    if foreign:
        raise exceptions.ValidationError({name: [_("Signs of this kind do not look at this.")] for name in foreign})
    if given.get("amount") is not None:
        given["amount"] = micros(given["amount"])
    values: dict[str, Any] = {MEASURES.get(name, name): value for name, value in given.items()}
    wanted = replace(selectors.thresholds()[kind], **values)
    try:
        fraud.check_thresholds({kind: wanted})
    except Refusal as refusal:
        attribute = (refusal.field or "").removeprefix(f"{kind}_")
        names = {attribute: name for name, attribute in MEASURES.items()}
        raise Refusal(refusal.code, refusal.message, field=names.get(attribute)) from refusal
    return wanted


def _documents(thresholds: dict[SignKind, Threshold]) -> list[dict[str, Any]]:
    with crossing(Crossing.OPERATE):
        trials = selectors.trials(thresholds, timezone.now())
    return [dict(ThresholdSerializer(_document(kind, one, trials[kind])).data) for kind, one in thresholds.items()]


def _document(kind: SignKind, threshold: Threshold, trial: selectors.Trial) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "title": str(kind.label),
        "measures": _measures(kind),
        "on": threshold.on,
        "calls": threshold.calls,
        "amount": None if threshold.micros is None else euros(threshold.micros),
        "factor": threshold.factor,
        "alike": threshold.alike,
        "last_30_days": {
            "raised": trial.fired,
            "right": trial.right,
            "false_alarms": trial.false,
            "open": trial.open,
            "precision": trial.precision,
        },
    }


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("fraud-thresholds", FraudThresholdsViewSet, "fraud-thresholds"),
]

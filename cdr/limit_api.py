"""Limits in the API: how the running period stands, what is chosen, and letting paid calls out again."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from accounts.selectors import registered_for
from cdr import services
from cdr.models import GuardEvent, SpendSettings
from cdr.selectors import limits as selectors
from cdr.services.limits import MAIL_KIND
from portal.lib.money import euros, micros
from telephony.models import SpendGuardState


def _money(**given: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=6, **given)


class NumberLimitSerializer(serializers.Serializer[Any]):
    """The limit of one own number, in euros ex VAT."""

    number = serializers.CharField(max_length=24)
    limit = _money()
    spent = _money(read_only=True)


class LimitWarningSerializer(serializers.Serializer[Any]):
    """A warning that was sent; `number` is empty for all numbers together."""

    at = serializers.DateTimeField()
    number = serializers.CharField()
    percent = serializers.IntegerField()
    spent = _money()
    limit = _money()


class GuardEventSerializer(serializers.Serializer[Any]):
    """What the spend guard did; `user` and `reason` are those of who unlocked it."""

    at = serializers.DateTimeField()
    change = serializers.ChoiceField(choices=GuardEvent.Change.values)
    level = serializers.ChoiceField(choices=SpendGuardState.Level.choices)
    spent = _money()
    user = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class ReaderSerializer(serializers.Serializer[Any]):
    """Somebody who gets the mail."""

    name = serializers.CharField()
    email = serializers.CharField()


class ChosenSerializer(serializers.Serializer[Any]):
    """What a customer chooses. Amounts are euros ex VAT in a billing period; null and 0 are none, and stay apart.

    With `own_limit` false the partner's limit holds. `hard_limit_stops` premium stops calls abroad and to service numbers at
    `hard_limit` and all paid calls a fifth later, all stops all paid calls at once. What is left out stays as it is.
    """

    own_limit = serializers.BooleanField(required=False)
    limit = _money(required=False, allow_null=True, min_value=0)
    warn_50 = serializers.BooleanField(required=False)
    warn_80 = serializers.BooleanField(required=False)
    warn_100 = serializers.BooleanField(required=False)
    hard_limit = _money(required=False, allow_null=True, min_value=0)
    hard_limit_stops = serializers.ChoiceField(choices=SpendSettings.Mode.values, required=False)
    most_in_one_hour = _money(required=False, allow_null=True, min_value=0)
    numbers = NumberLimitSerializer(many=True, required=False)


class CallLimitsSerializer(serializers.Serializer[Any]):
    """The running period against its limit. `mailed` are how many people get the mail; who they are, `readers`, is null for
    whoever may not manage users. `guard_since` is null while paid calls go out.
    """

    billing_period = serializers.DateField()
    spent = _money()
    unrated = serializers.IntegerField()
    expected = _money(allow_null=True)
    own_limit = serializers.BooleanField()
    limit = _money(allow_null=True)
    warn_50 = serializers.BooleanField()
    warn_80 = serializers.BooleanField()
    warn_100 = serializers.BooleanField()
    hard_limit = _money(allow_null=True)
    hard_limit_stops = serializers.ChoiceField(choices=SpendSettings.Mode.values)
    most_in_one_hour = _money(allow_null=True)
    spend_guard = serializers.ChoiceField(choices=SpendGuardState.Level.choices)
    guard_since = serializers.DateTimeField(allow_null=True)
    guard_cause = serializers.ChoiceField(choices=["limit", "velocity"], allow_null=True)
    numbers = NumberLimitSerializer(many=True)
    warnings = LimitWarningSerializer(many=True)
    guard_events = GuardEventSerializer(many=True)
    mailed = serializers.IntegerField()
    readers = ReaderSerializer(many=True, allow_null=True)


class UnlockSerializer(serializers.Serializer[Any]):
    """Why paid calls may go out again; it stays in the log book."""

    reason = serializers.CharField(max_length=300)


AMOUNTS = {"limit": "amount_micros", "hard_limit": "stop_micros", "most_in_one_hour": "velocity_micros"}


class CallLimitsViewSet(CustomerAPI, viewsets.ViewSet):
    """What fixed calls may cost: limits, warnings and the spend guard."""

    capability = Capability.VIEW_CALLS

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        """There is one thing at the address, which PUT replaces."""
        if actions and actions.get("get") == "list":
            actions = {**actions, "put": "change"}
        return super().as_view(actions=actions, **initkwargs)

    @extend_schema(operation_id="call_limits", responses=CallLimitsSerializer(many=False))
    def list(self, _request: Request) -> Response:
        return Response(CallLimitsSerializer(self._document()).data)

    @extend_schema(operation_id="call_limits_change", request=ChosenSerializer, responses=CallLimitsSerializer)
    def change(self, request: Request) -> Response:
        if not self.actor.can(Capability.EDIT_SETTINGS):
            raise PermissionDenied
        serializer = ChosenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = dict(serializer.validated_data)
        numbers = given.pop("numbers", None)
        with transaction.atomic():  # all of it or nothing
            self._choose(given)
            if numbers is not None:
                self._choose_numbers({one["number"]: micros(one["limit"]) for one in numbers})
        return Response(CallLimitsSerializer(self._document()).data)

    @extend_schema(operation_id="call_limits_unlock", request=UnlockSerializer, responses=CallLimitsSerializer)
    @action(detail=False, methods=["post"])
    def unlock(self, request: Request) -> Response:
        """Let paid calls out again. It holds until the period is over or the cost reaches the next fifth of the hard limit."""
        if not self.actor.can(Capability.UNLOCK_SPENDING):
            raise PermissionDenied
        serializer = UnlockSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reason = serializer.validated_data["reason"]
        services.unlock(actor=self.actor, customer=self.customer, reason=reason, now=timezone.now())
        return Response(CallLimitsSerializer(self._document()).data)

    def _choose(self, given: Mapping[str, Any]) -> None:
        before = services.chosen(selectors.settings_of(self.customer))
        values = {name: getattr(before, name) for name in before.__dataclass_fields__}
        for name, value in given.items():
            if name in AMOUNTS:
                values[AMOUNTS[name]] = None if value is None else micros(value)
            else:
                values["mode" if name == "hard_limit_stops" else name] = value
        if "limit" in given and "own_limit" not in given:
            values["own_limit"] = True
        services.save_limits(
            actor=self.actor, customer=self.customer, choice=services.Chosen(**values), now=timezone.now()
        )

    def _choose_numbers(self, wanted: Mapping[str, int]) -> None:
        """The numbers that are named get their limit, all others lose theirs."""
        for limit in selectors.number_limits():
            if limit.number not in wanted:
                services.remove_number_limit(actor=self.actor, limit=limit)
        for number, amount in wanted.items():
            services.set_number_limit(
                actor=self.actor, customer=self.customer, number=number, micros=amount, now=timezone.now()
            )

    def _document(self) -> dict[str, Any]:
        settings = selectors.settings_of(self.customer)
        found = selectors.standing(self.customer, settings, timezone.now())
        chosen = services.chosen(settings)
        guard = found.guard if found.level != SpendGuardState.Level.OPEN else None
        readers = registered_for(self.customer, MAIL_KIND)
        return {
            "billing_period": found.month.first_day,
            "spent": euros(found.spent.micros),
            "unrated": found.spent.unrated,
            "expected": _euros(found.expected),
            "own_limit": found.limit.own,
            "limit": _euros(found.limit.micros),
            "warn_50": chosen.warn_50,
            "warn_80": chosen.warn_80,
            "warn_100": chosen.warn_100,
            "hard_limit": _euros(chosen.stop_micros),
            "hard_limit_stops": chosen.mode,
            "most_in_one_hour": _euros(chosen.velocity_micros),
            "spend_guard": found.level,
            "guard_since": guard.since if guard else None,
            "guard_cause": guard.cause or None if guard else None,
            "numbers": [
                {
                    "number": one.number,
                    "limit": euros(one.amount_micros),
                    "spent": euros(found.spent.by_number.get(one.number, 0)),
                }
                for one in selectors.number_limits()
            ],
            "warnings": [
                {
                    "at": one.at,
                    "number": one.number,
                    "percent": one.threshold,
                    "spent": euros(one.spent_micros),
                    "limit": euros(one.limit_micros),
                }
                for one in selectors.told()
            ],
            "guard_events": [
                {
                    "at": one.at,
                    "change": one.change,
                    "level": one.level,
                    "spent": euros(one.spent_micros),
                    "user": one.user_name,
                    "reason": one.reason,
                }
                for one in selectors.guard_events()
            ],
            "mailed": len(readers),
            "readers": [{"name": reader.full_name, "email": reader.email} for reader in readers]
            if self.actor.can(Capability.MANAGE_USERS)
            else None,
        }


def _euros(amount: int | None) -> Any:
    return None if amount is None else euros(amount)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("call-limits", CallLimitsViewSet, "call-limits")]

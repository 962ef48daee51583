"""The story of a call in the API: what its page tells."""

from typing import Any

from rest_framework import serializers

from cdr import story_words
from cdr.asking import Asked
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.selectors.bundles import covers_of
from cdr.selectors.rates import used_rate
from cdr.vocabulary import Direction, Flag, Leg
from portal.lib.money import euros


class LegSerializer(serializers.Serializer[Any]):
    """One leg; `seconds` is 0 where nobody answered. `is_call` marks the one that is counted and paid."""

    start = serializers.DateTimeField()
    seconds = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=[direction.name.lower() for direction in Direction])
    number = serializers.CharField()
    other = serializers.CharField()
    is_call = serializers.BooleanField()


class CoverSerializer(serializers.Serializer[Any]):
    """What one bundle covers of the call."""

    bundle = serializers.CharField()
    seconds = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=6)


class ChainSerializer(serializers.Serializer[Any]):
    """The rows of a correction around this one, by their ids; null where there is none."""

    books_back = serializers.CharField(allow_null=True)
    booked_back_by = serializers.CharField(allow_null=True)
    replaces = serializers.CharField(allow_null=True)
    replaced_by = serializers.CharField(allow_null=True)


class StorySerializer(serializers.Serializer[Any]):
    """How a call went and how its amount was made.

    `forwarded_by` is the own number that forwarded the call and pays, else empty. `tariff` is empty where no tariff was
    used; with `own_price` it was a price of the customer's own. `calculation` is in the language of the request.
    `time_guessed`: the clock showed this hour twice.
    """

    caller = serializers.CharField()
    called = serializers.CharField()
    forwarded_by = serializers.CharField()
    tariff = serializers.CharField()
    own_price = serializers.BooleanField()
    valid_from = serializers.DateField(allow_null=True)
    calculation = serializers.CharField()
    bundles = CoverSerializer(many=True)
    legs = LegSerializer(many=True)
    corrections = ChainSerializer()
    time_guessed = serializers.BooleanField()


def story(record: CallRecord, asked: Asked) -> dict[str, Any]:
    """What `StorySerializer` shows, inside the customer's door."""
    rate = used_rate(record.rate_id)
    caller, called, forwarded_by = _people(record, asked)
    chain = calls.chain_of(record)
    return {
        "caller": caller,
        "called": called,
        "forwarded_by": forwarded_by,
        "tariff": rate.tariff if rate else "",
        "own_price": rate is not None and not rate.tariff,
        "valid_from": rate.valid_from if rate else None,
        "calculation": story_words.calculation(record, rate),
        "bundles": [
            {
                "bundle": cover.bundle.name,
                "seconds": cover.covered_seconds,
                "amount": euros(cover.discount_micros),
            }
            for cover in covers_of(record)
        ],
        "legs": [_leg(leg, asked) for leg in story_words.legs(record)],
        "corrections": {
            "books_back": _id(chain.booked_back),
            "booked_back_by": _id(chain.by),
            "replaces": _id(chain.before),
            "replaced_by": _id(chain.after),
        },
        "time_guessed": bool(record.flags & Flag.TIME_GUESSED),
    }


def _people(record: CallRecord, asked: Asked) -> tuple[str, str, str]:
    """Who called, who was called, and who forwarded it."""
    other = asked.plain_other(record.other)
    if record.direction == Direction.FORWARDED:
        return asked.plain_other(record.origin), other, record.number
    return (other, record.number, "") if record.direction == Direction.INCOMING else (record.number, other, "")


def _leg(leg: CallRecord, asked: Asked) -> dict[str, Any]:
    return {
        "start": leg.start,
        "seconds": leg.seconds,
        "direction": Direction(leg.direction).name.lower(),
        "number": leg.number,
        "other": asked.plain_other(leg.other),
        "is_call": leg.leg == Leg.CALL,
    }


def _id(row: CallRecord | None) -> str | None:
    return None if row is None else calls.cursor_of(row)

"""The kinds of calls. Stored as small integers: under a row-level policy only those, text and moments use an index."""

from enum import IntEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.IntegerChoices):
    """Which way a call went, seen from the customer."""

    OUTGOING = 1, _("outgoing")
    INCOMING = 2, _("incoming")
    FORWARDED = 3, _("forwarded")
    INTERNAL = 4, _("internal")


class Product(models.IntegerChoices):
    """What the call was made with."""

    FIXED = 1, _("fixed")
    MOBILE = 2, _("mobile")


class CallType(models.IntegerChoices):
    """Where a call went to, as a customer sees it on the bill."""

    UNKNOWN = 0, _("Not rated yet")
    NL_FIXED = 1, _("Netherlands fixed")
    NL_MOBILE = 2, _("Netherlands mobile")
    ABROAD = 3, _("Abroad")
    SERVICE = 4, _("Service numbers")
    INTERNAL = 5, _("Internal")
    INCOMING = 6, _("Incoming")
    FREE = 7, _("Free numbers")
    EMERGENCY = 8, _("Emergency")
    HELPLINE = 9, _("Helplines")


# 0800, 112, 113 and 116xxx are in no row, count or sum that a customer sees; only operators see them.
HIDDEN_TYPES = (CallType.FREE, CallType.EMERGENCY, CallType.HELPLINE)
SHOWN_TYPES = tuple(kind for kind in CallType if kind not in HIDDEN_TYPES)
SHOWN_NAMES = tuple(kind.name.lower() for kind in SHOWN_TYPES)  # as the API calls them
# They come after all others, so that one comparison tells for each of very many records.
FIRST_HIDDEN = min(HIDDEN_TYPES)


class Leg(models.IntegerChoices):
    """What a record is within its call. One call can come as many legs, of which one is the call."""

    CALL = 1, _("call")
    LEG = 2, _("other leg")
    REVERSAL = 3, _("booked back")


# The rows that a customer sees and that totals sum: calls, and corrections that book one back.
BOOKED = (Leg.CALL, Leg.REVERSAL)


class Rating(models.IntegerChoices):
    """Whether a record has its price."""

    RATED = 1, _("rated")
    UNRATED = 2, _("Not rated yet")


class Flag(IntEnum):
    """Doubts that stay with a record, as bits."""

    TIME_GUESSED = 1  # the hour that occurs twice in autumn, and nothing told which
    NO_ID = 2  # the source names no record: told apart by its contents
    PRICE_GIVEN = 4  # the source told what the call costs, so no tariff rates it again
    TAKEN_BACK = 8  # the source says that the call it told of was none: booked back, and nothing in its place

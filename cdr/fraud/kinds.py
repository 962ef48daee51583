"""The kinds of signs, how serious one is, and what people make of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignKind(models.TextChoices):
    """What a sign is about."""

    NEW_COUNTRY = "new_country", _("Burst to a new country")
    RISKY = "risky", _("Burst to risky numbers")
    OFF_HOURS = "off_hours", _("Peak at night or on a day off")
    PARALLEL = "parallel", _("Many short calls at once")
    FORWARD = "forward", _("Forward to abroad just set")
    CALL_BACK_BAIT = "call_back_bait", _("Bait to call back")


class Severity(models.IntegerChoices):
    """How much is at stake."""

    LOW = 1, _("Notice")
    MEDIUM = 2, _("Serious")
    HIGH = 3, _("Urgent")


class Judgement(models.TextChoices):
    """What people say about a sign."""

    OPEN = "open", _("Not judged")
    RIGHT = "right", _("Right")
    FALSE = "false", _("False alarm")

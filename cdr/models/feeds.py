"""What is wrong with a feed, from when until when, and which numbers are known never to come."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import PlatformModel
from cdr.models.sources import Source


class FeedAlarm(PlatformModel):
    """One incident of a feed: told once, closed by itself when the feed is right again.

    `first` and `last` are the numbers that a gap misses, 0 for the other kinds.
    """

    class Kind(models.TextChoices):
        LATE = "late", _("late")
        GAP = "gap", _("gap in the numbers")
        REJECTS = "rejects", _("many rejects")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("source", "kind", "first"), condition=Q(closed_at=None), name="one_open_alarm_per_incident"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.kind}"


class KnownGap(PlatformModel):
    """Numbers of a feed's files that somebody said will never come."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="known_gaps")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("first",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("source", "first", "last"), name="one_known_gap_per_range"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="a_gap_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

"""Spending limits of calls: what a customer chose, and what was told and stopped because of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Partner, User
from accounts.tenancy import PlatformModel, TenantModel
from portal.lib.periods import Month


def not_negative(name: str, *fields: str) -> models.CheckConstraint:
    """Each amount is empty or at least 0."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})
    return models.CheckConstraint(condition=condition, name=name)


class SpendSettings(TenantModel):
    """What a customer chose about the cost of calls in a billing period, ex VAT.

    Empty and 0 both mean none, and stay apart. Without an own limit that of the partner holds. `since` is when the
    limit was last chosen: it says nothing of periods that were over by then. The guard stops paid calls at `stop_micros`:
    calls abroad and to service numbers first, or all at once.
    """

    class Mode(models.TextChoices):
        PREMIUM_FIRST = "premium", _("First calls abroad and to service numbers; all paid calls a fifth later")
        EVERYTHING = "all", _("All paid calls at once")

    own_limit = models.BooleanField(_("own limit"), default=False)
    amount_micros = models.BigIntegerField(_("limit"), null=True, blank=True)
    since = models.DateTimeField()
    warn_50 = models.BooleanField(_("warning at 50 percent"), default=True)
    warn_80 = models.BooleanField(_("warning at 80 percent"), default=True)
    warn_100 = models.BooleanField(_("warning at 100 percent"), default=True)
    stop_micros = models.BigIntegerField(_("hard limit"), null=True, blank=True)
    mode = models.CharField(_("what stops"), max_length=7, choices=Mode.choices, default=Mode.PREMIUM_FIRST)
    velocity_micros = models.BigIntegerField(_("most in one hour"), null=True, blank=True)

    class Meta:
        verbose_name = _("call limits")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer",), name="one_row_of_spend_settings"),
            not_negative("spend_amounts_are_not_negative", "amount_micros", "stop_micros", "velocity_micros"),
        ]

    def __str__(self) -> str:
        return str(_("call limits"))

    @property
    def thresholds(self) -> frozenset[int]:
        """At how many percent there is a warning."""
        return frozenset(percent for percent in (50, 80, 100) if getattr(self, f"warn_{percent}"))


class NumberLimit(TenantModel):
    """A limit of one own number, beside that of the customer; its warnings come at the same percentages."""

    number = models.CharField(_("own number"), max_length=24, db_collation="C")
    amount_micros = models.BigIntegerField(_("limit"))
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("limit of a number")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "number"), name="one_limit_per_number"),
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="limit_of_a_number_is_an_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class PartnerLimit(PlatformModel):
    """The limit of a partner's customers that chose none of their own; empty and 0 mean none."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="call_limit")
    amount_micros = models.BigIntegerField(_("limit"), null=True, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("default limit")
        constraints: ClassVar = [not_negative("partner_limit_is_not_negative", "amount_micros")]

    def __str__(self) -> str:
        return str(self.partner)


class LimitWarning(TenantModel):
    """That a threshold was crossed in a billing period; who puts the row in tells it, and nobody else.

    `number` is empty for the customer as a whole. Of several crossed at once the highest is told and the others are
    `covered` by it. A higher limit re-arms what it is no longer over. `below_since` is set while corrections have brought
    the cost back below: what was sent stays sent.
    """

    number = models.CharField(max_length=24, blank=True, db_collation="C")
    period = models.DateField()
    threshold = models.PositiveSmallIntegerField()
    limit_micros = models.BigIntegerField()
    spent_micros = models.BigIntegerField()
    at = models.DateTimeField()
    covered = models.BooleanField(default=False)
    told = models.IntegerField(default=0)
    rearmed_at = models.DateTimeField(null=True)
    below_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("customer", "number", "period", "threshold"),
                condition=Q(rearmed_at=None),
                name="one_warning_per_threshold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.number} {self.threshold} %"

    @property
    def month(self) -> Month:
        return Month.of_day(self.period)


class GuardEvent(TenantModel):
    """That the spend guard stopped paid calls, let them out again, or was unlocked by somebody with a reason.

    An unlocked guard stays open until the cost reaches `holds_until_micros`, or the period is over.
    """

    class Change(models.TextChoices):
        CLOSED = "closed", _("stopped")
        OPENED = "opened", _("opened")
        UNLOCKED = "unlocked", _("unlocked")

    period = models.DateField()
    at = models.DateTimeField()
    change = models.CharField(max_length=8, choices=Change.choices)
    level = models.CharField(max_length=14, db_collation="C")
    cause = models.CharField(max_length=8, blank=True)
    spent_micros = models.BigIntegerField()
    holds_until_micros = models.BigIntegerField(null=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=255, blank=True)
    reason = models.TextField(blank=True)
    told = models.IntegerField(default=0)

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [models.Index(fields=("customer", "period"), name="guard_events_of_period")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.change}"

    @property
    def month(self) -> Month:
        return Month.of_day(self.period)

"""Signs of fraud, and from which size they are raised."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import PlatformModel, TenantModel
from cdr.fraud.kinds import Judgement, Severity, SignKind
from cdr.fraud.thresholds import Threshold


class FraudSign(TenantModel):
    """Something in the calls that looks like fraud.

    `key` names it within customer and kind, so that looking again finds the same row. One that is under its threshold is
    kept without `fired_at`: nobody sees it, and it tells what another threshold would have raised. `facts` are what its
    sentence says; no number of another party stands in them.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=SignKind.choices)
    key = models.CharField(max_length=80, db_collation="C")
    start = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("until"))
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    calls = models.IntegerField(_("calls"))
    micros = models.BigIntegerField(_("amount"))
    factor = models.BigIntegerField(null=True)
    alike = models.IntegerField(null=True)
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    judgement = models.CharField(_("judgement"), max_length=8, choices=Judgement.choices, default=Judgement.OPEN)
    note = models.TextField(_("note"), blank=True, default="", max_length=1000)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("-fired_at", "-pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=("customer", "kind", "key"), name="one_sign_per_key")]
        indexes: ClassVar = [
            models.Index(fields=("customer", "-fired_at", "-id"), name="signs_of_customer", condition=Q(fired_at__isnull=False)),
            models.Index(fields=("-fired_at", "-id"), name="signs_by_time", condition=Q(fired_at__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{SignKind(self.kind).label} {self.start:%Y-%m-%d}"


class FraudThreshold(PlatformModel):
    """From which size signs of a kind are raised; without a row the default of `cdr.fraud.thresholds` counts."""

    kind = models.CharField(_("kind"), max_length=16, choices=SignKind.choices, unique=True)
    on = models.BooleanField(_("raise these signs"), default=True)
    calls = models.PositiveIntegerField(_("calls"), null=True)
    micros = models.BigIntegerField(_("amount"), null=True)
    factor = models.PositiveIntegerField(_("times the usual"), null=True)
    alike = models.PositiveIntegerField(_("percent of equal duration"), null=True)

    class Meta:
        ordering = ("kind",)

    def __str__(self) -> str:
        return str(SignKind(self.kind).label)

    def value(self) -> Threshold:
        """What the detectors compare with."""
        return Threshold(self.on, self.calls, self.micros, self.factor, self.alike)

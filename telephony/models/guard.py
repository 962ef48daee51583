"""The state of the spend guard: written by what measures the cost of calls, read by what decides where a call goes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from portal.lib.periods import Month


class SpendGuardState(TenantModel):
    """How far paid calls are stopped, in which billing period. In any other period they are not: it opens by the date."""

    class Level(models.TextChoices):
        OPEN = "open", _("open")
        PREMIUM = "premium", _("calls abroad and to service numbers are stopped")
        EMERGENCY_ONLY = "emergency_only", _("all paid calls are stopped")

    class Cause(models.TextChoices):
        NONE = "", "–"
        LIMIT = "limit", _("the hard limit was reached")
        VELOCITY = "velocity", _("too much in one hour")

    level = models.CharField(_("state"), max_length=14, choices=Level.choices, default=Level.OPEN)
    cause = models.CharField(_("reason"), max_length=8, choices=Cause.choices, blank=True)
    period = models.DateField(_("billing period"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("spend guard")
        constraints: ClassVar = [models.UniqueConstraint(fields=("customer",), name="one_spend_guard_per_customer")]

    def __str__(self) -> str:
        return self.get_level_display()

    @property
    def month(self) -> Month:
        return Month.of_day(self.period)

    def level_in(self, month: Month) -> str:
        """The level that holds in a billing period."""
        return self.level if self.month == month else self.Level.OPEN

"""How long the numbers of other parties are kept, what is masked, and what a dispute holds back."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from accounts.tenancy import PlatformModel, TenantModel

DEFAULT_MONTHS = 18
LEAST_MONTHS, MOST_MONTHS = 1, 84


class KeepingTime(PlatformModel):
    """For how many months after a billing period a customer's numbers are kept; without a row DEFAULT_MONTHS."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+", verbose_name=_("customer"))
    months = models.PositiveSmallIntegerField(
        _("months after the billing period"),
        validators=[MinValueValidator(LEAST_MONTHS), MaxValueValidator(MOST_MONTHS)],
    )

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(months__gte=LEAST_MONTHS, months__lte=MOST_MONTHS), name="keeping_time_is_sensible"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.months}"


class BilledPeriod(TenantModel):
    """A billing period of which the customer's invoice was made, or that had nothing to bill; invoicing writes it.

    `invoice` is the number of that invoice, by which its calls are found; empty where nothing was billed.
    """

    first_day = models.DateField(_("period"))
    invoice = models.CharField(_("invoice number"), max_length=20, blank=True, default="", db_collation="C")

    class Meta:
        ordering = ("-first_day",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "first_day"), name="one_billed_period_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"


class MaskedPeriod(TenantModel):
    """A billing period whose numbers are masked; `held` rows wait for the end of a dispute."""

    billing_period = models.DateField(_("billing period"))
    masked_at = models.DateTimeField()
    held = models.IntegerField(default=0)

    class Meta:
        ordering = ("-billing_period",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "billing_period"), name="one_masked_period_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.billing_period:%Y-%m}"


class Dispute(TenantModel):
    """A customer contests a billing period, or one call (`call_start` and `call_id`). While it is open nothing of it is masked."""

    billing_period = models.DateField(_("billing period"))
    call_start = models.DateTimeField(_("call"), null=True)
    call_id = models.BigIntegerField(null=True)
    reason = models.TextField(_("reason"), max_length=2000)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(_("outcome"), blank=True, default="", max_length=2000)

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(call_start=None, call_id=None) | Q(call_start__isnull=False, call_id__isnull=False),
                name="dispute_of_a_period_or_a_call",
            ),
            models.UniqueConstraint(
                fields=("customer", "billing_period", "call_start", "call_id"),
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="one_open_dispute_about_a_thing",
            ),
        ]

    def __str__(self) -> str:
        if self.call_start is not None:
            return f"{self.call_start:%Y-%m-%d %H:%M}"
        return f"{self.billing_period:%Y-%m}"

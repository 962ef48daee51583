"""Bundles of call minutes, what they cover of each call, and what a change makes of a closed period."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import AppendOnlyModel, CustomerKey, TenantModel
from cdr.vocabulary import CallType

# "Bellen onbeperkt": geographic numbers, 085, 088, 091 and municipalities (14 + area code); not 084, 087, 090x, 18xx, mobile.
GEOGRAPHIC = ("311", "312", "313", "314", "315", "317")
FIXED_NETHERLANDS = (*GEOGRAPHIC, "3185", "3188", "3191", "short:140")


class Bundle(TenantModel):
    """Calls that are paid for beforehand.

    What it covers is data: `prefixes` (as in a tariff: 3120, short:140) and `call_types`; a call must fit both, and an
    empty one does not restrict. `included_minutes` are per billing period: of each number for an unlimited bundle, where
    they are the ceiling of fair use (empty: none), and of all its numbers together for shared minutes.
    """

    class Kind(models.TextChoices):
        UNLIMITED = "unlimited", _("unlimited calling")
        MINUTES = "minutes", _("shared minutes")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    included_minutes = models.PositiveIntegerField(_("minutes in a billing period"), null=True, blank=True)
    prefixes = models.JSONField(_("numbers that begin with"), default=list, blank=True)
    call_types = models.JSONField(_("call types"), default=list, blank=True)
    covers_setup = models.BooleanField(_("covers the set-up fee too"), default=True)
    pro_rata = models.BooleanField(_("minutes by day in the first and last month"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("ends on"), null=True, blank=True, help_text=_("The first day without the bundle."))

    class Meta:
        verbose_name = _("bundle")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "name"), name="one_bundle_per_name"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="bundle_has_days"
            ),
            models.CheckConstraint(
                condition=Q(kind="unlimited") | Q(included_minutes__isnull=False), name="shared_minutes_are_a_number"
            ),
            models.CheckConstraint(condition=~Q(prefixes=[]) | ~Q(call_types=[]), name="bundle_covers_something"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unlimited_to_fixed(self) -> bool:
        """Whether its numbers have unlimited calls to geographic Dutch numbers, be it with an end of fair use."""
        fits = not self.prefixes or all(number.startswith(tuple(self.prefixes)) for number in GEOGRAPHIC)
        return self.is_own and fits and (not self.call_types or CallType.NL_FIXED in self.call_types)

    @property
    def is_own(self) -> bool:
        """Whether each number has the minutes for itself."""
        return self.kind == self.Kind.UNLIMITED


class BundleNumber(TenantModel):
    """A number that uses a bundle, for half-open days; it is ended, never removed, because calls were covered by it."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField(_("number"), max_length=24, db_collation="C")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        ordering = ("number", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("customer", "bundle", "number"),
                condition=Q(valid_to__isnull=True),
                name="one_running_place_in_a_bundle",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="bundle_number_has_days"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BundleAllocation(AppendOnlyModel):
    """What a bundle covers of one call record; made anew whenever something enters its open billing period.

    `start`, `id`, `number` and the three kinds are the record's, so that totals can be undone without it. A row that books
    back a record of a closed period has negative numbers.
    """

    pk = models.CompositePrimaryKey("customer_id", "start", "id", "bundle_id")
    customer = CustomerKey(db_constraint=False)
    start = models.DateTimeField()
    id = models.BigIntegerField()
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+", db_index=False)
    billing_period = models.DateField()
    number = models.CharField(max_length=24, db_collation="C")
    call_type = models.PositiveSmallIntegerField()
    direction = models.PositiveSmallIntegerField()
    product = models.PositiveSmallIntegerField()
    covered_seconds = models.IntegerField()
    discount_micros = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=("customer", "billing_period"), name="allocations_of_period")]

    def __str__(self) -> str:
        return f"{self.id}: {self.covered_seconds}"


class Adjustment(TenantModel):
    """What a closed billing period would have cost more or less, as a line of its own on a later invoice.

    A closed period stays as it was billed. `micros` is ex VAT and negative in the customer's favour; `taken_in` is the
    month whose invoice holds it.
    """

    class Reason(models.TextChoices):
        TARIFF = "tariff", _("another price")
        BUNDLE = "bundle", _("another bundle")

    period = models.DateField(_("billing period"))
    into_period = models.DateField()
    reason = models.CharField(max_length=6, choices=Reason.choices)
    micros = models.BigIntegerField(_("amount"))
    made_at = models.DateTimeField()
    taken_in = models.DateField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(micros=0), name="adjustment_is_something"),
            models.CheckConstraint(condition=Q(into_period__gt=F("period")), name="adjustment_goes_forward"),
        ]
        indexes: ClassVar = [models.Index(fields=("customer", "into_period"), name="adjustments_into_period")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}: {self.micros}"

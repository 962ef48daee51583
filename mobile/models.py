"""Mobile subscriptions, the bundles they share, and what was used of them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import AppendOnlyModel, PlatformModel, TenantModel
from mobile.usage import BundleKind
from mobile.usage_file import Cause, Counter, Reason
from portal.lib import numbers

KINDS = [
    (BundleKind.DATA.value, _("data")),
    (BundleKind.VOICE.value, _("calls")),
    (BundleKind.SMS.value, _("text messages")),
]
COUNTERS = [*((kind, name) for kind, name in KINDS), (Counter.COST.value, _("cost"))]
CAUSES = [
    (Cause.DATA_OVER.value, _("Data above the bundle")),
    (Cause.DATA_ABROAD.value, _("Data abroad")),
    (Cause.CALLS_ABROAD.value, _("Calls to abroad")),
    (Cause.CALLS_ROAMING.value, _("Calls made abroad")),
    (Cause.SMS_ABROAD.value, _("Text messages abroad")),
    (Cause.PREMIUM.value, _("Paid numbers")),
    (Cause.OTHER.value, _("Other")),
]
REASONS = [
    (Reason.COLUMNS.value, _("The row has another number of columns than the header.")),
    (Reason.NUMBER.value, _("The mobile number cannot be read.")),
    (Reason.SIM.value, _("The SIM number is not 18 to 22 digits.")),
    (Reason.PERIOD.value, _("The period is not a month such as 2026-10.")),
    (Reason.BUNDLE.value, _("The bundle is not data, voice, sms or cost.")),
    (Reason.USED.value, _("The counter is not a number with a point.")),
    (Reason.UNIT.value, _("The unit does not belong to this bundle.")),
    (Reason.AS_OF.value, _("The moment has no offset, or lies outside the period.")),
    (Reason.CAUSE.value, _("The cause or the country is not a known code.")),
    (Reason.UNKNOWN_SUBSCRIPTION.value, _("No subscription has this number.")),
]


class MobileSubscription(TenantModel):
    """A SIM with its number. Bundles of its own are in bytes, seconds and pieces; 0 is none."""

    class Type(models.TextChoices):
        BUSINESS = "business", _("Business mobile")
        DATA_ONLY = "data_only", _("Data only")
        BUDGET = "budget", _("Budget")

    class Sim(models.TextChoices):
        ACTIVE = "active", _("Active")
        BLOCKED = "blocked", _("Blocked")

    encrypted = ("puk_secret",)

    msisdn = models.CharField(_("mobile number"), max_length=16, db_collation="C")
    # NULL and not "", so that two unknown ones do not collide.
    iccid = models.CharField(_("SIM number"), max_length=22, unique=True, null=True, blank=True, db_collation="C")
    puk_secret = models.TextField(blank=True, editable=False)  # encrypted; read only through services.reveal_puk
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.BUSINESS)
    plan = models.CharField(_("product"), max_length=80)
    employee = models.CharField(_("employee"), max_length=120, blank=True)
    label = models.CharField(_("label"), max_length=80, blank=True)
    active_since = models.DateField(_("active since"))
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    sim = models.CharField(_("SIM"), max_length=8, choices=Sim.choices, default=Sim.ACTIVE)
    sim_changed_at = models.DateTimeField(null=True, editable=False)
    data_bundle = models.BigIntegerField(_("own data bundle"), default=0)
    voice_bundle = models.BigIntegerField(_("own call bundle"), default=0)
    sms_bundle = models.BigIntegerField(_("own text message bundle"), default=0)

    class Meta:
        verbose_name = _("mobile subscription")
        ordering = ("employee", "msisdn")
        constraints = (
            models.UniqueConstraint(
                fields=("msisdn",), condition=Q(ended_on__isnull=True), name="one_subscription_per_number"
            ),
            models.CheckConstraint(condition=Q(msisdn__startswith="+"), name="mobile_number_is_e164"),
            models.CheckConstraint(
                condition=Q(data_bundle__gte=0, voice_bundle__gte=0, sms_bundle__gte=0),
                name="mobile_bundles_are_not_negative",
            ),
        )

    def __str__(self) -> str:
        return self.msisdn

    @property
    def name(self) -> str:
        """Who or what has it: the employee, else the label, else the number."""
        return self.employee or self.label or numbers.display(self.msisdn)

    @property
    def is_blocked(self) -> bool:
        return self.sim == self.Sim.BLOCKED


class GroupBundle(TenantModel):
    """A bundle that subscriptions share; its size is the sum of what they contribute."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=5, choices=KINDS)

    class Meta:
        verbose_name = _("group bundle")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("customer", "name"), name="one_group_bundle_per_name"),)

    def __str__(self) -> str:
        return self.name


class BundleShare(TenantModel):
    """What a subscription contributes to a group bundle in a whole month, for half-open days."""

    bundle = models.ForeignKey(GroupBundle, on_delete=models.CASCADE, related_name="shares")
    subscription = models.ForeignKey(MobileSubscription, on_delete=models.CASCADE, related_name="shares")
    amount = models.BigIntegerField(_("share"))
    since = models.DateField(_("from"))
    until = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "bundle", "subscription"),
                condition=Q(until__isnull=True),
                name="one_open_share_per_subscription",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="bundle_share_has_days"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bundle_share_is_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.amount}"


class MobileLimits(TenantModel):
    """Warning limits, ex VAT, over what falls outside bundles. Empty and 0 both mean none, and stay apart."""

    account_limit_micros = models.BigIntegerField(_("limit of all subscriptions together"), null=True, blank=True)

    class Meta:
        verbose_name = _("mobile limits")
        constraints = (
            models.UniqueConstraint(fields=("customer",), name="one_row_of_mobile_limits"),
            models.CheckConstraint(
                condition=Q(account_limit_micros__isnull=True) | Q(account_limit_micros__gte=0),
                name="mobile_limit_is_not_negative",
            ),
        )

    def __str__(self) -> str:
        return str(_("Mobile limits"))


class MonthUsage(TenantModel):
    """The latest counter of a month: bytes, seconds, pieces or micro-euros. Of a cost, `billed` is on invoices."""

    subscription = models.ForeignKey(MobileSubscription, on_delete=models.CASCADE, related_name="months")
    period = models.DateField()  # first day of the month
    counter = models.CharField(max_length=5, choices=COUNTERS, db_collation="C")
    cause = models.CharField(max_length=14, choices=CAUSES, blank=True, db_collation="C")
    country = models.CharField(max_length=2, blank=True, db_collation="C")
    used = models.BigIntegerField()
    as_of = models.DateTimeField()
    billed = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "period", "subscription", "counter", "cause", "country"),
                name="one_counter_per_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.counter} {self.used}"


class Usage(AppendOnlyModel):
    """Every counter as it came, for the picture of a month; the latest of each stands in MonthUsage too."""

    pk = models.CompositePrimaryKey("subscription_id", "as_of", "period", "counter", "cause", "country")
    subscription = models.ForeignKey(MobileSubscription, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    as_of = models.DateTimeField()
    period = models.DateField()
    counter = models.CharField(max_length=5, choices=COUNTERS, db_collation="C")
    cause = models.CharField(max_length=14, choices=CAUSES, blank=True, db_collation="C")
    country = models.CharField(max_length=2, blank=True, db_collation="C")
    used = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=("customer", "period", "counter", "as_of"), name="usage_of_a_month")]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M} {self.counter} {self.used}"


class UsageBatch(PlatformModel):
    """One delivery of a usage file and what became of its rows."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)
    read = models.PositiveIntegerField(default=0)
    loaded = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-loaded_at", "-pk")

    def __str__(self) -> str:
        return self.file_name


class UsageReject(PlatformModel):
    """A row that was put aside, as it stood in the file; kept once however often it is delivered."""

    batch = models.ForeignKey(UsageBatch, on_delete=models.CASCADE, related_name="rejects")
    line = models.PositiveIntegerField()
    raw = models.TextField()
    reason = models.CharField(max_length=20, choices=REASONS)
    fingerprint = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("batch", "line")

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"

"""Call records by month, their totals, and which billing periods are closed."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import AppendOnlyModel, CustomerKey, PlatformModel
from cdr.models.sources import Source
from cdr.vocabulary import CallType, Direction, Leg, Product


class Identity(models.Func):
    """A number of 64 bits for a source and its own name of a record, as PostgreSQL makes it."""

    function = "hashtextextended"
    output_field = models.BigIntegerField()

    def __init__(self) -> None:
        super().__init__(models.F("record_id"), models.F("source_id"))


class CallRecord(AppendOnlyModel):
    """One leg of one call, in the partition of the month (Amsterdam) in which it started; only the loader adds to it.

    Two indexes carry everything, because each further one costs a third of the speed of loading: the primary key leads
    with the customer, the unique rule with the start. Foreign keys are not checked row by row for the same reason: the
    loader takes customer and source from their tables within the transaction.

    `id` is made of the batch, the revision and the line (cdr.services.storing). `number` is the customer's own number, `other` the other
    party; both are E.164, `short:112`, `ext:101` or empty. `origin` is who called when the call was forwarded,
    empty where customers never see that number. `micros` is null for a call that has no rate yet. `record_id` is the
    source's own name of the record, `facts` a digest of what the source said in it.

    A correction is two further rows: one of `leg` REVERSAL that books the earlier one back (seconds and amount negative),
    and one that takes its place. `revision` tells the rows of one record apart: 0 as first delivered, odd for what is
    booked back, even for what replaced it. `discount` is the part of the amount that bundles cover and `covered_seconds`
    how much of the duration, where a selector has filled them in; they are kept in a table of their own.
    """

    discount: int = 0
    covered_seconds: int = 0

    pk = models.CompositePrimaryKey("customer_id", "start", "id")
    customer = CustomerKey(db_constraint=False)
    start = models.DateTimeField(_("start"))
    id = models.BigIntegerField()
    micros = models.BigIntegerField(_("amount"), null=True)
    rate_id = models.BigIntegerField(default=0)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    seconds = models.IntegerField(_("duration"))
    billing_period = models.DateField(_("billing period"))
    leg = models.PositiveSmallIntegerField(choices=Leg.choices)
    direction = models.PositiveSmallIntegerField(_("direction"), choices=Direction.choices)
    product = models.PositiveSmallIntegerField(_("product"), choices=Product.choices)
    call_type = models.PositiveSmallIntegerField(_("call type"), choices=CallType.choices)
    flags = models.PositiveSmallIntegerField(default=0)
    number = models.CharField(_("own number"), max_length=24, db_collation="C")
    other = models.CharField(_("other party"), max_length=24, db_collation="C")
    origin = models.CharField(_("caller"), max_length=24, db_collation="C")
    call_group = models.TextField(db_collation="C")
    record_id = models.TextField(db_collation="C")
    revision = models.PositiveSmallIntegerField(default=0)
    facts = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-start", "-id")
        constraints: ClassVar = [
            # By start first, because files come in the order of time, and by a number of 64 bits in place of the text: half as
            # big, and a third less work for COPY.
            models.UniqueConstraint("start", Identity(), "revision", name="one_record_per_identity")
        ]

    def __str__(self) -> str:
        return self.record_id

    @property
    def amount(self) -> int | None:
        """What the customer pays for it in micro-euros, after what a bundle covers; None while it has no rate."""
        return None if self.micros is None else self.micros - self.discount


class Totals(AppendOnlyModel):
    """Sums over the records that are calls (not their other legs), written in the transaction that adds the records.

    What is booked back counts as minus one call. `micros` is before bundles, `discount` the part of it that they cover.
    """

    calls = models.IntegerField(_("calls"))
    seconds = models.BigIntegerField(_("talking time"))
    micros = models.BigIntegerField(_("amount"))
    unrated = models.IntegerField(default=0)
    dearest_micros = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True


class DailyTotal(Totals):
    """By day. Without the number: with it a day's rows would hardly be fewer than its records."""

    pk = models.CompositePrimaryKey("customer_id", "day", "call_type", "direction", "product")
    customer = CustomerKey(db_constraint=False)
    day = models.DateField()
    call_type = models.PositiveSmallIntegerField(choices=CallType.choices)
    direction = models.PositiveSmallIntegerField(choices=Direction.choices)
    product = models.PositiveSmallIntegerField(choices=Product.choices)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class MonthlyTotal(Totals):
    """By month of the start, billing period and own number. The two months differ for what came late."""

    pk = models.CompositePrimaryKey(
        "customer_id", "month", "billing_period", "number", "call_type", "direction", "product"
    )
    customer = CustomerKey(db_constraint=False)
    month = models.DateField()
    billing_period = models.DateField()
    number = models.CharField(max_length=24, db_collation="C")
    call_type = models.PositiveSmallIntegerField(choices=CallType.choices)
    direction = models.PositiveSmallIntegerField(choices=Direction.choices)
    product = models.PositiveSmallIntegerField(choices=Product.choices)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=("customer", "billing_period"), name="totals_of_billing_period"),
            # Few rows of all years; without it the queue of calls without a price reads them all.
            models.Index(
                fields=("customer", "month"),
                include=("unrated",),
                condition=~models.Q(unrated=0),
                name="totals_unrated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month} {self.number}"


class PartyNumber(AppendOnlyModel):
    """Each other party (and caller of a forwarded call) that a customer's calls ever had: where a part of a number is searched.

    Such a search cannot use an index under row-level security (LIKE is not leakproof), so it reads this short list and
    then asks the records for equal numbers. The loader fills it; numbers that customers never see are not in it.
    """

    pk = models.CompositePrimaryKey("customer_id", "number")
    customer = CustomerKey(db_constraint=False)
    number = models.CharField(max_length=24, db_collation="C")

    def __str__(self) -> str:
        return self.number


class BillingPeriod(PlatformModel):
    """A closed billing period; a record that starts in it belongs to the next open one."""

    first_day = models.DateField(_("period"), unique=True)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=255)

    class Meta:
        ordering = ("-first_day",)

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"

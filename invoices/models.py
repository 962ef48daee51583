"""What customers are charged, and the invoices that were issued: frozen copies (migration 0002 holds that)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import PlatformModel, TenantModel
from invoices.building import Group, Kind, Unit, VatCategory

GROUPS = [
    (Group.EXCHANGE.value, _("Phone exchange")),
    (Group.MOBILE.value, _("Mobile")),
    (Group.ONE_OFF.value, _("One-off")),
]
KINDS = [(Kind.RECURRING.value, _("fixed costs")), (Kind.USAGE.value, _("usage")), (Kind.ONE_OFF.value, _("one-off"))]
UNITS = [(Unit.PIECE.value, _("pieces")), (Unit.CALL.value, _("calls")), (Unit.NUMBER.value, _("numbers"))]
VAT_CATEGORIES = [
    (VatCategory.STANDARD.value, _("standard rate")),
    (VatCategory.REVERSE_CHARGE.value, _("reverse charge")),
    (VatCategory.OUTSIDE_SCOPE.value, _("outside scope")),
]


class Product(PlatformModel):
    """Something the provider sells by the month; `code` names it on every invoice, whatever its description becomes."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    description = models.CharField(_("description"), max_length=120)
    group = models.CharField(_("group"), max_length=10, choices=GROUPS)
    price_micros = models.BigIntegerField(_("price a month"))

    class Meta:
        verbose_name = _("product")
        ordering = ("group", "description")

    def __str__(self) -> str:
        return self.description


class Subscription(TenantModel):
    """What a customer pays every month for a product, at the price agreed; days half-open."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="subscriptions")
    description = models.CharField(_("description"), max_length=160)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    price_micros = models.BigIntegerField(_("price a month"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    # The first day that no invoice holds yet; only a billing run moves it.
    billed_until = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("subscription")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="subscription_has_days"
            ),
        )

    def __str__(self) -> str:
        return self.description


class OneOffCharge(TenantModel):
    """Something a customer pays once; `invoice` is the one that holds it."""

    description = models.CharField(_("description"), max_length=160)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    price_micros = models.BigIntegerField(_("price"))
    day = models.DateField(_("day of delivery"))
    invoice = models.ForeignKey(
        "Invoice", on_delete=models.PROTECT, null=True, editable=False, related_name="one_off_charges"
    )

    class Meta:
        verbose_name = _("one-off charge")
        ordering = ("day", "pk")

    def __str__(self) -> str:
        return self.description


class NumberSequence(PlatformModel):
    """The last number of a series and year. Its row is locked while a document is issued: no number is skipped."""

    series = models.CharField(max_length=10, db_collation="C")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("series", "year")
        constraints = (models.UniqueConstraint(fields=("series", "year"), name="one_sequence_per_series_and_year"),)

    def __str__(self) -> str:
        return f"{self.series or '-'} {self.year}: {self.last}"


class Invoice(TenantModel):
    """An issued invoice over one calendar month, with the parties as they were. Only `sent_at` may still change."""

    number = models.CharField(_("invoice number"), max_length=20, unique=True, db_collation="C")
    month = models.DateField(_("period"))  # its first day
    issued_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("due date"))
    sent_at = models.DateTimeField(_("sent on"), null=True)
    net_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    vat = models.JSONField()  # [{"category", "rate", "base_cents", "vat_cents"}]
    seller = models.JSONField()
    buyer = models.JSONField()
    language = models.CharField(max_length=2, default="nl")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("invoice")
        ordering = ("-month", "-number")
        constraints = (
            models.UniqueConstraint(fields=("customer", "month"), name="one_invoice_per_customer_and_month"),
            models.CheckConstraint(
                condition=Q(total_cents=F("net_cents") + F("vat_cents")), name="invoice_total_adds_up"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="invoice_month_is_a_first"),
        )

    def __str__(self) -> str:
        return self.number


class InvoiceLine(TenantModel):
    """A line as it was issued; `key` names the same thing on other invoices of the customer."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=80, db_collation="C")
    group = models.CharField(max_length=10, choices=GROUPS)
    kind = models.CharField(max_length=10, choices=KINDS)
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    unit = models.CharField(max_length=10, choices=UNITS)
    unit_price_micros = models.BigIntegerField(null=True)
    amount_micros = models.BigIntegerField()
    amount_cents = models.BigIntegerField()
    vat_category = models.CharField(max_length=2, choices=VAT_CATEGORIES)
    vat_rate = models.PositiveIntegerField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("customer", "invoice", "position"), name="one_line_per_position"),
        )

    def __str__(self) -> str:
        return self.description


class InvoicePdf(TenantModel):
    """The document as it was issued, byte by byte."""

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, primary_key=True, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects: ClassVar[models.Manager["InvoicePdf"]] = models.Manager()

    class Meta:
        ordering = ("invoice",)

    def __str__(self) -> str:
        return f"{self.invoice_id}.pdf"

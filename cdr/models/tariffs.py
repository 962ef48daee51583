"""What calls cost. Amounts in micro-euros, ex VAT."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import PlatformModel
from cdr.vocabulary import CallType

PREFIX = r"^(short:)?[0-9]{1,15}$"


class Tariff(PlatformModel):
    """A named price list; customers without one of their own have the default."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(_("for customers without a tariff of their own"), default=False)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("is_default",), condition=Q(is_default=True), name="one_default_tariff")
        ]

    def __str__(self) -> str:
        return self.name


class TariffVersion(PlatformModel):
    """The rates of a tariff from midnight in Amsterdam on a day, until the next version's day."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField(_("valid from"))

    class Meta:
        ordering = ("-valid_from",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("tariff", "valid_from"), name="one_version_per_day")]

    def __str__(self) -> str:
        return f"{self.tariff} {self.valid_from}"


class Rate(PlatformModel):
    """What calls to numbers that begin with a prefix cost."""

    version = models.ForeignKey(TariffVersion, on_delete=models.CASCADE, related_name="rates")
    prefix = models.CharField(
        _("prefix"),
        max_length=21,
        db_collation="C",
        validators=[RegexValidator(PREFIX, _("Write digits with the country first, for example 3120, or short:18."))],
    )
    destination = models.CharField(_("destination"), max_length=80)
    call_type = models.PositiveSmallIntegerField(_("call type"), choices=CallType.choices)
    setup_micros = models.BigIntegerField(_("set-up fee"))
    minute_micros = models.BigIntegerField(_("price per minute"))
    first_seconds = models.PositiveIntegerField(_("first step"), default=1)
    step_seconds = models.PositiveIntegerField(_("next steps"), default=1)

    class Meta:
        ordering = ("prefix",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("version", "prefix"), name="one_rate_per_prefix"),
            models.CheckConstraint(condition=Q(prefix__regex=PREFIX), name="rate_prefix_is_digits"),
            models.CheckConstraint(
                condition=Q(setup_micros__gte=0, minute_micros__gte=0), name="rates_are_not_negative"
            ),
            models.CheckConstraint(condition=Q(first_seconds__gte=1, step_seconds__gte=1), name="rate_steps_last"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}"


class CustomerTariff(PlatformModel):
    """The tariff of a customer that does not have the default one."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+", verbose_name=_("customer"))
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="customers", verbose_name=_("tariff"))

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.customer}: {self.tariff}"

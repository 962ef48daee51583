"""What calls cost. Amounts in micro-euros, ex VAT."""

from datetime import time
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from accounts.tenancy import PlatformModel, TenantModel
from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price
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


class PeakTimes(models.Model):
    """When the peak price holds, by the clock in Amsterdam. `peak_until` 00:00 is the midnight that ends the day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    peak_first_day = models.PositiveSmallIntegerField(_("peak from"), choices=Weekday.choices, default=Weekday.MONDAY)
    peak_last_day = models.PositiveSmallIntegerField(
        _("peak up to and including"), choices=Weekday.choices, default=Weekday.FRIDAY
    )
    peak_from = models.TimeField(_("from"), default=time(8))
    peak_until = models.TimeField(_("until"), default=time(20))
    holidays_off_peak = models.BooleanField(_("public holidays are off-peak"), default=False)
    splits_calls = models.BooleanField(_("charge each side of the edge for itself"), default=False)

    class Meta:
        abstract = True

    @property
    def hours(self) -> PeakHours:
        return PeakHours(
            first_weekday=self.peak_first_day,
            last_weekday=self.peak_last_day,
            start=self.peak_from,
            end=self.peak_until,
            holidays_off_peak=self.holidays_off_peak,
            splits=self.splits_calls,
        )

    @hours.setter
    def hours(self, hours: PeakHours) -> None:
        self.peak_first_day, self.peak_last_day = hours.first_weekday, hours.last_weekday
        self.peak_from, self.peak_until = hours.start, hours.end
        self.holidays_off_peak, self.splits_calls = hours.holidays_off_peak, hours.splits


def peak_constraint(name: str) -> models.CheckConstraint:
    """Days and hours that begin before they end."""
    days = Q(peak_first_day__gte=1, peak_last_day__lte=7, peak_first_day__lte=F("peak_last_day"))
    hours = Q(peak_until=time(0)) | Q(peak_from__lt=F("peak_until"))
    return models.CheckConstraint(condition=days & hours, name=name)


class Priced(models.Model):
    """A price as it is kept. The off-peak amounts are null where they are the same at all times."""

    setup_micros = models.BigIntegerField(_("set-up fee"))
    minute_micros = models.BigIntegerField(_("price per minute"))
    offpeak_setup_micros = models.BigIntegerField(_("set-up fee off-peak"), null=True, blank=True)
    offpeak_minute_micros = models.BigIntegerField(_("price per minute off-peak"), null=True, blank=True)
    first_seconds = models.PositiveIntegerField(_("first step"), default=1)
    step_seconds = models.PositiveIntegerField(_("next steps"), default=1)

    class Meta:
        abstract = True

    @property
    def price(self) -> Price:
        return Price(
            setup_micros=self.setup_micros,
            minute_micros=self.minute_micros,
            first_seconds=self.first_seconds,
            step_seconds=self.step_seconds,
            offpeak_setup_micros=self.offpeak_setup_micros,
            offpeak_minute_micros=self.offpeak_minute_micros,
        )


def price_fields(price: Price) -> dict[str, int | None]:
    """A price as values of the fields of Priced."""
    return {
        "setup_micros": price.setup_micros,
        "minute_micros": price.minute_micros,
        "offpeak_setup_micros": price.offpeak_setup_micros,
        "offpeak_minute_micros": price.offpeak_minute_micros,
        "first_seconds": price.first_seconds,
        "step_seconds": price.step_seconds,
    }


def price_constraint(name: str) -> models.CheckConstraint:
    """No amount is negative; a missing off-peak amount passes, as in SQL."""
    return models.CheckConstraint(
        condition=Q(setup_micros__gte=0, minute_micros__gte=0)
        & (Q(offpeak_setup_micros__isnull=True) | Q(offpeak_setup_micros__gte=0))
        & (Q(offpeak_minute_micros__isnull=True) | Q(offpeak_minute_micros__gte=0)),
        name=name,
    )


def prefix_field() -> models.CharField[str, str]:
    """Digits with the country first, or a national short code."""
    return models.CharField(
        _("prefix"),
        max_length=21,
        db_collation="C",
        validators=[RegexValidator(PREFIX, _("Write digits with the country first, for example 3120, or short:18."))],
    )


class TariffVersion(PlatformModel, PeakTimes):
    """The rates of a tariff from midnight in Amsterdam on a day, until the next version's day."""

    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField(_("valid from"))

    class Meta:
        ordering = ("-valid_from",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("tariff", "valid_from"), name="one_version_per_day"),
            peak_constraint("version_peak_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} {self.valid_from}"


class Rate(PlatformModel, Priced):
    """What calls to numbers that begin with a prefix cost."""

    version = models.ForeignKey(TariffVersion, on_delete=models.CASCADE, related_name="rates")
    prefix = prefix_field()
    destination = models.CharField(_("destination"), max_length=80)
    call_type = models.PositiveSmallIntegerField(_("call type"), choices=CallType.choices)

    class Meta:
        ordering = ("prefix",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("version", "prefix"), name="one_rate_per_prefix"),
            models.CheckConstraint(condition=Q(prefix__regex=PREFIX), name="rate_prefix_is_digits"),
            price_constraint("rates_are_not_negative"),
            models.CheckConstraint(condition=Q(first_seconds__gte=1, step_seconds__gte=1), name="rate_steps_last"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}"


class CustomerRate(TenantModel, Priced, PeakTimes):
    """A price that one customer pays instead of its tariff's, on days [valid_from, valid_to) in Amsterdam.

    Without a destination or call type of its own it has that of the tariff. Prices do not change: another price is
    another row, and the one before it ends. One that was never to hold ends on the day it begins. The peak hours are
    those of the tariff when the price was agreed, so that a call can be reckoned again later. Call records name it by
    its id below zero.
    """

    prefix = prefix_field()
    destination = models.CharField(_("destination"), max_length=80, blank=True)
    call_type = models.PositiveSmallIntegerField(_("call type"), choices=CallType.choices, null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ("prefix", "-valid_from", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("customer", "prefix", "valid_from"),
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="one_own_price_from_a_day",
            ),
            models.CheckConstraint(condition=Q(prefix__regex=PREFIX), name="own_price_prefix_is_digits"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="own_price_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(first_seconds__gte=1, step_seconds__gte=1), name="own_price_steps_last"),
            price_constraint("own_prices_are_not_negative"),
            peak_constraint("own_price_peak_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.destination}".strip()


class RateImport(PlatformModel, PeakTimes):
    """A list of rates that was uploaded and waits for a person to say that it may be used; gone after a day.

    It is for a tariff or for the own prices of a customer, never for both. What is compared and stored is read from
    `text` each time, so that nobody confirms something else than was shown.
    """

    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True)
    file_name = models.CharField(_("file"), max_length=255)
    text = models.TextField()
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tariff__isnull=False, customer__isnull=True)
                | Q(tariff__isnull=True, customer__isnull=False),
                name="rates_are_for_one_thing",
            ),
            peak_constraint("import_peak_lasts"),
        ]

    def __str__(self) -> str:
        return self.file_name


class CustomerTariff(PlatformModel):
    """The tariff of a customer that does not have the default one."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+", verbose_name=_("customer"))
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="customers", verbose_name=_("tariff"))

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.customer}: {self.tariff}"

"""What a caller can reach, the numbers that lead there, and where a call may be sent."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel

E164 = r"^\+[1-9][0-9]{6,14}$"
# Short codes of the national plan and of the platform; 998 and 999 belong to the system's own fax and voicemail.
REFUSED_EXTENSION = r"^(0[0-9]*|11|112[0-9]*|113|116[0-9]*|144|12[0-9]{2}|13[0-9]{2}|14[0-9]{2}|16[0-9]{2}|18[0-9]{2})$"
SYSTEM_FAX, SYSTEM_VOICEMAIL = "998", "999"
NO_CONTROL = r"[[:cntrl:]]"


class Dialable(TenantModel):
    """Anything a caller can reach. It owns the extension; phone numbers point at it. The kind's own table has the
    rest.
    """

    class Kind(models.TextChoices):
        LINE = "line", _("line")
        HUNT_GROUP = "hunt_group", _("hunt group")
        AUTO_ATTENDANT = "auto_attendant", _("auto attendant")
        VOICEMAIL = "voicemail", _("voicemail")
        FAX = "fax", _("fax")

    kind = models.CharField(max_length=14, choices=Kind.choices, db_collation="C")
    extension = models.CharField(_("extension"), max_length=4, null=True, blank=True, db_collation="C")  # noqa: DJ001 - unique
    display_name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("who can be called")
        ordering = ("extension", "display_name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "extension"), name="one_dialable_per_extension"),
            models.CheckConstraint(
                condition=Q(extension__isnull=True) | Q(extension__regex=r"^[0-9]{2,4}$"),
                name="extension_has_2_to_4_digits",
            ),
            models.CheckConstraint(
                condition=Q(extension__isnull=True) | ~Q(extension__regex=REFUSED_EXTENSION),
                name="extension_is_not_a_short_code",
            ),
            models.CheckConstraint(
                condition=Q(extension__isnull=True)
                | (~Q(extension=SYSTEM_FAX) & ~Q(extension=SYSTEM_VOICEMAIL))
                | Q(extension=SYSTEM_FAX, kind="fax")
                | Q(extension=SYSTEM_VOICEMAIL, kind="voicemail"),
                name="extension_998_and_999_are_the_systems",
            ),
            models.CheckConstraint(
                condition=~Q(display_name="") & ~Q(display_name__regex=NO_CONTROL),
                name="dialable_name_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.extension})" if self.extension else self.display_name


class NumberRange(TenantModel):
    """Consecutive numbers given to a customer in one go; the numbers themselves are rows of PhoneNumber."""

    first = models.CharField(_("first number"), max_length=16, db_collation="C")
    last = models.CharField(_("last number"), max_length=16, db_collation="C")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("number range")
        ordering = ("first",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__regex=E164) & Q(last__regex=E164) & Q(last__gte=models.F("first")),
                name="range_is_e164_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class PhoneNumber(TenantModel):
    """A number of the customer, unique on the platform. It has at most one owner, the dialable that it reaches."""

    e164 = models.CharField(_("number"), max_length=16, unique=True, db_collation="C")
    number_range = models.ForeignKey(NumberRange, models.PROTECT, null=True, blank=True, related_name="numbers")
    dialable = models.ForeignKey(Dialable, models.SET_NULL, null=True, blank=True, related_name="numbers")
    is_main = models.BooleanField(_("shown to those who are called"), default=True)

    class Meta:
        verbose_name = _("phone number")
        ordering = ("e164",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(e164__regex=E164), name="phone_number_is_e164"),
            models.UniqueConstraint(
                fields=("customer", "dialable"),
                condition=Q(is_main=True, dialable__isnull=False),
                name="one_main_number",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("customer", "e164"), name="phone_number_of_customer")]

    def __str__(self) -> str:
        return self.e164

    @property
    def is_unlimited(self) -> bool:
        """Whether it calls Dutch fixed numbers without limit today, where `selectors.told_numbers` read it; else no."""
        return bool(getattr(self, "unlimited_today", False))


class Destination(TenantModel):
    """Where a call is sent: a dialable, or a number outside. A value: holders may share a row, and a row never
    changes.
    """

    dialable = models.ForeignKey(Dialable, models.PROTECT, null=True, blank=True, related_name="destinations")
    external = models.CharField(_("number"), max_length=16, blank=True, default="", db_collation="C")

    class Meta:
        verbose_name = _("destination")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(dialable__isnull=False, external="") | Q(dialable__isnull=True, external__regex=E164),
                name="destination_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=("customer", "dialable"),
                condition=Q(dialable__isnull=False),
                name="one_destination_per_dialable",
            ),
            models.UniqueConstraint(
                fields=("customer", "external"),
                condition=~Q(external=""),
                name="one_destination_per_number",
            ),
        ]

    def __str__(self) -> str:
        return str(self.dialable) if self.dialable else self.external

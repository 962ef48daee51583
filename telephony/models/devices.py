"""Desk phones, what they are answered, and what they asked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import PROVISION, PlatformModel, TenantModel
from telephony.models.dialables import Destination
from telephony.models.lines import Line
from telephony.provisioning import catalogue
from telephony.provisioning.config import Does

MAC = r"^[0-9a-f]{12}$"
KEY_WORDS = ((Does.BUSY_LAMP.value, _("busy lamp")), (Does.SPEED_DIAL.value, _("speed dial")))


class Device(TenantModel):
    """A phone on a desk, or an app. Its MAC address is unique on the platform and comes free only when the device is
    removed.

    `model_code` is a code of the catalogue. Only generic phones and apps have no MAC address. `password` (for provisioning)
    and `admin_password` (of the phone's own menu) are encrypted by telephony.vault; Digest needs them, so a hash
    would not do.
    """

    encrypted = ("password", "admin_password")

    model_code = models.CharField(_("model"), max_length=40)
    mac = models.CharField(_("MAC address"), max_length=12, unique=True, null=True, blank=True, db_collation="C")
    login = models.CharField(_("user name"), max_length=40, unique=True, db_collation="C")
    password = models.TextField()
    admin_password = models.TextField()
    password_made_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    lines: "models.ManyToManyField[Line, DeviceLine]" = models.ManyToManyField(
        Line, through="DeviceLine", related_name="devices"
    )

    class Meta:
        verbose_name = _("device")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(mac__isnull=True) | Q(mac__regex=MAC), name="mac_is_12_hex"),
            models.CheckConstraint(
                condition=~Q(mac="000000000000") & ~Q(mac="ffffffffffff"), name="mac_is_of_one_device"
            ),
            models.CheckConstraint(condition=~Q(password="") & ~Q(admin_password=""), name="device_has_passwords"),
        ]

    def __str__(self) -> str:
        return f"{self.model.title} {self.shown_mac}".strip()

    @property
    def model(self) -> catalogue.Model:
        """The catalogue's row."""
        return catalogue.model(self.model_code)

    @property
    def shown_mac(self) -> str:
        """`80:5E:C0:4A:1B:22`, as on the label."""
        mac = self.mac or ""
        return ":".join(mac[start : start + 2] for start in range(0, len(mac), 2)).upper()


class DeviceLine(TenantModel):
    """A line on a phone: the key it has there, counted from 1."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="device_lines")
    line = models.ForeignKey(Line, models.CASCADE, related_name="device_lines")
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "device", "position"), name="one_line_per_key"),
            models.UniqueConstraint(fields=("customer", "device", "line"), name="a_line_once_on_a_device"),
            models.CheckConstraint(condition=Q(position__gte=1), name="keys_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.line}"


class DeviceKey(TenantModel):
    """A key after those of the lines, counted from 1 among its kind: it dials its target, or shows by a lamp whether
    that is busy. A target that is removed would leave a dead key, so it cannot be while a key holds it.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="keys")
    position = models.PositiveSmallIntegerField()
    does = models.CharField(_("what it does"), max_length=5, choices=KEY_WORDS)
    target = models.ForeignKey(Destination, models.PROTECT, related_name="device_keys")
    label = models.CharField(_("label"), max_length=30)

    class Meta:
        verbose_name = _("key")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "device", "position"), name="one_key_per_place"),
            models.CheckConstraint(condition=Q(position__gte=1), name="places_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.device})"


class ProvisioningAnswer(PlatformModel):
    """What a phone is answered, ready to send; the only table that the phone-facing process can read.

    It is found by the login, never by the MAC address, so a request without the right password costs the same for every
    address. `ha1` and `body` are encrypted by telephony.vault. Written by services in the transaction of each change.
    While a password is being replaced `ha1_previous` opens as well, until the phone used the new one or `previous_until`.
    `token_hash` is the SHA-256 of a one-time link for a phone without a login yet, good until `token_until`.
    `fetched_body` is the body that the phone fetched last, for people to see what changed since.
    """

    reader_roles: ClassVar[tuple[str, ...]] = (PROVISION,)
    encrypted = ("ha1", "ha1_previous", "body", "fetched_body")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    device = models.OneToOneField(Device, models.CASCADE, related_name="answer")
    login = models.CharField(max_length=40, unique=True, db_collation="C")
    mac = models.CharField(max_length=12, unique=True, null=True, blank=True, db_collation="C")
    vendor = models.CharField(max_length=20)
    basic_allowed = models.BooleanField()
    ha1 = models.TextField()
    ha1_previous = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    body = models.TextField()
    content_type = models.CharField(max_length=60)
    etag = models.CharField(max_length=40)
    rendered_at = models.DateTimeField()
    fetched_body = models.TextField(blank=True, default="")
    fetched_etag = models.CharField(max_length=40, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, db_collation="C")
    token_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(mac__isnull=True) | Q(mac__regex=MAC), name="answer_mac_is_12_hex"),
            models.CheckConstraint(
                condition=Q(token_hash__isnull=True, token_until__isnull=True)
                | Q(token_hash__isnull=False, token_until__isnull=False),
                name="a_link_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ha1_previous="", previous_until__isnull=True)
                | (~Q(ha1_previous="") & Q(previous_until__isnull=False)),
                name="a_previous_password_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.login


class PhoneBook(PlatformModel):
    """Whom the phones of a customer show in their book; read by the phone-facing process beside the answers.

    `entries` is JSON of [name, number] pairs, encrypted by telephony.vault. `stale` is set in the transaction of a
    change, and a worker writes the book again.
    """

    reader_roles: ClassVar[tuple[str, ...]] = (PROVISION,)
    encrypted = ("entries",)

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="+")
    entries = models.TextField()
    stale = models.BooleanField(default=True, db_index=True)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"book of {self.customer_id}"


class KeptSettings(PlatformModel):
    """Settings that people made on a phone whose maker asks for them again, as the phone sent them last.

    Read by the phone-facing process. `body` is encrypted by telephony.vault; `name` is as in PhoneFile.
    """

    reader_roles: ClassVar[tuple[str, ...]] = (PROVISION,)
    encrypted = ("body",)

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, models.CASCADE, related_name="kept_settings")
    name = models.CharField(max_length=40)
    body = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("device", "name"), name="settings_kept_once")]

    def __str__(self) -> str:
        return self.name


class ProvisioningEvent(TenantModel):
    """One request of a known phone: it fetched, nothing had changed, or its password was wrong."""

    class Outcome(models.TextChoices):
        FETCHED = "fetched", _("Configuration fetched")
        UNCHANGED = "unchanged", _("Nothing had changed")
        REFUSED = "refused", _("Wrong password")
        FOREIGN = "foreign", _("Asked for another device")
        FIRST = "first", _("Fetched with a one-time link")
        SENT = "sent", _("Sent a file")
        NOT_TAKEN = "not_taken", _("Sent a file that was not taken")

    device = models.ForeignKey(Device, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    address = models.GenericIPAddressField()
    etag = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    firmware = models.CharField(max_length=24, blank=True)
    agent_model = models.CharField(max_length=24, blank=True)
    agent_mac = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [models.Index(fields=("customer", "device", "-at", "-id"), name="events_of_device")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.outcome}"


class PhoneFile(TenantModel):
    """A file that a phone sent: a log, or settings that people made on the phone. A few of each name are kept.

    `name` is what the phone calls it without its address, such as `app.log`. `body` is encrypted by telephony.vault,
    because settings may hold passwords; of a log it is the end. `size` is what was sent, in bytes.
    """

    encrypted = ("body",)

    device = models.ForeignKey(Device, models.CASCADE, related_name="files")
    name = models.CharField(max_length=40)
    at = models.DateTimeField()
    size = models.PositiveIntegerField()
    body = models.TextField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [models.Index(fields=("customer", "device", "-at", "-id"), name="files_of_device")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name}"

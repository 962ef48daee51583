"""Feeds of call records: where they come from, each delivery, and what of it could not be loaded."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from accounts.tenancy import PlatformModel
from cdr.dialects import dialects


def dialect_choices() -> list[tuple[str, str]]:
    """Names and titles of the dialects that exist."""
    return [(dialect.name, dialect.title) for dialect in dialects().values()]


def known_zone(name: str) -> None:
    """Refuse what is no time zone."""
    if name not in available_timezones():
        raise ValidationError(_("This time zone does not exist. Write it as Europe/Amsterdam or UTC."))


class Source(PlatformModel):
    """A switch that delivers files, and how those are read."""

    class NumberFormat(models.TextChoices):
        NATIONAL = "national", _("as dialled in the Netherlands (020…, 0031…, +31…)")
        INTERNATIONAL = "international", _("international digits without plus (3120…)")

    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Use small letters, digits and hyphens, for example asterisk."))
        ],
        help_text=_("Also the name of its drop folder."),
    )
    title = models.CharField(_("description"), max_length=120, blank=True)
    dialect = models.CharField(_("kind of file"), max_length=40)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Amsterdam", validators=[known_zone])
    number_format = models.CharField(
        _("number format"), max_length=14, choices=NumberFormat.choices, default=NumberFormat.NATIONAL
    )
    trunks = models.CharField(
        _("trunks"),
        max_length=400,
        blank=True,
        help_text=_(
            "Names of the lines to the telephone network between commas; * stands for anything. Empty: guessed."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def trunk_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.trunks.split(",") if name.strip())


class SourceAccount(PlatformModel):
    """An account code of a source that is not the customer's reference."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="accounts")
    account = models.CharField(_("account code"), max_length=80)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer"))

    class Meta:
        ordering = ("account",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "account"), name="one_customer_per_account")]

    def __str__(self) -> str:
        return self.account


class Batch(PlatformModel):
    """One delivery of a file. Its counts are written with each chunk of records, so they are true at every moment."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        INTERRUPTED = "interrupted", _("interrupted")
        CANCELLED = "cancelled", _("cancelled")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RUNNING)
    read = models.IntegerField(_("read"), default=0)
    loaded = models.IntegerField(_("loaded"), default=0)
    duplicate = models.IntegerField(_("duplicate"), default=0)
    rejected = models.IntegerField(_("rejected"), default=0)
    unrated = models.IntegerField(_("not rated"), default=0)
    reasons = models.JSONField(default=dict)  # reason code -> number of rows
    problem = models.TextField(blank=True)
    corrected = models.IntegerField(_("corrected"), default=0)  # of the loaded: rows that replaced an earlier record
    done_bytes = models.BigIntegerField(default=0)  # how far the file is read; what is loaded of it stays loaded
    kept_file = models.CharField(max_length=400, blank=True)  # where an uploaded file waits, below settings.MEDIA_ROOT
    cancel_asked = models.BooleanField(default=False)  # looked at before each chunk
    idempotency_key = models.CharField(max_length=120, null=True)  # noqa: DJ001 - null is no key, and unique
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(read=models.F("loaded") + models.F("duplicate") + models.F("rejected")),
                name="every_row_read_is_accounted_for",
            ),
            models.UniqueConstraint(fields=("source", "idempotency_key"), name="one_batch_per_idempotency_key"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class Reject(PlatformModel):
    """A row that could not be loaded, once per source however often it is delivered."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rejects")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rejects")
    line = models.IntegerField(_("line"))
    raw = models.TextField(_("row"))
    fingerprint = models.CharField(max_length=40, db_collation="C")
    reason = models.CharField(_("reason"), max_length=24)
    sentence = models.TextField(_("reason"))
    record_id = models.TextField(blank=True, db_collation="C")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "fingerprint"), name="one_reject_per_row")]
        indexes: ClassVar = [
            models.Index(fields=("source", "record_id"), name="open_rejects", condition=Q(resolved_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.reason}"

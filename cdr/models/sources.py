"""Feeds of call records: where they come from, each delivery, and what of it could not be loaded."""

import re
from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


def finds_one_number(pattern: str) -> None:
    """Refuse a pattern that does not find one number in a file name."""
    try:
        groups = re.compile(pattern).groups
    except re.error:
        groups = 0
    if groups != 1:
        raise ValidationError(
            _("Write a regular expression with the number between one pair of brackets, for example cdr-(\\d+).csv.")
        )


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
    expected_minutes = models.PositiveIntegerField(
        _("a file at least every (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Operators get mail when no file came for longer. Empty: no alarm."),
    )
    sequence_pattern = models.CharField(
        _("number in the file name"),
        max_length=100,
        blank=True,
        validators=[finds_one_number],
        help_text=_(
            "A regular expression that finds it, for example cdr-(\\d+).csv; a number that is left out is an alarm."
        ),
    )
    most_rejects = models.PositiveSmallIntegerField(
        _("rejected rows, at most (percent)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Over the last seven days; above it operators get mail. Empty: no alarm."),
    )
    only_listed_accounts = models.BooleanField(
        _("only the listed account codes"),
        default=False,
        help_text=_("Calls of any other account code or customer are rejected, also when the reference exists."),
    )
    prices_include_vat = models.BooleanField(
        _("prices in the files include VAT"),
        default=False,
        help_text=_("For files that hold prices: 21 percent is taken off."),
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

    LIVE: ClassVar = (State.QUEUED, State.RUNNING)

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
    tries = models.PositiveSmallIntegerField(
        default=0
    )  # how often a worker began it; a person who resumes it sets it back
    header = models.TextField(blank=True)  # the line that names the columns, byte for byte as Latin-1
    is_again = models.BooleanField(default=False)  # rows that were rejected before, loaded again
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
    """A row that could not be loaded, once per source however often it is delivered. It is open until it is loaded
    after all or somebody dismisses it.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rejects")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rejects")  # which delivered it first
    last_batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+")  # and which last
    line = models.IntegerField(pgettext_lazy("file", "line"))
    raw = models.TextField(_("row"))
    fingerprint = models.CharField(max_length=40, db_collation="C")
    reason = models.CharField(_("reason"), max_length=24)
    sentence = models.TextField(_("reason"))
    record_id = models.TextField(blank=True, db_collation="C")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    again = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="taken_up")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    dismissed_why = models.CharField(_("why it needs nobody's attention"), max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "fingerprint"), name="one_reject_per_row")]
        indexes: ClassVar = [
            models.Index(fields=("source", "record_id"), name="open_rejects", condition=Q(resolved_at=None)),
            models.Index(
                fields=("source", "reason", "id"),
                name="open_rejects_by_reason",
                condition=Q(resolved_at=None, dismissed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.reason}"

"""Files of calls that a worker makes, and the reports that come every month."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import TenantModel
from portal.lib.csvsafe import CsvForm

LAST_DAY = 28  # every month has it


class ExportForm(models.TextChoices):
    """CSV for Dutch Excel, CSV for programs, and a workbook."""

    DUTCH = "dutch", _("CSV for Excel")
    ISO = "iso", _("CSV for programs")
    XLSX = "xlsx", _("Excel workbook")

    @property
    def csv(self) -> CsvForm:
        """How its cells are written; those of a workbook travel as CSV and are typed there."""
        return CsvForm.DUTCH if self is ExportForm.DUTCH else CsvForm.ISO

    @property
    def suffix(self) -> str:
        return "xlsx" if self is ExportForm.XLSX else "csv"

    @property
    def content_type(self) -> str:
        if self is ExportForm.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=utf-8"


class MonthlyReport(TenantModel):
    """What somebody wants to have of each month's calls, and from which day of the next month. `query` holds filters without a period.

    `last_month` is the last one of which a file was asked for, also when that was thrown away since.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True)
    form = models.CharField(_("kind of file"), max_length=5, choices=ExportForm.choices, default=ExportForm.DUTCH)
    day = models.PositiveSmallIntegerField(_("day of the month"), default=1)
    first_month = models.DateField()
    last_month = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("monthly report")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=LAST_DAY), name="report_day_is_in_every_month"),
            models.UniqueConstraint(fields=("customer", "user", "name"), name="one_report_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Export(TenantModel):
    """A file of calls for one person, who alone may fetch it, while the right to see the calls lasts and until it expires.

    `full_numbers` tells whether whole numbers are in it. `file` lies below MEDIA_ROOT. A report has one for each month.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    class Problem(models.TextChoices):
        DISK_FULL = (
            "disk_full",
            _("There is no room for the file on our side. Choose a shorter period, or try again later."),
        )
        INCOMPLETE = (
            "incomplete",
            _("The calls and their totals did not agree, so the file was thrown away. Try again."),
        )
        INTERRUPTED = "interrupted", _("The work stopped half-way. Try again.")
        NO_RIGHT = "no_right", _("You may not see these calls any more, so no file was made.")
        TOO_LONG = "too_long", _("These are too many calls for a workbook. Choose CSV, or a shorter period.")
        UNREADABLE = "unreadable", _("The filters of this file cannot be read any more. Choose the calls again.")
        BROKEN = "broken", _("Something went wrong on our side. Try again; if it stays, call us.")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(MonthlyReport, on_delete=models.SET_NULL, null=True, related_name="+")
    month = models.DateField(null=True)
    query = models.TextField(blank=True)
    form = models.CharField(_("kind of file"), max_length=5, choices=ExportForm.choices)
    full_numbers = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    problem = models.CharField(max_length=11, choices=Problem.choices, blank=True)
    rows = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=120, blank=True)
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("file of calls")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "report", "month"), name="one_file_per_report_and_month")
        ]
        indexes: ClassVar = [models.Index(fields=("customer", "user", "-id"), name="exports_of_user")]

    def __str__(self) -> str:
        return self.name or f"{self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in {self.State.QUEUED, self.State.RUNNING}

    def is_ready(self, now: datetime) -> bool:
        """Whether there is a file to fetch; an expired one may lie there until the night."""
        return self.state == self.State.DONE and self.expires_at is not None and self.expires_at > now

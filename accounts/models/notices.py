"""What people must be told when they look: notices of a customer, and who has seen them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.tenancy import TenantModel


class Notice(TenantModel):
    """Something that happened, for one user or for everybody in these rooms with a capability.

    It is kept as a code with values and said in the language of whoever reads it (`accounts.notice_words`). `key` is
    what keeps two workers from telling the same thing twice; empty for what may be told again.
    """

    class Level(models.TextChoices):
        INFO = "info", _("for information")
        WARNING = "warning", _("needs attention")
        ALARM = "alarm", _("needs action now")

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    capability = models.CharField(max_length=30, blank=True, db_collation="C")
    kind = models.CharField(max_length=40, db_collation="C")
    level = models.CharField(max_length=7, choices=Level.choices, default=Level.INFO)
    values = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)  # a path of this site
    key = models.CharField(max_length=120, blank=True, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "key"), condition=~Q(key=""), name="one_notice_per_key"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, capability="") | (Q(user__isnull=True) & ~Q(capability="")),
                name="notice_is_for_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("customer", "-at"), name="notices_by_time")]

    def __str__(self) -> str:
        return self.kind


class NoticeRead(TenantModel):
    """That a user has seen a notice, and whether they put it away."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    dismissed = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "notice", "user"), name="one_reading_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user_id}"

"""The trail of what people change: written by services, read by people, changed by nobody."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.tenancy import CustomerKey, TrailModel


class AuditEntry(TrailModel):
    """Who changed what, when, from what to what, through which door. Without a customer it is about the platform and read by operators only."""

    class Door(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        PHONE = "phone", _("phone")
        TASK = "task", _("task")
        COMMAND = "command", _("command")

    customer = CustomerKey(null=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=255)  # as it was, also after the user is gone
    door = models.CharField(max_length=8, choices=Door.choices)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, db_collation="C")
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(max_length=255)
    changes = models.JSONField(default=dict)  # field -> [before, after], never a secret
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=("customer", "-at", "-id"), name="audit_by_time"),
            models.Index(fields=("customer", "object_type", "object_id"), name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.verb} {self.object_name}"

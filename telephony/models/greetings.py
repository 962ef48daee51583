"""What callers hear, under a name of the customer's own: each version of it is a file that phones can play."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel

if TYPE_CHECKING:
    from telephony.models.lines import Line


class Greeting(TenantModel):
    """A greeting; its latest version is what callers hear. With a line it is that line's own, and its employee's."""

    name = models.CharField(_("Name"), max_length=60)
    line: "models.ForeignKey[Line | None, Line | None]" = models.ForeignKey(
        "telephony.Line", models.SET_NULL, null=True, blank=True, related_name="own_greetings"
    )

    class Meta:
        verbose_name = _("greeting")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "name"), name="greeting_name"),
            models.CheckConstraint(condition=~Q(name=""), name="greeting_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("telephony:greeting", args=[self.pk])

    @property
    def latest(self) -> "GreetingVersion":
        """What callers hear. Every greeting has one; read those that were fetched beforehand."""
        return max(self.versions.all(), key=lambda version: version.number)


class GreetingVersion(TenantModel):
    """One version: `file` lies below MEDIA_ROOT, and versions that were put back share it. `given_as` is the name of the
    file that somebody brought, to be recognised by.
    """

    greeting = models.ForeignKey(Greeting, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=120, db_collation="C")
    milliseconds = models.PositiveIntegerField()
    given_as = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("version of a greeting")
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "greeting", "number"), name="greeting_version_number"),
            models.CheckConstraint(condition=Q(number__gte=1) & ~Q(file=""), name="greeting_version_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.greeting} {self.number}"

    @property
    def seconds(self) -> int:
        """Whole seconds, at least one."""
        return max(round(self.milliseconds / 1000), 1)

"""Numbers with unlimited calls: written by what knows of bundles, read by what shows numbers."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class UnlimitedCalling(TenantModel):
    """A number that calls Dutch fixed numbers without paying for each call, for half-open days."""

    number = models.CharField(_("number"), max_length=24, db_collation="C")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("unlimited calling")
        ordering = ("number", "valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "number", "valid_from"), name="unlimited_calling_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="unlimited_calling_has_days"
            ),
        ]

    def __str__(self) -> str:
        return self.number

"""Filters that people keep under a name."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import TenantModel

LONGEST_NAME = 40
LONGEST_QUERY = 4_000


class SavedFilter(TenantModel):
    """Filters of the call pages under a name, of one person at one customer.

    `query` is the part of the address that says them: without a period it is the running one, with `month=previous` the one
    before that, whichever they are by then.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    query = models.TextField()

    class Meta:
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "user", "name"), name="one_saved_filter_per_name")
        ]

    def __str__(self) -> str:
        return self.name

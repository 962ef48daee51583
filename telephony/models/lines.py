"""Lines with their call features, and what all lines of a customer may not call."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from telephony.models.dialables import Destination, Dialable


class Line(TenantModel):
    """A line that calls and is called, of a single subscription or of an employee, with its features.

    `user` links an employee's log-in: that user sees and sets this line without any role. `sip_user` is random and
    unique on the platform; `sip_secret` is encrypted by portal.lib.crypto.
    """

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="line")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="lines")
    hide_caller_id = models.BooleanField(_("hide number"), default=False)
    call_waiting = models.BooleanField(_("call waiting"), default=True)
    forward_always = models.BooleanField(_("always forward"), default=False)
    forward_to = models.ForeignKey(Destination, models.PROTECT, null=True, blank=True, related_name="forwarding_lines")
    sip_user = models.CharField(max_length=32, unique=True, db_collation="C")
    sip_secret = models.TextField()

    class Meta:
        ordering = ("dialable__extension", "dialable__display_name", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(forward_always=False) | Q(forward_to__isnull=False), name="forwarding_has_a_destination"
            ),
            models.CheckConstraint(condition=~Q(sip_secret=""), name="line_has_a_secret"),
            models.UniqueConstraint(fields=("customer", "user"), name="one_line_per_employee"),
        ]

    def __str__(self) -> str:
        return str(self.dialable)


class OutgoingBlocks(TenantModel):
    """What no line of the customer may call. 112 and the other lines for help are outside every block."""

    international = models.BooleanField(_("International numbers"), default=False)
    mobile = models.BooleanField(_("Mobile numbers"), default=False)
    premium = models.BooleanField(_("0900: paid information"), default=False)
    adult = models.BooleanField(_("0906: adult entertainment"), default=False)
    entertainment = models.BooleanField(_("0909: entertainment"), default=False)

    CATEGORIES: ClassVar[tuple[str, ...]] = ("international", "mobile", "premium", "adult", "entertainment")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("customer",), name="one_set_of_blocks_per_customer")]

    def __str__(self) -> str:
        return ", ".join(self.categories()) or "-"

    def categories(self) -> list[str]:
        """The categories that are blocked."""
        return [name for name in self.CATEGORIES if getattr(self, name)]

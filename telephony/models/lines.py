"""Lines with their call features, and what all lines of a customer may not call."""

from typing import ClassVar, cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from portal.lib.numbers import BLOCK_LABELS, Block
from telephony.models.dialables import Destination, Dialable


def _label(block: Block) -> str:
    # A lazy text, translated where it is shown; the stubs know no other type for it.
    return cast("str", BLOCK_LABELS[block])


class Line(TenantModel):
    """A line that calls and is called, of a single subscription or of an employee, with its features.

    `user` links an employee's log-in: that user sees and sets this line without any role. `sip_user` is random and
    unique on the platform; `sip_secret` is encrypted by telephony.vault.
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
        verbose_name = _("line")
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

    international = models.BooleanField(_label(Block.INTERNATIONAL), default=False)
    mobile = models.BooleanField(_label(Block.MOBILE), default=False)
    premium_0900 = models.BooleanField(_label(Block.PREMIUM_0900), default=False)
    adult_0906 = models.BooleanField(_label(Block.ADULT_0906), default=False)
    entertainment_0909 = models.BooleanField(_label(Block.ENTERTAINMENT_0909), default=False)

    class Meta:
        verbose_name = _("calling out")
        constraints: ClassVar = [models.UniqueConstraint(fields=("customer",), name="one_set_of_blocks_per_customer")]

    def __str__(self) -> str:
        return ", ".join(sorted(self.blocked())) or "-"

    def blocked(self) -> frozenset[Block]:
        """What may not be called; each column has the name of its block."""
        return frozenset(block for block in Block if getattr(self, block.value))

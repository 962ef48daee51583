"""Lines with their call features, and what all lines of a customer may not call."""

from datetime import datetime
from typing import ClassVar, cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from portal.lib.numbers import BLOCK_LABELS, Block
from telephony.callers import Pattern
from telephony.models.dialables import Destination, Dialable
from telephony.models.greetings import Greeting
from telephony.models.schedules import Schedule

FEWEST_RINGS, MOST_RINGS = 1, 20


def _label(block: Block) -> str:
    # A lazy text, translated where it is shown; the stubs know no other type for it.
    return cast("str", BLOCK_LABELS[block])


class Instead(models.TextChoices):
    """What happens to a call that the phone does not take."""

    NOTHING = "nothing", _("nothing")
    FORWARD = "forward", _("forward")
    VOICEMAIL = "voicemail", _("voicemail")


def _target(related_name: str) -> "models.ForeignKey[Destination | None, Destination | None]":
    return models.ForeignKey(Destination, models.PROTECT, null=True, blank=True, related_name=related_name)


def _instead(label: "str | Promise") -> "models.CharField[str, str]":
    return models.CharField(
        cast("str", label), max_length=9, choices=Instead.choices, default=Instead.NOTHING, db_collation="C"
    )


def _greeting(label: "str | Promise", related_name: str) -> "models.ForeignKey[Greeting | None, Greeting | None]":
    name = cast("str", label)
    return models.ForeignKey(
        Greeting, models.PROTECT, null=True, blank=True, related_name=related_name, verbose_name=name
    )


class Forwarding(models.Model):
    """Where calls go before the phone rings, and where when it does not take them.

    In each case a call goes to one place. A target that is not used is kept for when it is. `rings` is how often the
    phone rings before `no_answer_does`, whether that forwards or records.
    """

    forward_always = models.BooleanField(_("always forward"), default=False)
    forward_until = models.DateTimeField(_("always forward until"), null=True, blank=True)
    forward_to = _target("forwarding_lines")
    busy_does = _instead(_("when busy"))
    busy_to = _target("lines_when_busy")
    no_answer_does = _instead(_("without an answer"))
    no_answer_to = _target("lines_without_answer")
    unreachable_does = _instead(_("when not reachable"))
    unreachable_to = _target("lines_when_unreachable")
    rings = models.PositiveSmallIntegerField(_("rings"), default=5)

    class Meta:
        abstract = True

    def forwards_at(self, at: datetime) -> bool:
        """Whether every call is forwarded: a forward with an end stops by itself."""
        return self.forward_always and (self.forward_until is None or at < self.forward_until)

    @property
    def forwards_now(self) -> bool:
        return self.forwards_at(timezone.now())


class Mailbox(models.Model):
    """The voicemail of a line. One that announces only takes no message, and may transfer after its greeting.

    `pin` is encrypted by telephony.vault around a hash: so few digits are found from a hash alone by trying them all.
    Callers hear `announcement` where no message is possible, else the greeting of why they come; None is the standard one.
    """

    voicemail = models.BooleanField(_("voicemail"), default=False)
    voicemail_always = models.BooleanField(_("all calls to voicemail"), default=False)
    mail_to = models.EmailField(_("messages to"), blank=True)
    copy_to = models.EmailField(_("copy to"), blank=True)
    announcement_only = models.BooleanField(_("no message possible"), default=False)
    then_to = _target("lines_after_greeting")
    busy_greeting = _greeting(_("greeting when busy"), "lines_when_busy")
    no_answer_greeting = _greeting(_("greeting without an answer"), "lines_without_answer")
    announcement = _greeting(_("what callers hear instead"), "announcing_lines")
    pin = models.TextField(blank=True)

    class Meta:
        abstract = True


class Quiet(models.Model):
    """When and for whom the phone stays silent."""

    do_not_disturb = models.BooleanField(_("do not disturb"), default=False)
    do_not_disturb_until = models.DateTimeField(_("do not disturb until"), null=True, blank=True)

    class Meta:
        abstract = True

    def is_quiet_at(self, at: datetime) -> bool:
        """Whether nobody is to be disturbed: one with an end stops by itself."""
        return self.do_not_disturb and (self.do_not_disturb_until is None or at < self.do_not_disturb_until)


class Ringing(models.Model):
    """Whose phones ring along, and which callers ring nothing; the numbers stand in AlsoRings and CallerFilter."""

    also_ring = models.BooleanField(_("ring along"), default=False)
    also_ring_in_call = models.BooleanField(_("ring along during a call"), default=False)
    block_all = models.BooleanField(_("refuse all callers"), default=False)
    block_anonymous = models.BooleanField(_("refuse anonymous callers"), default=False)

    class Meta:
        abstract = True


class Barring(models.Model):
    """What this line may not call besides what no line of the customer may: it adds, and never opens."""

    bar_international = models.BooleanField(_label(Block.INTERNATIONAL), default=False)
    bar_mobile = models.BooleanField(_label(Block.MOBILE), default=False)
    bar_premium_0900 = models.BooleanField(_label(Block.PREMIUM_0900), default=False)
    bar_adult_0906 = models.BooleanField(_label(Block.ADULT_0906), default=False)
    bar_entertainment_0909 = models.BooleanField(_label(Block.ENTERTAINMENT_0909), default=False)

    class Meta:
        abstract = True

    @property
    def barred(self) -> frozenset[Block]:
        """Each column has the name of its block."""
        return frozenset(block for block in Block if getattr(self, f"bar_{block}"))

    @barred.setter
    def barred(self, blocks: frozenset[Block]) -> None:
        for block in Block:
            setattr(self, f"bar_{block}", block in blocks)


class Line(Forwarding, Mailbox, Quiet, Ringing, Barring, TenantModel):
    """A line that calls and is called, of a single subscription or of an employee, with its features.

    `user` links an employee's log-in: that user sees and sets this line without any role. `sip_user` is random and
    unique on the platform; `sip_secret` is encrypted by telephony.vault.
    """

    NAMED_BY: ClassVar = ("dialable",)
    encrypted = ("sip_secret", "pin")

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="line")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="lines")
    hide_caller_id = models.BooleanField(_("hide number"), default=False)
    call_waiting = models.BooleanField(_("call waiting"), default=True)
    sip_user = models.CharField(max_length=32, unique=True, db_collation="C")
    sip_secret = models.TextField()

    class Meta:
        verbose_name = _("line")
        ordering = ("dialable__extension", "dialable__display_name", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(forward_always=False) | Q(forward_to__isnull=False), name="forwarding_has_a_destination"
            ),
            *(
                models.CheckConstraint(
                    condition=~Q(**{f"{case}_does": "forward"}) | Q(**{f"{case}_to__isnull": False}),
                    name=f"forwarding_{case}_has_a_destination",
                )
                for case in ("busy", "no_answer", "unreachable")
            ),
            models.CheckConstraint(
                condition=Q(rings__gte=FEWEST_RINGS, rings__lte=MOST_RINGS), name="line_rings_are_sensible"
            ),
            models.CheckConstraint(
                condition=(Q(forward_until__isnull=True) | Q(forward_always=True))
                & (Q(do_not_disturb_until__isnull=True) | Q(do_not_disturb=True)),
                name="only_what_is_on_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(voicemail=False) | ~Q(mail_to="") | Q(announcement_only=True),
                name="line_messages_have_an_address",
            ),
            models.CheckConstraint(condition=~Q(sip_secret=""), name="line_has_a_secret"),
            models.UniqueConstraint(fields=("customer", "user"), name="one_line_per_employee"),
        ]

    def __str__(self) -> str:
        return str(self.dialable)

    def get_absolute_url(self) -> str:
        return reverse("telephony:phone", args=[self.pk])


class AlsoRings(TenantModel):
    """A number or colleague that rings along with a line. With `confirm` a key has to be pressed to answer, so that the
    voicemail of a mobile does not take the call.
    """

    line = models.ForeignKey(Line, models.CASCADE, related_name="also_rings")
    target = models.ForeignKey(Destination, models.PROTECT, related_name="ringing_along")
    confirm = models.BooleanField(_("press a key to answer"), default=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("ringing along")
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "line", "target"), name="one_rings_along_once")
        ]

    def __str__(self) -> str:
        return str(self.line)


class CallerFilter(TenantModel):
    """Callers that a line refuses under a name of the customer's own, always or while a schedule says so."""

    NAMED_BY: ClassVar = ("line__dialable",)

    line = models.ForeignKey(Line, models.CASCADE, related_name="caller_filters")
    name = models.CharField(_("name"), max_length=60)
    schedule = models.ForeignKey(Schedule, models.PROTECT, null=True, blank=True, related_name="caller_filters")

    class Meta:
        verbose_name = _("blocked callers")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "line", "name"), name="caller_filter_name"),
            models.CheckConstraint(condition=~Q(name=""), name="caller_filter_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.line})"

    def get_absolute_url(self) -> str:
        return reverse("telephony:callers", args=[self.line_id, self.pk])


class CallerFilterNumber(TenantModel):
    """A number, or the beginning of some, as telephony.callers.Pattern has it."""

    caller_filter = models.ForeignKey(CallerFilter, models.CASCADE, related_name="numbers")
    digits = models.CharField(max_length=16, db_collation="C")
    is_prefix = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("blocked number")
        ordering = ("digits", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("customer", "caller_filter", "digits", "is_prefix"), name="caller_number_once"
            ),
            models.CheckConstraint(condition=Q(digits__regex=r"^\+[1-9][0-9]{0,14}$"), name="caller_number_is_digits"),
        ]

    def __str__(self) -> str:
        return str(self.pattern())

    def pattern(self) -> Pattern:
        return Pattern(self.digits, self.is_prefix)


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

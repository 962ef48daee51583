"""The company exchange: what holds for the company, hunt groups, auto attendants, voicemail boxes, night mode.

People of the exchange are lines of ``telephony``; extensions and numbers belong to its dialables.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from telephony.models import Destination, Dialable, HolidaySchedule, Line, PhoneNumber, Schedule


class ExchangeSettings(TenantModel):
    """What holds for the whole company. A customer with this row has an exchange; one without has single lines."""

    class Presentation(models.TextChoices):
        COMPANY = "company", _("Company number")
        PERSONAL = "personal", _("Personal number, if there is one")

    class NightMode(models.TextChoices):
        AUTO = "auto", _("Automatic")
        OFF = "off", _("Open")
        ON = "on", _("Closed")

    company_number = models.ForeignKey(
        PhoneNumber, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("company number")
    )
    presentation = models.CharField(
        _("number shown when calling out"), max_length=8, choices=Presentation.choices, default=Presentation.COMPANY
    )
    night_mode = models.CharField(_("night mode"), max_length=4, choices=NightMode.choices, default=NightMode.OFF)
    # A switch by hand may end by itself; from then on night mode is automatic again.
    night_until = models.DateTimeField(_("switched by hand until"), null=True, blank=True)
    night_schedule = models.ForeignKey(
        Schedule, models.PROTECT, null=True, blank=True, related_name="night_modes", verbose_name=_("working hours")
    )
    night_holidays = models.ForeignKey(
        HolidaySchedule, models.PROTECT, null=True, blank=True, related_name="night_modes", verbose_name=_("holidays")
    )
    night_target = models.ForeignKey(
        Destination, models.PROTECT, null=True, blank=True, related_name="company_nights", verbose_name=_("when closed")
    )

    class Meta:
        verbose_name = _("exchange")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer",), name="one_exchange_per_customer"),
            models.CheckConstraint(
                condition=Q(night_mode="off") | Q(night_target__isnull=False), name="night_mode_has_a_target"
            ),
            models.CheckConstraint(
                condition=~Q(night_mode="auto") | Q(night_schedule__isnull=False), name="automatic_has_a_schedule"
            ),
            models.CheckConstraint(
                condition=Q(night_until__isnull=True)
                | (Q(night_schedule__isnull=False, night_target__isnull=False) & ~Q(night_mode="auto")),
                name="by_hand_until_then_automatic",
            ),
        ]

    def __str__(self) -> str:
        return str(_("night mode of the company"))

    def get_absolute_url(self) -> str:
        return reverse("pbx:night")


class NightRule(TenantModel):
    """What one dialable does with night mode; without a row it follows the company."""

    class Setting(models.TextChoices):
        FOLLOW = "follow", _("Follows the company")
        OFF = "off", _("Never")
        ON = "on", _("Always")

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="night_rule")
    setting = models.CharField(_("night mode"), max_length=6, choices=Setting.choices, default=Setting.FOLLOW)
    target = models.ForeignKey(Destination, models.PROTECT, null=True, blank=True, related_name="night_rules")

    class Meta:
        verbose_name = _("night mode")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(setting="follow", target__isnull=True), name="following_is_the_absence_of_a_rule"
            )
        ]

    def __str__(self) -> str:
        return str(_("night mode of %(name)s")) % {"name": self.dialable}


class HuntGroup(TenantModel):
    """People who answer together. ``rings`` 0: never moves on to the next; ``wait_seconds`` 0: never overflows."""

    class Policy(models.TextChoices):
        SIMULTANEOUS = "simultaneous", _("All at once")
        REGULAR = "regular", _("Fixed order, from the top")
        CIRCULAR = "circular", _("Circular, after the last who answered")
        UNIFORM = "uniform", _("Longest idle first")

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="hunt_group")
    policy = models.CharField(_("distribution"), max_length=12, choices=Policy.choices, default=Policy.SIMULTANEOUS)
    rings = models.PositiveSmallIntegerField(_("rings per member"), default=3)
    wait_seconds = models.PositiveSmallIntegerField(_("waiting time"), default=0)
    overflow = models.ForeignKey(Destination, models.PROTECT, null=True, blank=True, related_name="overflowing_groups")
    call_waiting_for_agents = models.BooleanField(_("ring members who are in a call"), default=False)
    members: "models.ManyToManyField[Line, HuntGroupMember]" = models.ManyToManyField(
        Line, through="HuntGroupMember", related_name="hunt_groups"
    )

    class Meta:
        verbose_name = _("hunt group")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(overflow__isnull=True) | Q(wait_seconds__gt=0), name="overflow_has_a_waiting_time"
            ),
            models.CheckConstraint(condition=Q(rings__lte=20, wait_seconds__lte=1800), name="group_times_are_sensible"),
        ]

    def __str__(self) -> str:
        return str(self.dialable)


class HuntGroupMember(TenantModel):
    """A line in a group, at its place in the order."""

    group = models.ForeignKey(HuntGroup, models.CASCADE, related_name="memberships")
    line = models.ForeignKey(Line, models.CASCADE, related_name="group_memberships")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("member of a hunt group")
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "group", "line"), name="a_member_once_in_a_group")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.line}"


class AutoAttendant(TenantModel):
    """A menu that answers. Without a schedule its menu of business hours always plays."""

    NAMED_BY: ClassVar = ("dialable",)

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="auto_attendant")
    schedule = models.ForeignKey(Schedule, models.PROTECT, null=True, blank=True, related_name="auto_attendants")
    holidays = models.ForeignKey(HolidaySchedule, models.PROTECT, null=True, blank=True, related_name="auto_attendants")

    class Meta:
        verbose_name = _("auto attendant")

    def __str__(self) -> str:
        return str(self.dialable)

    def get_absolute_url(self) -> str:
        return reverse("pbx:menu", args=[self.pk])


class Menu(TenantModel):
    """What callers hear and may press at one kind of moment. ``greeting`` are the words of the recording."""

    class Moment(models.TextChoices):
        BUSINESS = "business", _("In working hours")
        AFTER_HOURS = "after_hours", _("Outside working hours")
        HOLIDAY = "holiday", _("On holidays")

    attendant = models.ForeignKey(AutoAttendant, models.CASCADE, related_name="menus")
    moment = models.CharField(max_length=12, choices=Moment.choices)
    greeting = models.CharField(_("what callers hear"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("menu")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "attendant", "moment"), name="one_menu_per_moment")
        ]

    def __str__(self) -> str:
        return f"{self.attendant}: {self.get_moment_display()}"


class MenuKey(TenantModel):
    """A key of a menu that does something."""

    class Action(models.TextChoices):
        TRANSFER_WITH_PROMPT = "transfer_with_prompt", _("Transfer, after saying so")
        TRANSFER_WITHOUT_PROMPT = "transfer_without_prompt", _("Transfer at once")
        TRANSFER_TO_OPERATOR = "transfer_to_operator", _("To reception, also without a choice")
        DIAL_BY_NAME = "dial_by_name", _("Spell a name")
        DIAL_BY_EXTENSION = "dial_by_extension", _("Dial an extension")
        PLAY_ANNOUNCEMENT = "play_announcement", _("Play an announcement")
        REPEAT_MENU = "repeat_menu", _("Repeat the menu")
        DISCONNECT = "disconnect", _("Hang up")

    TRANSFERS: ClassVar = (Action.TRANSFER_WITH_PROMPT, Action.TRANSFER_WITHOUT_PROMPT, Action.TRANSFER_TO_OPERATOR)

    menu = models.ForeignKey(Menu, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=1)
    action = models.CharField(max_length=24, choices=Action.choices)
    target = models.ForeignKey(Destination, models.PROTECT, null=True, blank=True, related_name="menu_keys")
    description = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("key of a menu")
        ordering = ("key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("customer", "menu", "key"), name="a_key_once_in_a_menu"),
            models.CheckConstraint(condition=Q(key__regex=r"^[0-9*#]$"), name="key_is_on_the_phone"),
            models.CheckConstraint(
                condition=Q(action__startswith="transfer", target__isnull=False)
                | (~Q(action__startswith="transfer") & Q(target__isnull=True)),
                name="a_transfer_has_a_target",
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(menu)s, key %(key)s")) % {"menu": self.menu.attendant, "key": self.key}


class VoicemailBox(TenantModel):
    """A box of the company or a department. One that does not record plays its greeting and hangs up."""

    dialable = models.OneToOneField(Dialable, models.CASCADE, related_name="voicemail_box")
    records = models.BooleanField(_("takes messages"), default=True)
    mail_to = models.EmailField(_("send messages to"), blank=True)

    class Meta:
        verbose_name = _("voicemail")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(records=False) | ~Q(mail_to=""), name="messages_have_an_address")
        ]

    def __str__(self) -> str:
        return str(self.dialable)

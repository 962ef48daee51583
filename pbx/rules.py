"""Named refusals of the exchange. Each says in words what to do instead, and has a stable code."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from pbx.models import ExchangeSettings, HuntGroupMember, NightRule
from telephony.models import Destination, Dialable, Line, Schedule


def night_has_a_target(mode: str, target: Destination | None) -> None:
    """Night mode that is on, or may switch itself on, needs somewhere to send calls."""
    if mode != ExchangeSettings.NightMode.OFF and target is None:
        raise Refusal(
            "night_without_target",
            _("Choose where calls go when you are closed, for example 999 for the company voicemail."),
            field="night_target",
        )


def automatic_has_a_schedule(mode: str, schedule: Schedule | None) -> None:
    """Night mode cannot follow a schedule that is not there."""
    if mode == ExchangeSettings.NightMode.AUTO and schedule is None:
        raise Refusal(
            "night_without_schedule",
            _("Choose the working hours that night mode should follow, or set it to Open or Closed."),
            field="night_schedule",
        )


def closing_ends_in_the_future(until: datetime, now: datetime) -> None:
    """A switch that ends by itself ends later than now, and within a year."""
    if not now < until <= now + timedelta(days=366):
        raise Refusal("closing_in_the_past", _("Choose a moment after now, within a year."), field="until")


def own_night_has_a_target(setting: str, target: Destination | None, company: Destination | None) -> None:
    """A night mode of its own that is on goes to its own destination, or else to the company's."""
    if setting == NightRule.Setting.ON and target is None and company is None:
        raise Refusal(
            "night_without_target",
            _("The company has no night destination, so choose one here."),
            field="night_target",
        )


def does_not_point_at_itself(dialable: Dialable, target: Destination | None, *, field: str) -> None:
    """What sends calls to itself goes round in circles."""
    if target is not None and target.dialable_id == dialable.pk:
        message = _("%(name)s cannot send calls to itself. Choose another destination.")
        raise Refusal("points_at_itself", message % {"name": dialable.display_name}, field=field)


def overflow_has_a_waiting_time(wait_seconds: int, overflow: Destination | None) -> None:
    """Without a waiting time the overflow would never come."""
    if overflow is not None and not wait_seconds:
        raise Refusal(
            "overflow_without_wait",
            _("Give the number of seconds after which the call goes on."),
            field="wait_seconds",
            proposals=("30",),
        )


def waiting_time_has_an_overflow(wait_seconds: int, overflow: Destination | None) -> None:
    """After the waiting time the call has to go somewhere."""
    if wait_seconds and overflow is None:
        raise Refusal(
            "wait_without_overflow",
            _("Choose where the call goes after the waiting time, or leave the waiting time empty."),
            field="overflow",
        )


def transfer_has_a_target(is_transfer: bool, target: Destination | None, *, key: str) -> None:
    """A key that transfers needs somewhere to go."""
    if is_transfer and target is None:
        message = _("Choose where key %(key)s leads, or let it do nothing.")
        raise Refusal("key_without_target", message % {"key": key}, field=f"target_{key}")


def messages_have_an_address(records: bool, mail_to: str) -> None:
    """A box that takes messages mails them."""
    if records and not mail_to:
        raise Refusal("voicemail_without_mail", _("Give the address that messages are sent to."), field="mail_to")


def in_no_group(line: Line) -> None:
    """Who answers for a group may not vanish from it unseen."""
    groups = [
        membership.group for membership in HuntGroupMember.objects.select_related("group__dialable").filter(line=line)
    ]
    if groups:
        message = _("%(name)s is a member of %(groups)s. Take the person out of it first.")
        names = ", ".join(str(group) for group in groups)
        raise Refusal("still_a_member", message % {"name": line.dialable.display_name, "groups": names})

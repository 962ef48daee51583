"""Hunt groups: made, changed, removed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from pbx.models import HuntGroup, HuntGroupMember
from pbx.services.places import FOLLOW, NightChoice, set_night_rule
from telephony.models import Dialable, Line, PhoneNumber
from telephony.selectors import Target
from telephony.services import create_dialable, refuse_circles
from telephony.services.dialables import change_dialable, remove_dialable, usable_destination


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """How a group hands out its calls. ``rings`` 0: never to the next; ``wait_seconds`` 0: never to the overflow."""

    policy: str = HuntGroup.Policy.SIMULTANEOUS
    rings: int = 3
    wait_seconds: int = 0
    overflow: Target | None = None
    call_waiting_for_agents: bool = False


@transaction.atomic
def create_group(
    *,
    actor: Actor,
    customer: Customer,
    name: str,
    extension: str | None,
    number: PhoneNumber | None = None,
    settings: GroupSettings,
    members: Sequence[Line],
    night: NightChoice = FOLLOW,
) -> HuntGroup:
    """Make a hunt group; ``members`` in their order."""
    dialable = create_dialable(
        actor=actor,
        customer=customer,
        kind=Dialable.Kind.HUNT_GROUP,
        display_name=name,
        extension=extension,
        number=number,
    )
    group = HuntGroup(customer=customer, dialable=dialable)
    _set(group, settings)
    group.save()
    _enrol(group, members)
    set_night_rule(actor=actor, dialable=group.dialable, night=night)
    audit.record(actor=actor, verb="hunt_group.create", obj=group, changes={"members": (None, _names(members))})
    return group


@transaction.atomic
def change_group(
    *,
    actor: Actor,
    group: HuntGroup,
    name: str,
    extension: str | None,
    number: PhoneNumber | None,
    settings: GroupSettings,
    members: Sequence[Line],
    night: NightChoice,
) -> HuntGroup:
    """Set everything of a hunt group."""
    HuntGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    group = HuntGroup.objects.select_related("dialable", "overflow__dialable").get(pk=group.pk)  # apart: as it is now
    before = _shown(group, [membership.line for membership in _memberships(group)])
    change_dialable(actor=actor, dialable=group.dialable, display_name=name, extension=extension, number=number)
    _set(group, settings)
    group.save()
    group.memberships.all().delete()
    _enrol(group, members)
    set_night_rule(actor=actor, dialable=group.dialable, night=night)
    changed = audit.changes(before, _shown(group, members))
    if changed:
        audit.record(actor=actor, verb="hunt_group.change", obj=group, changes=changed)
    return group


@transaction.atomic
def remove_group(*, actor: Actor, group: HuntGroup) -> None:
    """Remove a group that nothing points at."""
    remove_dialable(actor=actor, dialable=group.dialable)


def _set(group: HuntGroup, settings: GroupSettings) -> None:
    overflow = usable_destination(customer=group.customer, target=settings.overflow, field="overflow")
    rules.does_not_point_at_itself(group.dialable, overflow, field="overflow")
    if overflow is not None and overflow.dialable is not None and group.pk:
        refuse_circles(group.dialable, [("overflow", overflow.dialable)])
    rules.overflow_has_a_waiting_time(settings.wait_seconds, overflow)
    rules.waiting_time_has_an_overflow(settings.wait_seconds, overflow)
    group.policy, group.rings, group.wait_seconds = settings.policy, settings.rings, settings.wait_seconds
    group.overflow, group.call_waiting_for_agents = overflow, settings.call_waiting_for_agents


def _memberships(group: HuntGroup) -> list[HuntGroupMember]:
    return list(HuntGroupMember.objects.filter(group=group).select_related("line__dialable"))


def _enrol(group: HuntGroup, members: Sequence[Line]) -> None:
    HuntGroupMember.objects.bulk_create(
        HuntGroupMember(customer_id=group.customer_id, group=group, line=line, position=position)
        for position, line in enumerate(dict.fromkeys(members), start=1)
    )


def _names(members: Sequence[Line]) -> str:
    return ", ".join(str(line) for line in members)


def _shown(group: HuntGroup, members: Sequence[Line]) -> dict[str, object]:
    names = ("policy", "rings", "wait_seconds", "call_waiting_for_agents")
    return audit.snapshot(group, names) | {"overflow": str(group.overflow or ""), "members": _names(members)}

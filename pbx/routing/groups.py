"""How a hunt group hands out a call: whom it skips, in which order it rings, when it gives up.

Forwards, voicemail and simultaneous ringing of a member are its own and are not used for calls of a group.
"""

from pbx.routing.journey import MAX_RINGING, RING_SECONDS, End, Journey, Move, Reason
from pbx.routing.shapes import HuntGroup, NightSetting, Outcome, Person, Policy, label


def through_group(journey: Journey, group: HuntGroup) -> Move | End:
    if not group.members:
        journey.note("group_empty", group, group=label(group))
        return _give_up(journey, group)
    free = _free_members(journey, group)
    if not free:
        journey.note("group_nobody_free", group, group=label(group))
        return _give_up(journey, group)
    limit = group.wait_seconds or MAX_RINGING
    end = journey.seconds + limit
    if group.policy is Policy.SIMULTANEOUS:
        _ring_all(journey, group, free, limit)
    else:
        _ring_in_turn(journey, group, _in_order(group, free), end)
    journey.seconds = end
    return _give_up(journey, group)


def _free_members(journey: Journey, group: HuntGroup) -> list[Person]:
    free: list[Person] = []
    for member in group.members:
        person = journey.exchange.objects.get(member)
        if not isinstance(person, Person):
            continue
        reason = _skipped(journey, group, person)
        if reason:
            journey.note(reason, person, member=person.name)
        else:
            free.append(person)
    return free


def _skipped(journey: Journey, group: HuntGroup, person: Person) -> str:
    if person.night.setting is NightSetting.ON:
        return "group_skips_night"
    if person.is_quiet_at(journey.at):
        return "group_skips_quiet"
    if person.id in journey.exchange.unreachable:
        return "group_skips_unreachable"
    if person.id in journey.exchange.busy and not (group.call_waiting_for_agents and person.call_waiting):
        return "group_skips_busy"
    return ""


def _in_order(group: HuntGroup, free: list[Person]) -> list[Person]:
    """Circular starts after who served last, uniform with who has been idle longest; ties by list order."""
    if group.policy is Policy.CIRCULAR and group.served and group.served[-1] in group.members:
        turn = group.members.index(group.served[-1]) + 1
        order = {member: (place - turn) % len(group.members) for place, member in enumerate(group.members)}
        return sorted(free, key=lambda person: order[person.id])
    if group.policy is Policy.UNIFORM:
        last = {member: place for place, member in enumerate(group.served, start=1)}
        return sorted(free, key=lambda person: last.get(person.id, 0))
    return free


def _ring_all(journey: Journey, group: HuntGroup, free: list[Person], seconds: int) -> None:
    names = ", ".join(person.name for person in free)
    journey.note("group_rings_all", group, group=label(group), members=names, seconds=str(seconds))
    for person in free:
        journey.ring(person.id, seconds)


def _ring_in_turn(journey: Journey, group: HuntGroup, order: list[Person], end: int) -> None:
    """Each member for so many rings, from the top again until the wait is over; the second round is not listed."""
    each = group.rings * RING_SECONDS or end - journey.seconds
    for person in order:
        if journey.seconds >= end:
            return
        duration = min(each, end - journey.seconds)
        journey.note("group_rings_member", person, group=label(group), member=person.name, seconds=str(duration))
        journey.ring(person.id, duration)
        journey.seconds += duration
    if journey.seconds < end:
        journey.note("group_again", group, group=label(group))


def _give_up(journey: Journey, group: HuntGroup) -> Move | End:
    if group.overflow is None:
        journey.note("group_without_overflow", group, group=label(group))
        return End(Outcome.LOST)
    journey.note("group_overflow", group, group=label(group), target=journey.exchange.label(group.overflow))
    return Move(group.overflow, Reason.OVERFLOW)

"""``route``: one call, from the first digit to its end."""

from collections import deque
from datetime import datetime

from pbx.routing import dialled
from pbx.routing.features import Target
from pbx.routing.groups import through_group
from pbx.routing.journey import MAX_REDIRECTS, End, Journey, Move, Reason
from pbx.routing.menus import through_menu
from pbx.routing.night import Why, diverts, night_of
from pbx.routing.outgoing import dial_out, forward_out
from pbx.routing.people import listen, through_person
from pbx.routing.refused import turned_away
from pbx.routing.shapes import (
    AutoAttendant,
    Call,
    Exchange,
    Fax,
    HuntGroup,
    Inside,
    NightSetting,
    Outcome,
    Person,
    Plan,
    Reachable,
    Voicemail,
    label,
)


def route(exchange: Exchange, call: Call, at: datetime) -> Plan:
    """The whole way of ``call`` at the moment ``at`` (aware), as if nobody answers. Same input, same plan."""
    journey = Journey(exchange, call, at, keys=deque(call.keys))
    first = _from_inside(journey) if isinstance(call.caller, Inside) else _from_outside(journey)
    step: Move | End = first
    while isinstance(step, Move):
        step = _go(journey, step)
    return journey.plan(step)


def _from_outside(journey: Journey) -> Move | End:
    number = dialled.read(journey.call.dialled).number
    journey.destination = Target(number=number)
    if number not in journey.exchange.numbers:
        journey.note("not_our_number", number=number or journey.call.dialled)
        return End(Outcome.NOT_IN_USE)
    main = number == journey.exchange.company_number
    return _to_owner(journey, number, "received_main" if main else "received")


def _from_inside(journey: Journey) -> Move | End:
    """Emergency before everything, extensions before numbers, one's own numbers without leaving the exchange."""
    exchange, typed = journey.exchange, dialled.read(journey.call.dialled)
    caller = journey.call.caller
    place = exchange.place(caller.person) if isinstance(caller, Inside) else None
    person = place if isinstance(place, Person) else None
    journey.destination = Target(number=typed.number)
    owner = exchange.extensions.get(typed.digits)
    if dialled.is_emergency(typed.number):
        return dial_out(journey, person, typed.number)
    if owner is not None:
        target = Target(dialable=owner)
        journey.note("dialled_extension", exchange.place(owner), extension=typed.digits, target=exchange.label(target))
        return Move(target, Reason.DIALLED)
    if typed.number == dialled.OWN_VOICEMAIL and person is not None:
        return listen(journey, person)
    if typed.number in exchange.numbers:
        return _to_owner(journey, typed.number, "stays_inside")
    if not typed.number:
        journey.note("invalid_number", number=journey.call.dialled)
        return End(Outcome.INVALID_NUMBER)
    return dial_out(journey, person, typed.number, hidden=typed.hidden)


def _to_owner(journey: Journey, number: str, rule: str) -> Move | End:
    owner = journey.exchange.numbers[number]
    if owner is None:
        journey.note("not_in_use", number=number)
        return End(Outcome.NOT_IN_USE)
    target = Target(dialable=owner)
    journey.note(rule, journey.exchange.place(owner), number=number, target=journey.exchange.label(target))
    return Move(target, Reason.DIALLED)


def _go(journey: Journey, move: Move) -> Move | End:
    target = journey.exchange.resolve(move.target)
    journey.destination = target
    if move.reason is not Reason.DIALLED:
        journey.redirects += 1
        if journey.redirects > MAX_REDIRECTS:
            journey.note("too_many_redirects", journey.exchange.place(target.dialable))
            return End(Outcome.TOO_MANY_REDIRECTS)
    if target.dialable is None:
        return forward_out(journey, move.payer, target.number)
    place = journey.exchange.objects.get(target.dialable)
    if place is None:
        journey.note("gone")
        return End(Outcome.NOT_IN_USE)
    if (place.id, move.reason) in journey.visited:
        return _loop(journey, place, move.reason)
    journey.visited.append((place.id, move.reason))
    return turned_away(journey, place) or _night(journey, place) or _through(journey, place)


def _loop(journey: Journey, place: Reachable, reason: Reason) -> End:
    """Name everything on the circle, in order, so that people know which setting to change."""
    start = journey.visited.index((place.id, reason))
    circle = [journey.exchange.label(Target(dialable=visited)) for visited, _ in journey.visited[start:]]
    journey.note("loop", place, circle=" → ".join([*circle, label(place)]))
    return End(Outcome.LOOP)


def _night(journey: Journey, place: Reachable) -> Move | None:
    if isinstance(place, Voicemail | Fax):
        return None  # where calls end up at night
    night = night_of(journey.exchange, place, journey.at)
    if diverts(journey.exchange, place, night) and night.target is not None:
        rule = f"night_{night.why}"
        facts = {"target": journey.exchange.label(night.target), "object": label(place), "holiday": night.holiday}
        journey.note(rule, place, **facts, schedule=journey.exchange.night.schedule_name, until=_iso(night.until))
        return Move(night.target, Reason.NIGHT, payer=None)
    if night.lacks_target:
        journey.note("night_without_target", place, object=label(place))
    elif not night.is_on and not journey.night_told and place.night.setting is NightSetting.FOLLOW:
        journey.night_told = True
        if night.why is Why.SCHEDULE:
            journey.note("open_schedule", place, schedule=journey.exchange.night.schedule_name, until=_iso(night.until))
        elif night.why is Why.NO_SCHEDULE:
            journey.note("open_without_schedule", place)
    return None


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _through(journey: Journey, place: Reachable) -> Move | End:
    match place:
        case Person():
            return through_person(journey, place)
        case HuntGroup():
            return through_group(journey, place)
        case AutoAttendant():
            return through_menu(journey, place)
        case Voicemail():
            journey.note(
                "voicemail_records" if place.records else "voicemail_announces",
                place,
                box=label(place),
                mail=place.mail_to,
            )
            return End(Outcome.VOICEMAIL if place.records else Outcome.ANNOUNCED)
        case Fax():
            journey.note("fax", place, box=label(place), mail=place.mail_to)
            return End(Outcome.FAX)

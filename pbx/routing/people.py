"""How a call reaches somebody: forwarded, kept quiet, not reachable, busy, rung, or sent on without an answer.

In this order, so that a forward goes before do not disturb and before the voicemail. In each case a call goes to one
place: a forward, the voicemail, or what callers hear otherwise.
"""

from pbx.routing.along import Beside, ring_along, ringing_along
from pbx.routing.features import Instead
from pbx.routing.journey import ANNOUNCEMENT_SECONDS, MAX_RINGING, RING_SECONDS, End, Journey, Move, Reason
from pbx.routing.shapes import Outcome, Person, label


def through_person(journey: Journey, person: Person) -> Move | End:
    name = label(person)
    everything = person.forwards_at(journey.at)
    if everything is not None:
        until = person.forward_until.isoformat() if person.forward_until else ""
        target = journey.exchange.label(everything)
        journey.note("forward_always", person, person=name, target=target, until=until)
        return Move(everything, Reason.FORWARD, payer=person.id)
    if person.voicemail_always and person.mailbox is not None:
        journey.note("voicemail_always", person, person=name)
        return _into_mailbox(journey, person)
    if person.is_quiet_at(journey.at):
        until = person.do_not_disturb_until.isoformat() if person.do_not_disturb_until else ""
        journey.note("do_not_disturb", person, person=name, until=until)
        return _instead(journey, person, person.busy, "busy") or _busy_tone(journey, person)
    in_call = person.id in journey.exchange.busy
    along = ringing_along(journey, person) if not in_call or person.along_in_call else []
    unreachable = person.id in journey.exchange.unreachable
    if unreachable and not any(each.rings for each in along):
        journey.note("unreachable", person, person=name)
        return _instead(journey, person, person.unreachable, "unreachable") or End(Outcome.UNREACHABLE)
    return _ring(journey, person, along, in_call=in_call and not unreachable, own=not unreachable)


def _ring(journey: Journey, person: Person, along: list[Beside], *, in_call: bool, own: bool) -> Move | End:
    """The phone rings with those beside it; `own` is False when only they can."""
    name = label(person)
    if in_call and not person.call_waiting:
        journey.note("busy", person, person=name)
        if not any(each.rings for each in along):
            return _instead(journey, person, person.busy, "busy") or _busy_tone(journey, person)
        own = False
    goes_on = person.no_answer.target is not None or (person.no_answer.voicemail and person.mailbox is not None)
    seconds = person.rings * RING_SECONDS if goes_on else MAX_RINGING
    if own:
        journey.note("call_waiting" if in_call else "rings", person, person=name, seconds=str(seconds))
        journey.ring(person.id, seconds)
    for each in along:
        ring_along(journey, person, each, seconds)
    journey.seconds += seconds
    sent_on = _instead(journey, person, person.no_answer, "no_answer")
    if sent_on is not None:
        return sent_on
    journey.note("no_answer", person, person=name)
    return End(Outcome.NO_ANSWER)


def _busy_tone(journey: Journey, person: Person) -> End:
    journey.note("busy_tone", person, person=label(person))
    return End(Outcome.BUSY)


def _instead(journey: Journey, person: Person, instead: Instead, case: str) -> Move | End | None:
    """Where the call goes in a case; None when nothing is set for it."""
    if instead.target is not None:
        target = journey.exchange.label(instead.target)
        journey.note(f"forward_{case}", person, person=label(person), target=target)
        return Move(instead.target, Reason.FORWARD, payer=person.id)
    if instead.voicemail and person.mailbox is not None:
        journey.note(f"voicemail_{case}", person, person=label(person))
        return _into_mailbox(journey, person)
    return None


def _into_mailbox(journey: Journey, person: Person) -> Move | End:
    box = person.mailbox
    assert box is not None  # noqa: S101 - whoever comes here has one
    if box.records:
        journey.note("mailbox_records", person, person=label(person), mail=box.mail_to)
        return End(Outcome.VOICEMAIL)
    journey.note("mailbox_announces", person, person=label(person))
    journey.seconds += ANNOUNCEMENT_SECONDS
    if box.then is None:
        journey.note("mailbox_hangs_up", person, person=label(person))
        return End(Outcome.ANNOUNCED)
    journey.note("mailbox_transfers", person, person=label(person), target=journey.exchange.label(box.then))
    return Move(box.then, Reason.VOICEMAIL, payer=person.id)


def listen(journey: Journey, person: Person) -> End:
    """Somebody dials the own voicemail; one that takes no messages has none to listen to."""
    if person.mailbox is None or not person.mailbox.records:
        journey.note("no_messages", person, person=label(person))
        return End(Outcome.NOT_IN_USE)
    journey.note("listens", person, person=label(person))
    return End(Outcome.LISTENS)

"""Callers whom a person does not want to hear: turned away before night mode, forwards and voicemail.

Colleagues have a name and are in no list, so only "everybody" holds for them. Lines for help always get through: a
centre that calls back must reach whoever called it.
"""

from pbx.routing import dialled
from pbx.routing.journey import End, Journey
from pbx.routing.shapes import Call, Outcome, Outside, Person, Reachable, label


def turned_away(journey: Journey, place: Reachable) -> End | None:
    if not isinstance(place, Person):
        return None
    found = _why(place, journey.call, journey)
    if found is None:
        return None
    rule, name = found
    journey.note(rule, place, person=label(place), list=name)
    return End(Outcome.REFUSED)


def _why(person: Person, call: Call, journey: Journey) -> tuple[str, str] | None:
    """The rule that turns the caller away, and the name of the list."""
    caller, refused = call.caller, person.refused
    if isinstance(caller, Outside) and dialled.is_always_allowed(caller.number):
        return None
    if refused.everybody:
        return "refuses_everybody", ""
    if not isinstance(caller, Outside):
        return None
    if caller.anonymous:
        return ("refuses_anonymous", "") if refused.anonymous else None
    lists = (each for each in refused.lists if caller.number and each.refuses(caller.number, journey.at))
    name = next((each.name for each in lists), None)
    return None if name is None else ("refuses_list", name)

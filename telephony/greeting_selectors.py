"""Reads of greetings, each for whoever may have them."""

from django.db.models import Q, QuerySet

from accounts.access import Actor, Capability
from telephony.features import GREETINGS
from telephony.models import Greeting, GreetingVersion, Line
from telephony.schedule_selectors import count_of_uses


def greetings() -> QuerySet[Greeting]:
    """Greetings by name, with their versions and how often they are used, in two queries."""
    found = Greeting.objects.select_related("line__dialable").annotate(uses=count_of_uses(Greeting))
    return found.prefetch_related("versions__made_by").order_by("name")


def kept_by(actor: Actor) -> QuerySet[Greeting]:
    """Those that somebody looks after: all of them, or an employee's own."""
    if actor.can(Capability.EDIT_SETTINGS):
        return greetings()
    return greetings().filter(line__user=actor.user, line__isnull=False)


def may_hear(actor: Actor, greeting: Greeting) -> bool:
    """Whoever has the right hears all; an employee hears what is the own line's, or played on it."""
    if actor.can(Capability.HEAR_GREETINGS):
        return True
    plays = Q(own_greetings=greeting)
    for name in GREETINGS:
        plays |= Q(**{name: greeting})
    return Line.objects.filter(plays, user=actor.user).exists() if actor.user else False


def for_line(line: Line) -> QuerySet[Greeting]:
    """What a line may play: what all may, and its own."""
    return Greeting.objects.filter(Q(line=None) | Q(line=line)).order_by("name")


def for_all() -> QuerySet[Greeting]:
    """What is no single line's."""
    return Greeting.objects.filter(line=None).order_by("name")


def version(greeting: Greeting, number: int) -> GreetingVersion | None:
    """A version by its number."""
    return GreetingVersion.objects.filter(greeting=greeting, number=number).first()

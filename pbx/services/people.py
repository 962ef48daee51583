"""People of the exchange: lines with a name, an extension and perhaps a number of their own."""

from django.db import transaction

from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from pbx.services.places import FOLLOW, NightChoice, set_night_rule
from telephony.models import Line, PhoneNumber
from telephony.services import create_line, remove_line
from telephony.services.dialables import change_dialable


@transaction.atomic
def create_person(
    *,
    actor: Actor,
    customer: Customer,
    name: str,
    extension: str | None,
    number: PhoneNumber | None = None,
    night: NightChoice = FOLLOW,
) -> Line:
    """Make a person who can call and be called."""
    line = create_line(actor=actor, customer=customer, display_name=name, extension=extension, number=number)
    set_night_rule(actor=actor, dialable=line.dialable, night=night)
    return line


@transaction.atomic
def change_person(
    *,
    actor: Actor,
    line: Line,
    name: str,
    extension: str | None,
    number: PhoneNumber | None,
    night: NightChoice,
) -> Line:
    """Give a person another name, extension, number or night rule; the phones that show them follow."""
    change_dialable(actor=actor, dialable=line.dialable, display_name=name, extension=extension, number=number)
    set_night_rule(actor=actor, dialable=line.dialable, night=night)
    return line


@transaction.atomic
def remove_person(*, actor: Actor, line: Line) -> None:
    """Remove a person whom nothing points at and who is in no group."""
    rules.in_no_group(line)
    remove_line(actor=actor, line=line)

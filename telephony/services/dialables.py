"""Everything a caller can reach, whatever its kind: renamed, renumbered, removed, and where calls may be sent."""

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from telephony import rules, selectors
from telephony.models import Destination, Dialable, Line, PhoneNumber
from telephony.selectors import Target
from telephony.services.lines import destination
from telephony.services.numbers import assign_number, release_number
from telephony.services.phone_books import mark_book
from telephony.services.provisioning import keep_answers_of


@transaction.atomic
def change_dialable(
    *, actor: Actor, dialable: Dialable, display_name: str, extension: str | None, number: PhoneNumber | None
) -> Dialable:
    """Give a dialable its name, extension and main number; extra numbers stay. Phones that show them get a new
    answer.
    """
    name = rules.name_is_plain(display_name)
    if extension and extension != dialable.extension:
        rules.extension_may_be_used(extension, kind=dialable.kind)
        rules.extension_is_free(extension, but_for=dialable)
    old = selectors.main_number(dialable)
    rules.reachable(extension, number)
    before = {"display_name": dialable.display_name, "extension": dialable.extension}
    dialable.display_name, dialable.extension = name, extension or None
    dialable.save(update_fields=["display_name", "extension"])
    if old != number:
        if old is not None:
            release_number(actor=actor, number=old)
        if number is not None:
            assign_number(actor=actor, number=number, dialable=dialable)
    changed = audit.changes(before, {"display_name": name, "extension": extension or None})
    if changed:
        audit.record(actor=actor, verb="dialable.change", obj=dialable, changes=changed)
    # Phones that forward here dial its extension, so they follow as well.
    mark_book(dialable.customer_id)
    touched = list(Line.objects.filter(Q(dialable=dialable) | Q(forward_to__dialable=dialable)))
    keep_answers_of(lines=touched, devices=selectors.devices_with_a_key_for(dialable))
    return dialable


@transaction.atomic
def remove_dialable(*, actor: Actor, dialable: Dialable) -> None:
    """Remove what nothing points at; its number comes free, its extension too."""
    rules.nothing_points_at(dialable)
    audit.record(actor=actor, verb="dialable.remove", obj=dialable)
    Destination.objects.filter(dialable=dialable).delete()
    mark_book(dialable.customer_id)
    dialable.delete()


def usable_destination(*, customer: Customer, target: Target | None, field: str) -> Destination | None:
    """The row for a target that calls may be sent to; refuses emergency lines and what the customer blocks."""
    if target is None:
        return None
    if target.dialable is None:
        try:
            rules.forward_may_go_to(target.external, blocked=selectors.blocked(customer))
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.message, field=field, proposals=refusal.proposals) from refusal
    return destination(customer=customer, target=target)

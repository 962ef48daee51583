"""Lines, their features and what they may not call."""

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer, User
from portal.lib.crypto import generate_password
from portal.lib.numbers import Block, display
from telephony import rules, selectors, vault
from telephony.models import Destination, Dialable, Line, OutgoingBlocks, PhoneNumber
from telephony.selectors import Target
from telephony.services.numbers import assign_number
from telephony.services.provisioning import keep_answers_of
from telephony.services.registrar import keep_accounts


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line after a change, and how many of its phones have not fetched the change yet."""

    line: Line
    phones_to_follow: int


@transaction.atomic
def create_dialable(
    *,
    customer: Customer,
    kind: str,
    display_name: str,
    extension: str | None = None,
    number: PhoneNumber | None = None,
    actor: Actor,
) -> Dialable:
    """Make what a caller can reach; the kind's own row is the caller's to make, and so is its audit entry."""
    name = rules.name_is_plain(display_name)
    if extension:
        rules.extension_may_be_used(extension, kind=kind)
        rules.extension_is_free(extension)
    rules.reachable(extension, number)
    dialable = Dialable.objects.create(customer=customer, kind=kind, display_name=name, extension=extension or None)
    if number is not None:
        assign_number(actor=actor, number=number, dialable=dialable)
    return dialable


@transaction.atomic
def create_line(
    *,
    actor: Actor,
    customer: Customer,
    display_name: str,
    extension: str | None = None,
    number: PhoneNumber | None = None,
    user: User | None = None,
) -> Line:
    """Make a line that can call and be called, with a SIP user and secret of its own."""
    dialable = create_dialable(
        actor=actor,
        customer=customer,
        kind=Dialable.Kind.LINE,
        display_name=display_name,
        extension=extension,
        number=number,
    )
    line = Line.objects.create(
        customer=customer,
        dialable=dialable,
        user=user,
        sip_user=generate_password(16),
        sip_secret=vault.encrypt(generate_password()),
    )
    keep_accounts([line])
    audit.record(actor=actor, verb="line.create", obj=line, changes={"extension": (None, extension)})
    return line


@transaction.atomic
def link_employee(*, actor: Actor, line: Line, user: User | None) -> Line:
    """Let a user see and set this line as their own, or nobody."""
    before = line.user
    line.user = user
    line.save(update_fields=["user"])
    audit.record(actor=actor, verb="line.link", obj=line, changes=audit.changes({"user": before}, {"user": user}))
    return line


def destination(*, customer: Customer, target: Target) -> Destination:
    """The customer's row for a target; holders of the same target share it."""
    found, _made = Destination.objects.get_or_create(
        customer=customer, dialable=target.dialable, external="" if target.dialable else target.external
    )
    return found


@transaction.atomic
def change_line(
    *,
    actor: Actor,
    line: Line,
    hide_caller_id: bool,
    call_waiting: bool,
    forward_always: bool,
    forward_to: Target | None,
) -> LineChange:
    """Set the features of a line. A forward that is off may keep its target, so that it can be switched on again."""
    line = (
        Line.objects.select_for_update(of=("self",)).select_related("dialable", "forward_to__dialable").get(pk=line.pk)
    )
    rules.forward_has_a_target(on=forward_always, has_target=forward_to is not None)
    if forward_to is not None:
        _may_forward(line, forward_to, on=forward_always)
    before = _features(line)
    line.hide_caller_id = hide_caller_id
    line.call_waiting = call_waiting
    line.forward_always = forward_always
    line.forward_to = destination(customer=line.customer, target=forward_to) if forward_to else None
    changed = audit.changes(before, _features(line))
    if changed:
        line.save(update_fields=["hide_caller_id", "call_waiting", "forward_always", "forward_to"])
        audit.record(actor=actor, verb="line.change", obj=line, changes=changed)
    return LineChange(line, keep_answers_of(lines=[line]) if changed else 0)


def set_forward(*, actor: Actor, line: Line, on: bool, target: Target | None = None) -> LineChange:
    """Switch forwarding on or off; without a new target the last one counts."""
    if target is None and line.forward_to is not None:
        target = Target(dialable=line.forward_to.dialable, external=line.forward_to.external)
    return change_line(
        actor=actor,
        line=line,
        hide_caller_id=line.hide_caller_id,
        call_waiting=line.call_waiting,
        forward_always=on,
        forward_to=target,
    )


@transaction.atomic
def change_outgoing_blocks(*, actor: Actor, customer: Customer, blocked: frozenset[Block]) -> OutgoingBlocks:
    """Set what no line of the customer may call. Lines for help stay open whatever is set here."""
    row = selectors.outgoing_blocks(customer)
    rules.no_line_forwards_to(blocked - row.blocked())
    before = {block.value: block in row.blocked() for block in Block}
    for block in Block:
        setattr(row, block.value, block in blocked)
    row.save()
    after = {block.value: block in blocked for block in Block}
    audit.record(actor=actor, verb="blocks.change", obj=row, changes=audit.changes(before, after))
    return row


@transaction.atomic
def remove_line(*, actor: Actor, line: Line) -> None:
    """Remove a line that nothing points at; its number comes free and its phones forget it."""
    dialable = line.dialable
    rules.nothing_points_at(dialable)
    audit.record(actor=actor, verb="line.remove", obj=line)
    touched = list(selectors.devices_of([line]))
    Destination.objects.filter(dialable=dialable).delete()
    dialable.delete()
    for device in touched:
        keep_answers_of(devices=[device])


def _may_forward(line: Line, target: Target, *, on: bool) -> None:
    if target.dialable is not None:
        rules.forward_is_not_itself(line, target.dialable)
    elif on:
        rules.forward_may_go_to(target.external, blocked=selectors.blocked(line.customer))


def _features(line: Line) -> dict[str, object]:
    target = line.forward_to
    shown = "" if target is None else str(target.dialable) if target.dialable else display(target.external)
    return {
        "hide_caller_id": line.hide_caller_id,
        "call_waiting": line.call_waiting,
        "forward_always": line.forward_always,
        "forward_to": shown,
    }

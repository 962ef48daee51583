"""Lines, their features and what they may not call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer, User
from portal.lib.crypto import generate_password
from portal.lib.numbers import Block
from telephony import greeting_rules, rules, selectors, vault
from telephony.features import GREETINGS, TARGETS, Features, columns, features_of, snapshot
from telephony.models import AlsoRings, Destination, Dialable, Line, OutgoingBlocks, PhoneNumber
from telephony.selectors import Target
from telephony.services.circles import refuse_circles, sent_on
from telephony.services.numbers import assign_number
from telephony.services.phone_books import mark_book
from telephony.services.provisioning import keep_answers_of
from telephony.services.registrar import keep_accounts
from telephony.services.turns import take_dialables, take_lines


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line after a change, how many of its phones have not fetched it yet, and what was before of what changed."""

    line: Line
    phones_to_follow: int
    before: Mapping[str, Any]


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
    mark_book(customer.pk)
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
def change_line(*, actor: Actor, line: Line, features: Features) -> LineChange:
    """Set the features of a line, all of them. What is off may keep its target, so that it can be switched on again."""
    return _change(actor, _locked(line), features)


@transaction.atomic
def set_features(*, actor: Actor, line: Line, **changes: Any) -> LineChange:
    """Set some features of a line by their names; the others stay as they are at that moment."""
    line = _locked(line)
    return _change(actor, line, replace(features_of(line, timezone.now()), **changes))


def set_forward(
    *, actor: Actor, line: Line, on: bool, target: Target | None = None, until: datetime | None = None
) -> LineChange:
    """Switch forwarding on, until a moment or for good, or off; without a new target the last one counts."""
    changes: dict[str, object] = {"forward_always": on, "forward_until": until if on else None}
    if target is not None:
        changes["forward_to"] = target
    return set_features(actor=actor, line=line, **changes)


def _locked(line: Line) -> Line:
    take_lines([line])
    # Read apart: a query that waits joins what the line pointed at before, and finds no target where that changed.
    return selectors.lines().get(pk=line.pk)


def _change(actor: Actor, line: Line, features: Features) -> LineChange:
    now = timezone.now()
    before = features_of(line, now)
    _may_be_set(line, features, now)
    changed = audit.changes(snapshot(before), snapshot(features))
    if not changed:
        return LineChange(line, 0, {})
    take_dialables(target.dialable for _field, target in _targets(features) if target.dialable)
    _put(line, features)
    line.save(update_fields=columns())
    if "also_rings" in changed:
        _put_along(line, features)
    audit.record(actor=actor, verb="line.change", obj=line, changes=changed)
    follow = keep_answers_of(lines=[line])
    return LineChange(selectors.lines().get(pk=line.pk), follow, {name: getattr(before, name) for name in changed})


def _may_be_set(line: Line, features: Features, now: datetime) -> None:
    rules.rings_are_sensible(features.rings)
    rules.ends_in_the_future(features.forward_until, now, field="forward_until")
    rules.ends_in_the_future(features.do_not_disturb_until, now, field="do_not_disturb_until")
    rules.messages_have_an_address(features)
    rules.calls_go_to_a_voicemail_that_is_on(features)
    rules.ringing_along_is_possible(features)
    for name in GREETINGS:
        greeting_rules.plays_for(getattr(features, name), line, field=name)
    live = list(features.live())
    for field, target in live:
        rules.forward_has_a_target(has_target=target is not None, field=field)
    _kept_targets_are_not_itself(line, features)
    blocked = selectors.blocked(line.customer)
    for field, target in live:
        if target is not None and target.dialable is None:
            rules.forward_may_go_to(target.external, blocked=blocked, barred=features.barred, field=field)
    refuse_circles(line.dialable, sent_on(features))


def _kept_targets_are_not_itself(line: Line, features: Features) -> None:
    for field, target in _targets(features):
        if target.dialable is not None:
            rules.forward_is_not_itself(line, target.dialable, field=field)


def _targets(features: Features) -> Iterator[tuple[str, Target]]:
    """Every target with its field, also of what is off."""
    yield from ((field, target) for field in TARGETS if (target := getattr(features, field)) is not None)
    yield from (("also_rings", along.to) for along in features.also_rings)


def _put(line: Line, features: Features) -> None:
    """The features into the line's columns."""
    for name in (field.name for field in fields(Features) if field.name != "also_rings"):
        value = getattr(features, name)
        if name in TARGETS:
            value = destination(customer=line.customer, target=value) if value else None
        setattr(line, name, value)


def _put_along(line: Line, features: Features) -> None:
    AlsoRings.objects.filter(line=line).delete()
    AlsoRings.objects.bulk_create(
        AlsoRings(
            customer=line.customer,
            line=line,
            target=destination(customer=line.customer, target=along.to),
            confirm=along.confirm,
            position=place,
        )
        for place, along in enumerate(features.also_rings)
    )


@transaction.atomic
def set_pin(*, actor: Actor, line: Line, pin: str) -> None:
    """Give the voicemail of a line another PIN. Neither the trail nor any page tells it."""
    rules.pin_is_safe(pin, line)
    line.pin = vault.encrypt(make_password(pin))
    line.save(update_fields=["pin"])
    audit.record(actor=actor, verb="line.pin", obj=line)


def pin_fits(line: Line, pin: str) -> bool:
    """Whether this is the PIN of the line's voicemail; without one nothing fits."""
    return bool(line.pin) and check_password(pin, vault.decrypt(line.pin))


@transaction.atomic
def change_outgoing_blocks(*, actor: Actor, customer: Customer, blocked: frozenset[Block]) -> OutgoingBlocks:
    """Set what no line of the customer may call. Lines for help stay open whatever is set here."""
    row, _made = OutgoingBlocks.objects.select_for_update(no_key=True).get_or_create(customer=customer)
    now = timezone.now()
    added = blocked - row.blocked()
    if added:
        everyone = ((line, features_of(line, now)) for line in selectors.line_targets())
        rules.no_call_goes_to(added, everyone)
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
    take_lines([line])
    take_dialables([dialable])
    rules.nothing_points_at(dialable)
    audit.record(actor=actor, verb="line.remove", obj=line)
    touched = list(selectors.devices_of([line]))
    Destination.objects.filter(dialable=dialable).delete()
    mark_book(dialable.customer_id)
    dialable.delete()
    keep_answers_of(devices=touched)

"""Auto attendants: their hours, their menus, and what each key does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from pbx.models import AutoAttendant, Menu, MenuKey
from pbx.services.places import FOLLOW, NightChoice, set_night_rule
from telephony.models import Dialable, HolidaySchedule, PhoneNumber, Schedule
from telephony.selectors import Target
from telephony.services import create_dialable, refuse_circles
from telephony.services.dialables import change_dialable, remove_dialable, usable_destination


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """What one key does; transfers need a target."""

    action: str
    target: Target | None = None
    description: str = ""


@transaction.atomic
def create_attendant(
    *,
    actor: Actor,
    customer: Customer,
    name: str,
    extension: str | None = None,
    number: PhoneNumber | None = None,
    schedule: Schedule | None = None,
    holidays: HolidaySchedule | None = None,
    night: NightChoice = FOLLOW,
) -> AutoAttendant:
    """Make an auto attendant with an empty menu for business hours."""
    dialable = create_dialable(
        actor=actor,
        customer=customer,
        kind=Dialable.Kind.AUTO_ATTENDANT,
        display_name=name,
        extension=extension,
        number=number,
    )
    attendant = AutoAttendant.objects.create(customer=customer, dialable=dialable, schedule=schedule, holidays=holidays)
    Menu.objects.create(customer=customer, attendant=attendant, moment=Menu.Moment.BUSINESS)
    set_night_rule(actor=actor, dialable=dialable, night=night)
    audit.record(actor=actor, verb="auto_attendant.create", obj=attendant)
    return attendant


@transaction.atomic
def change_attendant(
    *,
    actor: Actor,
    attendant: AutoAttendant,
    name: str,
    extension: str | None,
    number: PhoneNumber | None,
    schedule: Schedule | None,
    holidays: HolidaySchedule | None,
    night: NightChoice,
) -> AutoAttendant:
    """Set the name, the extension, the number and the hours."""
    change_dialable(actor=actor, dialable=attendant.dialable, display_name=name, extension=extension, number=number)
    set_night_rule(actor=actor, dialable=attendant.dialable, night=night)
    before = audit.snapshot(attendant, ("schedule", "holidays"))
    attendant.schedule, attendant.holidays = schedule, holidays
    changed = audit.changes(before, audit.snapshot(attendant, ("schedule", "holidays")))
    if changed:
        attendant.save(update_fields=["schedule", "holidays"])
        audit.record(actor=actor, verb="auto_attendant.change", obj=attendant, changes=changed)
    return attendant


@transaction.atomic
def set_menu(
    *, actor: Actor, attendant: AutoAttendant, moment: str, greeting: str, keys: Mapping[str, KeySettings] | None
) -> Menu | None:
    """Set a whole menu: its greeting and every key. ``keys`` None removes the menu of a moment; business hours keep theirs."""
    before = _shown(Menu.objects.filter(attendant=attendant, moment=moment).first())
    menu: Menu | None = None
    if keys is None and moment != Menu.Moment.BUSINESS:
        Menu.objects.filter(attendant=attendant, moment=moment).delete()
    else:
        menu, _made = Menu.objects.update_or_create(
            attendant=attendant, moment=moment, customer=attendant.customer, defaults={"greeting": greeting}
        )
        menu.keys.all().delete()
        made = [_key(menu, name, settings) for name, settings in (keys or {}).items()]
        refuse_circles(attendant.dialable, _of_operators(made))
        MenuKey.objects.bulk_create(made)
    changed = audit.changes(before, _shown(menu))
    if changed:
        audit.record(actor=actor, verb="menu.set", obj=attendant, changes=changed, note=moment)
    return menu


def _key(menu: Menu, name: str, settings: KeySettings) -> MenuKey:
    is_transfer = settings.action in MenuKey.TRANSFERS
    target = settings.target if is_transfer else None
    found = usable_destination(customer=menu.customer, target=target, field=f"target_{name}")
    rules.transfer_has_a_target(is_transfer, found, key=name)
    return MenuKey(
        customer=menu.customer,
        menu=menu,
        key=name,
        action=settings.action,
        target=found,
        description=settings.description,
    )


def _of_operators(keys: Iterable[MenuKey]) -> Iterator[tuple[str, Dialable]]:
    """Where a call goes without a choice; another key is the caller's own, and may well lead back."""
    for key in keys:
        if key.action == MenuKey.Action.TRANSFER_TO_OPERATOR and key.target is not None and key.target.dialable:
            yield f"target_{key.key}", key.target.dialable


def _shown(menu: Menu | None) -> dict[str, object]:
    if menu is None:
        return {"greeting": "", "keys": ""}
    rows = MenuKey.objects.filter(menu=menu).select_related("target__dialable").order_by("key")
    keys = ", ".join(f"{row.key}: {row.target or row.action}" for row in rows)
    return {"greeting": menu.greeting, "keys": keys}


@transaction.atomic
def remove_attendant(*, actor: Actor, attendant: AutoAttendant) -> None:
    """Remove a menu that nothing points at."""
    remove_dialable(actor=actor, dialable=attendant.dialable)

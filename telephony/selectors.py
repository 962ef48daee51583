"""Reads of lines, numbers and devices. Every one runs inside a customer's door, so row-level security bounds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import Customer, User
from portal.lib.numbers import Block, blocks_of, extension_refusal, parse
from telephony.models import (
    AlsoRings,
    CallerFilter,
    Destination,
    Device,
    DeviceKey,
    DeviceLine,
    Dialable,
    KeptSettings,
    Line,
    NumberRange,
    OutgoingBlocks,
    PhoneFile,
    PhoneNumber,
    ProvisioningAnswer,
    ProvisioningEvent,
    SpendGuardState,
    UnlimitedCalling,
)

EVENTS_SHOWN = 50
FETCHES = tuple(ProvisioningEvent.Outcome[name] for name in ("FETCHED", "UNCHANGED", "FIRST"))


_TARGETS = tuple(f"{name}_to__dialable" for name in ("forward", "busy", "no_answer", "unreachable", "then"))
_GREETINGS = ("busy_greeting", "no_answer_greeting", "announcement")


def line_targets() -> QuerySet[Line]:
    """Every line with where it may send calls, in two queries."""
    return Line.objects.select_related("dialable", *_TARGETS, *_GREETINGS).prefetch_related(_along()).order_by("pk")


def _along() -> "Prefetch[str]":
    return Prefetch("also_rings", queryset=AlsoRings.objects.select_related("target__dialable").order_by("position"))


def lines() -> QuerySet[Line]:
    """Every line with what a list or page shows of it, in five queries."""
    keys = DeviceLine.objects.select_related("device").order_by("position", "pk")
    return (
        Line.objects.select_related("dialable", "user", *_TARGETS, *_GREETINGS)
        .prefetch_related(
            Prefetch("dialable__numbers", queryset=told_numbers()),
            Prefetch("device_lines", queryset=keys),
            _along(),
        )
        .order_by("dialable__extension", "dialable__display_name", "pk")
    )


def caller_filters(line: Line) -> QuerySet[CallerFilter]:
    """The lists of callers that a line refuses, with their numbers."""
    return line.caller_filters.select_related("schedule").prefetch_related("numbers").order_by("name")


def line_of(user: User) -> Line | None:
    """The employee's own line in the open customer."""
    return lines().filter(user=user).first()


def devices() -> QuerySet[Device]:
    """Every device with its lines and whether its answer stands ready."""
    keys = DeviceLine.objects.select_related("line__dialable", "line__user").prefetch_related("line__dialable__numbers")
    return Device.objects.prefetch_related(Prefetch("device_lines", queryset=keys.order_by("position"))).order_by("pk")


def devices_with_state() -> QuerySet[Device]:
    """Devices with `fetched_at` and `fetched_etag` of their last fetch, and `ready_etag` of what stands ready."""
    last = ProvisioningEvent.objects.filter(device=models.OuterRef("pk"), outcome__in=FETCHES).order_by("-at", "-pk")
    return devices().annotate(
        fetched_at=models.Subquery(last.values("at")[:1]),
        fetched_etag=models.Subquery(last.values("etag")[:1]),
        ready_etag=models.F("answer__etag"),
    )


def last_events(found: Iterable[Device]) -> dict[int, ProvisioningEvent]:
    """The latest successful request of each device, by the device's id, in one query."""
    events = (
        ProvisioningEvent.objects.filter(device__in=[device.pk for device in found], outcome__in=FETCHES)
        .order_by("device_id", "-at", "-pk")
        .distinct("device_id")
    )
    return {event.device_id: event for event in events}


def events_of(device: Device) -> list[ProvisioningEvent]:
    """The device's latest requests, newest first."""
    return list(ProvisioningEvent.objects.filter(device=device)[:EVENTS_SHOWN])


def keys_of(device: Device) -> QuerySet[DeviceKey]:
    """The keys of a device after those of its lines, with what they dial."""
    return _keys_with_target().filter(device=device)


def _keys_with_target() -> QuerySet[DeviceKey]:
    return DeviceKey.objects.select_related("target__dialable").prefetch_related("target__dialable__numbers")


def keys_by_device(found: Sequence[Device]) -> dict[int, list[DeviceKey]]:
    """The keys of each of these devices, by its id."""
    keys: dict[int, list[DeviceKey]] = {device.pk: [] for device in found}
    for key in _keys_with_target().filter(device__in=keys):
        keys[key.device_id].append(key)
    return keys


def devices_with_a_key_for(dialable: Dialable) -> QuerySet[Device]:
    """Devices that have this dialable under a key."""
    return devices().filter(keys__target__dialable=dialable).distinct()


def files_of(device: Device) -> QuerySet[PhoneFile]:
    """What the device sent, newest first."""
    return PhoneFile.objects.filter(device=device)


def gives_back(device: Device) -> bool:
    """Whether the phone gets back what was set on it, when it asks."""
    return KeptSettings.objects.filter(device=device).exists()


def answers(found: Iterable[Device]) -> dict[int, ProvisioningAnswer]:
    """What each device would be answered now, without the answer itself, by the device's id."""
    ready = ProvisioningAnswer.objects.filter(device__in=[device.pk for device in found]).defer(
        "body", "ha1", "fetched_body"
    )
    return {answer.device_id: answer for answer in ready}


def answer_of(device: Device) -> ProvisioningAnswer | None:
    """What the device would be answered now; None for a phone that is set up by hand."""
    return ProvisioningAnswer.objects.filter(device=device).first()


def etags_ready(found: Iterable[Device]) -> dict[int, str]:
    """The tag of what each of these devices would be answered now, by its id; without those that have no answer."""
    ready = ProvisioningAnswer.objects.filter(device__in=[device.pk for device in found])
    return dict(ready.values_list("device_id", "etag"))


def _unlimited_today() -> Exists:
    today = timezone.localdate()
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    return Exists(UnlimitedCalling.objects.filter(lasts, number=OuterRef("e164"), valid_from__lte=today))


def told_numbers() -> QuerySet[PhoneNumber]:
    """Numbers that know their `is_unlimited`: whether they have unlimited calls to Dutch fixed numbers today."""
    return PhoneNumber.objects.annotate(unlimited_today=_unlimited_today()).order_by("e164")


def numbers() -> QuerySet[PhoneNumber]:
    """Every number of the customer with its owner."""
    return told_numbers().select_related("dialable", "dialable__line")


def unlimited_numbers() -> QuerySet[PhoneNumber]:
    """Numbers that call Dutch fixed numbers without limit today, with whom they reach."""
    return numbers().filter(_unlimited_today())


def free_numbers() -> QuerySet[PhoneNumber]:
    """Numbers that reach nobody yet."""
    return PhoneNumber.objects.filter(dialable__isnull=True).order_by("e164")


def main_number(dialable: Dialable) -> PhoneNumber | None:
    """The number by which others know the dialable, from what is already loaded where it is."""
    found = sorted(dialable.numbers.all(), key=lambda number: (not number.is_main, number.e164))
    return found[0] if found else None


def number_ranges() -> QuerySet[NumberRange]:
    """Ranges with their customer, `size` and how many numbers are `free`; across customers where a crossing is open."""
    free = models.Count("numbers", filter=models.Q(numbers__dialable__isnull=True))
    return (
        NumberRange.objects.select_related("customer")
        .annotate(size=models.Count("numbers"), free=free)
        .order_by("customer__name", "first")
    )


def employees_with_a_line(but_for: Line | None) -> list[int]:
    """Users who have a line in the open customer, leaving out the one of this line."""
    found = Line.objects.filter(user__isnull=False)
    if but_for is not None:
        found = found.exclude(pk=but_for.pk)
    return [user_id for user_id in found.values_list("user_id", flat=True) if user_id is not None]


def blocked(customer: Customer) -> frozenset[Block]:
    """What no line of the customer may call."""
    found = OutgoingBlocks.objects.filter(customer=customer).first()
    return found.blocked() if found else frozenset()


def spend_guard(customer: Customer) -> SpendGuardState | None:
    """How far paid calls are stopped, and in which billing period; None while the guard never did anything."""
    return SpendGuardState.objects.filter(customer=customer).first()


def outgoing_blocks(customer: Customer) -> OutgoingBlocks:
    """The customer's row of blocks, unsaved while nothing was ever blocked."""
    return OutgoingBlocks.objects.filter(customer=customer).first() or OutgoingBlocks(customer=customer)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call is to go: a dialable, or else a number outside (E.164 or `short:`)."""

    dialable: Dialable | None = None
    external: str = ""


def find_target(typed: str) -> Target | None:
    """What people mean by a number or extension; their own numbers are read as what they reach. None for neither.

    Accepts what the form shows, too: `101 · Sales`.
    """
    text = typed.split("·", maxsplit=1)[0].strip()
    if text.isascii() and text.isdigit() and 2 <= len(text) <= 4:
        found = Dialable.objects.filter(extension=text).first()
        if found is not None:
            return Target(dialable=found)
    number = parse(text)
    if number.stored is None:
        return None
    own = PhoneNumber.objects.select_related("dialable").filter(e164=number.stored, dialable__isnull=False).first()
    return Target(dialable=own.dialable) if own else Target(external=number.stored)


def dialables() -> QuerySet[Dialable]:
    """Everything a call can be sent to."""
    return Dialable.objects.order_by("extension", "display_name", "pk")


def free_extensions(near: str, *, most: int = 3) -> list[str]:
    """Extensions of the same length that nobody has, nearest first; none when `near` is no extension."""
    if not (near.isascii() and near.isdigit() and 2 <= len(near) <= 4):
        return []
    taken = set(Dialable.objects.filter(extension__isnull=False).values_list("extension", flat=True))
    wanted = int(near)
    around = (
        str(candidate).zfill(len(near))
        for distance in range(1, 200)
        for candidate in (wanted + distance, wanted - distance)
        if candidate > 0 and len(str(candidate)) <= len(near)
    )
    found: list[str] = []
    for extension in around:
        if extension not in taken and extension_refusal(extension) is None:
            found.append(extension)
            if len(found) == most:
                break
    return found


@dataclass(frozen=True, slots=True)
class Pointer:
    """Something that points at a dialable: what kind of thing, and its name."""

    kind: str
    name: str


def pointers_at(dialable: Dialable) -> list[Pointer]:
    """Everything that needs the dialable: holders of its destinations, and rows of other apps that hold its line."""
    destinations, lines = Destination.objects.filter(dialable=dialable), Line.objects.filter(dialable=dialable)
    return _holders(destinations, Destination._meta.related_objects) + _holders(lines, _of_other_apps(Line))


def others_that_send_calls_to(blocked: frozenset[Block]) -> list[Pointer]:
    """What is no line and sends calls to numbers of these groups: groups, menus and night mode, also one that is off."""
    outside = Destination.objects.exclude(external="")
    held = [destination for destination in outside if blocks_of(destination.external) & blocked]
    return _holders(held, _of_other_apps(Destination))


def _of_other_apps(model: type[models.Model]) -> list[models.ForeignObjectRel]:
    return [
        relation for relation in model._meta.related_objects if relation.related_model._meta.app_label != "telephony"
    ]


def _holders(held: Iterable[models.Model], relations: Iterable[models.ForeignObjectRel]) -> list[Pointer]:
    ids = [each.pk for each in held]
    return [
        Pointer(str(relation.related_model._meta.verbose_name), str(holder))
        for relation in relations
        for holder in relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": ids})
    ]


def lines_with_a_previous_secret(devices: Iterable[int], *, after: datetime) -> list[Line]:
    """Lines on these devices (by their ids) whose secret from before opens until later than `after`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id FROM sip.subscriber WHERE previous_until > %s AND line_id IN"
            " (SELECT line_id FROM telephony_deviceline WHERE device_id = ANY(%s))",
            [after, list(devices)],
        )
        found = [row[0] for row in cursor.fetchall()]
    return list(Line.objects.filter(pk__in=found)) if found else []


def previous_secret_until(line: Line) -> datetime | None:
    """When the secret that the line had before opens no more; None when it does not open now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT previous_until FROM sip.subscriber WHERE line_id = %s AND previous_until > now()", [line.pk]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def devices_of(affected: Sequence[Line]) -> QuerySet[Device]:
    """Devices that carry one of these lines."""
    return devices().filter(device_lines__line__in=[line.pk for line in affected]).distinct()

"""Many devices at a time: each row judged by itself, then all of them made or none."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from portal.lib.numbers import parse
from telephony import device_rules, rules, selectors
from telephony.device_list import Row, was_calculated
from telephony.models import Device, Line
from telephony.provisioning.catalogue import Model
from telephony.services.devices import NewDevice, create_device, take_to_carry

NO_LINES: Final[tuple[Line, ...]] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what it means, and what is wrong with it; with a fault the other parts are as far as they were understood."""

    row: Row
    model: Model | None
    mac: str
    lines: tuple[Line, ...]
    faults: tuple[Refusal, ...]


def judge_devices(rows: Sequence[Row]) -> list[Judged]:
    """What each row means, inside the customer's door. Five queries and a crossing, however many rows there are."""
    lines = _lines_by_name()
    found = [_judged(row, lines) for row in rows]
    written = Counter(each.mac for each in found if each.mac)
    with crossing(Crossing.UNIQUE_NUMBER):
        taken = set(Device.objects.filter(mac__in=written).values_list("mac", flat=True))
    return [_with_address(each, twice=written[each.mac] > 1, taken=each.mac in taken) for each in found]


@transaction.atomic
def create_devices(*, actor: Actor, customer: Customer, rows: Sequence[Row]) -> list[NewDevice]:
    """Make them all. A refusal of one names its row, and none is made."""
    judged = judge_devices(rows)
    take_to_carry({line for each in judged for line in each.lines})
    made = []
    for each in judged:
        try:
            if each.faults or each.model is None:
                raise each.faults[0]
            made.append(
                create_device(
                    actor=actor, customer=customer, model_code=each.model.code, mac=each.mac, lines=each.lines
                )
            )
        except Refusal as refusal:
            message = _("Row %(row)s: %(reason)s Nothing was made.") % {"row": each.row.place, "reason": refusal}
            raise Refusal(refusal.code, message, field=refusal.field, proposals=refusal.proposals) from refusal
    return made


def _lines_by_name() -> dict[str, Line]:
    """Lines by extension and by number."""
    found: dict[str, Line] = {}
    for line in selectors.lines():
        found |= {number.e164: line for number in line.dialable.numbers.all()}
        if line.dialable.extension:
            found[line.dialable.extension] = line
    return found


def _judged(row: Row, known: Mapping[str, Line]) -> Judged:
    faults: list[Refusal] = []

    def kept[T](part: Callable[[], T], otherwise: T) -> T:
        try:
            return part()
        except Refusal as refusal:
            faults.append(refusal)
            return otherwise

    model = kept(lambda: _model(row), None)
    mac = kept(lambda: _mac(row, model), "")
    lines = kept(lambda: _lines(row, model, known), NO_LINES)
    return Judged(row, model, mac, lines, tuple(faults))


def _model(row: Row) -> Model | None:
    model = device_rules.model_meant(row.model)
    if model.is_app:
        raise Refusal("app_in_a_list", _("An app gets a code of its own. Make it by itself."), field="model")
    return model


def _mac(row: Row, model: Model | None) -> str:
    if was_calculated(row.mac):
        message = _("The spreadsheet calculated with this address. Make its column text, and type it again.")
        raise Refusal("mac_calculated", message, field="mac")
    return device_rules.mac_is_usable(row.mac) if row.mac or (model is not None and model.has_mac) else ""


def _lines(row: Row, model: Model | None, known: Mapping[str, Line]) -> tuple[Line, ...]:
    if not row.lines:
        raise Refusal("line_missing", _("Give the extension or number of a line."), field="line")
    lines = [known.get(typed) or known.get(parse(typed).e164 or "") or rules.line_meant(typed) for typed in row.lines]
    if len(set(lines)) < len(lines):
        raise Refusal("line_twice", _("A phone carries a line once. Give each line once."), field="line")
    if model is not None:
        device_rules.model_has_room(model, len(lines))
    return tuple(lines)


def _with_address(judged: Judged, *, twice: bool, taken: bool) -> Judged:
    if not judged.mac or not (twice or taken):
        return judged
    again = Refusal("mac_twice", _("This MAC address stands in the list more than once."), field="mac")
    return replace(judged, faults=(*judged.faults, device_rules.mac_taken() if taken else again))

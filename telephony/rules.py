"""Named refusals. Each says in words what to do instead, and has a stable code."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refusal
from portal.lib import mac as mac_addresses
from portal.lib.numbers import (
    ALWAYS_ALLOWED,
    BLOCK_LABELS,
    EXTENSION_REFUSALS,
    SHORT_PREFIX,
    Block,
    blocks_of,
    display,
    extension_refusal,
)
from telephony import selectors
from telephony.models import Dialable, Line, NumberRange, PhoneNumber
from telephony.models.dialables import SYSTEM_FAX, SYSTEM_VOICEMAIL
from telephony.provisioning import catalogue

MAX_RANGE = 10_000
_SYSTEM = {SYSTEM_FAX: Dialable.Kind.FAX, SYSTEM_VOICEMAIL: Dialable.Kind.VOICEMAIL}
MAC_REFUSALS = {
    "mac_characters": gettext_lazy("A MAC address has only the digits 0 to 9 and the letters A to F."),
    "mac_length": gettext_lazy("A MAC address has 12 characters. It stands on the label of the device."),
    "mac_zero": gettext_lazy("This is an empty address. Copy the MAC address from the label of the device."),
    "mac_broadcast": gettext_lazy("This is the address of all devices. Copy the one on the label of the device."),
    "mac_multicast": gettext_lazy(
        "This is the address of a group of devices. Copy the one on the label of the device."
    ),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def name_is_plain(name: str, *, field: str = "display_name") -> str:
    """The name without white space at its ends; refuses an empty one and characters that phones and files cannot
    carry.
    """
    plain = " ".join(name.split(" ")).strip()
    if not plain:
        raise Refusal("name_missing", _("Give a name. It shows on phones."), field=field)
    if _CONTROL.search(plain):
        raise Refusal("name_control", _("Type the name on one line, without special control characters."), field=field)
    return plain


def extension_may_be_used(extension: str, *, kind: str) -> None:
    """Refuses short codes of the national plan and of the platform; 998 and 999 are the system's own."""
    if _SYSTEM.get(extension) == kind:
        return
    code = extension_refusal(extension)
    if code is not None:
        proposals = selectors.free_extensions(extension)
        raise Refusal(code, EXTENSION_REFUSALS[code], field="extension", proposals=proposals)


def extension_is_free(extension: str, *, but_for: Dialable | None = None) -> None:
    """Refuses an extension that another dialable of the customer has, and names free ones nearby."""
    others = Dialable.objects.exclude(pk=but_for.pk) if but_for else Dialable.objects.all()
    owner = others.filter(extension=extension).first()
    if owner is None:
        return
    proposals = selectors.free_extensions(extension)
    message = _("%(name)s already uses %(extension)s.") % {"name": owner.display_name, "extension": extension}
    if proposals:
        message += " " + _("Free nearby: %(free)s.") % {"free": ", ".join(proposals)}
    raise Refusal("extension_taken", message, field="extension", proposals=proposals)


def reachable(extension: str | None, number: PhoneNumber | None) -> None:
    """A line without number and extension could neither call nor be called."""
    if not extension and number is None:
        raise Refusal(
            "number_or_extension",
            _("Give an extension, choose a number, or both. Without either nobody can call."),
            field="extension",
        )


def number_is_free(number: PhoneNumber, *, but_for: Dialable | None = None) -> None:
    """A number reaches one dialable."""
    if number.dialable_id is not None and (but_for is None or number.dialable_id != but_for.pk):
        message = _("%(number)s already belongs to %(name)s. Choose another number.")
        raise Refusal(
            "number_has_owner", message % {"number": display(number.e164), "name": number.dialable}, field="number"
        )


def forward_may_go_to(number: str, *, blocked: frozenset[Block]) -> None:
    """A forward may not ring an emergency or help line, nor go where the customer's lines may not call."""
    if number.startswith(SHORT_PREFIX) or number in ALWAYS_ALLOWED:
        raise Refusal(
            "forward_to_short_number",
            _("Calls cannot be forwarded to %(number)s. Choose a colleague or an ordinary phone number.")
            % {"number": display(number)},
            field="forward_to",
        )
    hit = sorted(blocks_of(number) & blocked)
    if hit:
        message = _("Calling %(group)s is blocked for all lines, so forwarding there is too. Choose another number.")
        raise Refusal("forward_blocked", message % {"group": str(BLOCK_LABELS[hit[0]]).lower()}, field="forward_to")


def no_line_forwards_to(blocked: frozenset[Block]) -> None:
    """A block may not stop a forward in silence: whoever forwards there chooses something else first."""
    on = Line.objects.filter(forward_always=True, forward_to__external__startswith="+")
    broken = [line for line in on.select_related("dialable", "forward_to") if _external(line) & blocked]
    if broken:
        names = ", ".join(line.dialable.display_name for line in broken[:5])
        message = _(
            "These lines forward to numbers that would be blocked: %(names)s. Let them forward elsewhere first."
        )
        raise Refusal("forwards_to_blocked", message % {"names": names})


def _external(line: Line) -> frozenset[Block]:
    return blocks_of(line.forward_to.external) if line.forward_to else frozenset()


def forward_is_not_itself(line: Line, target: Dialable) -> None:
    """A line that forwards to itself would never ring."""
    if line.dialable_id == target.pk:
        raise Refusal(
            "forward_to_itself",
            _("A phone cannot forward to itself. Choose a colleague or a number."),
            field="forward_to",
        )


def forward_has_a_target(*, on: bool, has_target: bool) -> None:
    """A switch that is on needs somewhere to go."""
    if on and not has_target:
        raise Refusal(
            "forward_without_target", _("Give the number or colleague that calls should go to."), field="forward_to"
        )


def mac_is_usable(typed: str) -> str:
    """The stored form of a typed MAC address."""
    try:
        return mac_addresses.parse(typed)
    except mac_addresses.MacError as error:
        raise Refusal(error.code, MAC_REFUSALS[error.code], field="mac") from error


def model_is_known(code: str) -> catalogue.Model:
    """The catalogue's row of a code."""
    if code not in catalogue.BY_CODE:
        raise Refusal("model_unknown", _("Choose a model from the list."), field="model_code")
    return catalogue.model(code)


def model_has_room(model: catalogue.Model, lines: int) -> None:
    """A phone carries no more lines than it has accounts."""
    if lines > model.lines:
        message = _("The %(model)s carries at most %(most)s lines. Choose another model or fewer lines.")
        raise Refusal("model_is_full", message % {"model": model.title, "most": model.lines}, field="line")


def nothing_points_at(dialable: Dialable) -> None:
    """What calls are sent to may not vanish under them; the refusal names what has to change first."""
    found = selectors.pointers_at(dialable)
    if found:
        names = ", ".join(pointer.name for pointer in found[:5])
        message = _("Calls still go to %(name)s from: %(names)s. Send those somewhere else first.")
        raise Refusal("still_pointed_at", message % {"name": dialable.display_name, "names": names})


def range_is_sane(first: str, last: str) -> int:
    """How many numbers lie in the range, both ends included."""
    if len(first) != len(last) or last < first:
        raise Refusal("range_order", _("The last number must come after the first and be as long."), field="last")
    size = int(last) - int(first) + 1
    if size > MAX_RANGE:
        raise Refusal("range_too_big", _("At most %(most)s numbers at a time.") % {"most": MAX_RANGE}, field="last")
    return size


def range_is_free(number_range: NumberRange) -> None:
    """Numbers that reach somebody, or that something else holds, stay with their customer."""
    used = number_range.numbers.filter(dialable__isnull=False).order_by("e164").first()
    if used is not None:
        message = _("%(number)s belongs to %(name)s. Give those another number first.")
        raise Refusal("range_in_use", message % {"number": display(used.e164), "name": used.dialable})

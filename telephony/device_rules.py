"""What makes a device, or a password or key of it, impossible. Each refusal says in words what to do instead."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refusal
from portal.lib import mac as mac_addresses
from portal.lib.crypto import PASSWORD_REFUSALS, password_refusal
from telephony.models import Line
from telephony.provisioning import catalogue
from telephony.provisioning.render import lost_marks
from telephony.selectors import Target

MAC_REFUSALS = {
    "mac_characters": gettext_lazy("A MAC address has only the digits 0 to 9 and the letters A to F."),
    "mac_length": gettext_lazy("A MAC address has 12 characters. It stands on the label of the device."),
    "mac_zero": gettext_lazy("This is an empty address. Copy the MAC address from the label of the device."),
    "mac_broadcast": gettext_lazy("This is the address of all devices. Copy the one on the label of the device."),
    "mac_multicast": gettext_lazy(
        "This is the address of a group of devices. Copy the one on the label of the device."
    ),
}


def mac_is_usable(typed: str) -> str:
    """The stored form of a typed MAC address."""
    try:
        return mac_addresses.parse(typed)
    except mac_addresses.MacError as error:
        raise Refusal(error.code, MAC_REFUSALS[error.code], field="mac") from error


def mac_taken() -> Refusal:
    """An address belongs to one device of the platform; who has it, another customer perhaps, is not told."""
    message = _("This MAC address is in use already. Remove the device where it is now, or check the label.")
    return Refusal("mac_taken", message, field="mac")


def model_is_known(code: str) -> catalogue.Model:
    """The catalogue's row of a code."""
    if code not in catalogue.BY_CODE:
        raise Refusal("model_unknown", _("Choose a model from the list."), field="model_code")
    return catalogue.model(code)


def model_meant(typed: str) -> catalogue.Model:
    """The model that somebody writes down by name or code; the refusal names those that look like it."""
    found = catalogue.find(typed)
    if found is not None:
        return found
    like = [each.title for each in catalogue.near(typed)]
    message = _("There is no model “%(typed)s” in the catalogue.") % {"typed": typed}
    if like:
        message += " " + _("Do you mean one of these: %(models)s?") % {"models": ", ".join(like)}
    raise Refusal("model_unknown", message, field="model", proposals=like)


def password_fits(model: catalogue.Model, typed: str) -> None:
    """A device password of somebody's own making: strong, and of marks that the phone can carry."""
    code = password_refusal(typed)
    if code is not None:
        raise Refusal(code, PASSWORD_REFUSALS[code], field="password")
    lost = lost_marks(model.vendor, typed)
    if lost:
        message = _("Phones of %(maker)s cannot carry these marks: %(marks)s Choose others.")
        raise Refusal("password_unfit", message % {"maker": model.vendor.label, "marks": lost}, field="password")


def model_has_room(model: catalogue.Model, lines: int) -> None:
    """A phone carries no more lines than it has accounts."""
    if lines > model.lines:
        message = _("The %(model)s carries at most %(most)s lines. Choose another model or fewer lines.")
        raise Refusal("model_is_full", message % {"model": model.title, "most": model.lines}, field="line")


def lines_are_some_and_once(lines: Sequence[Line]) -> None:
    """A phone without a line would get no settings and keep those it had; a line twice has no second key."""
    if not lines:
        message = _("A phone carries at least one line. Choose another line, or remove the device.")
        raise Refusal("no_line", message, field="line")
    twice = next((line for place, line in enumerate(lines) if line in lines[:place]), None)
    if twice is not None:
        message = _("%(line)s stands here twice. Choose each line once.")
        raise Refusal("line_twice", message % {"line": twice}, field="line")


def keys_have_room(model: catalogue.Model, *, lines: int, keys: int) -> None:
    """The keys of the lines come first; what is left is for other keys."""
    room = max(0, model.keys - lines)
    if keys > room:
        message = _("The %(model)s has room for %(most)s keys beside its lines. Take some away.")
        raise Refusal("keys_are_full", message % {"model": model.title, "most": room})


def lamp_can_watch(target: Target) -> None:
    """A lamp shows whether a colleague is busy; of an outside number nobody knows."""
    if target.dialable is None or not target.dialable.extension:
        message = _("A busy lamp needs a colleague or group with an extension. Choose speed dial for a number.")
        raise Refusal("lamp_without_extension", message, field="target")


def fetches_settings(model: catalogue.Model, *, field: str | None = None) -> None:
    """A phone that is set by hand has no use for a password or link with which settings are fetched."""
    if not model.provisioned:
        message = _("A %(model)s phone fetches no settings. Type the SIP values of its page into it.")
        raise Refusal("fetches_nothing", message % {"model": model.title}, field=field)


def logs_in(model: catalogue.Model, *, field: str | None = None) -> None:
    """A password is for what has a field for it."""
    fetches_settings(model, field=field)
    if not model.logs_in:
        message = _("%(model)s takes no password, only a code that works once. Make a code for it.")
        raise Refusal("takes_no_password", message % {"model": model.title}, field=field)

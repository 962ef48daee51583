"""Putting a line back as it was: the state travels in a signed address, so nothing is stored for a toast of eight
seconds.
"""

from typing import Any, Final

from django.core import signing

from telephony.models import Dialable, Line
from telephony.selectors import Target

SALT: Final = "telephony.line"
SECONDS: Final = 3600


def remember(line: Line) -> str:
    """The features of a line as they are now, for `recall` of the same line within the hour."""
    target = line.forward_to
    state = [
        line.pk,
        line.hide_caller_id,
        line.call_waiting,
        line.forward_always,
        target.dialable_id if target else None,
        target.external if target else "",
    ]
    return signing.dumps(state, salt=SALT, compress=False)


def recall(token: str, line: Line) -> dict[str, Any] | None:
    """The arguments for `change_line` that put the line back; None for a token that is old, forged or of another
    line.
    """
    try:
        pk, hide, waiting, forward, dialable, external = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if pk != line.pk:
        return None
    target = None
    if dialable is not None:
        found = Dialable.objects.filter(pk=dialable).first()
        target = Target(dialable=found) if found else None
    elif external:
        target = Target(external=external)
    return {
        "hide_caller_id": hide,
        "call_waiting": waiting,
        "forward_always": forward,
        "forward_to": target,
    }

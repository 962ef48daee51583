"""What a phone in the Netherlands dials to reach something."""

from telephony import selectors
from telephony.models import Destination, Dialable


def dialled(destination: Destination) -> str:
    """What leads to a destination; empty for a dialable without extension and number."""
    if destination.dialable is not None:
        return dialled_number(destination.dialable)
    return _national(destination.external)


def dialled_number(dialable: Dialable) -> str:
    """The extension, or else the number others know."""
    if dialable.extension:
        return dialable.extension
    main = selectors.main_number(dialable)
    return _national(main.e164) if main else ""


def _national(number: str) -> str:
    if number.startswith("+31"):
        return f"0{number.removeprefix('+31')}"
    return number.replace("+", "00")

"""Certificates that makers put into their phones: which phone a verified subject names.

The proxy verifies them against the makers' authorities and hands on the subject (RFC 2253: `CN=0004F2A1B2C3,O=Polycom
Inc.`). Makers write the MAC address into the common name, Poly and Yealink as the whole of it.
"""

import re
from typing import Final

from telephony.provisioning.identify import FLAGS, MAC, normal

MAX_SUBJECT: Final = 500
_PARTS = re.compile(r"(?:[^,+\\]|\\.)+")
_WHOLE = re.compile(rf"(?:MAC[:=]?)?{MAC}", FLAGS)


def certified_mac(subject: str) -> str:
    """The MAC address (12 lower-case hex) in the one common name of a subject; empty when there is none or several."""
    if len(subject) > MAX_SUBJECT:
        return ""
    parts = [part.strip().partition("=") for part in _PARTS.findall(subject)]
    names = [value.strip() for key, _, value in parts if key.strip().upper() == "CN"]
    found = _WHOLE.fullmatch(names[0]) if len(names) == 1 else None
    return normal(found["mac"]) if found else ""

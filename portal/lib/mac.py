"""MAC addresses: stored as 12 lower-case hexadecimal digits, shown as `80:5E:C0:4A:1B:22`."""

import re
import unicodedata

_OCTETS = re.compile(r"[0-9a-f]{1,2}(?:([:.-])[0-9a-f]{1,2})(?:\1[0-9a-f]{1,2}){4}")
_PLAIN = re.compile(r"[0-9a-f]{12}")
_STORED = re.compile(r"[0-9a-f]{12}")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c"))


class MacError(ValueError):
    """No usable MAC address; `code` is stable, the message says what is wrong and what to type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse(typed: str) -> str:
    """12 lower-case hexadecimal digits of any spelling: with `:`, `-`, `.`, spaces or nothing between them.

    Raises MacError (a ValueError) with code `mac_length`, `mac_characters`, `mac_zero`, `mac_broadcast` or
    `mac_multicast`; the last three can never be the address of one device.
    """
    text = unicodedata.normalize("NFKC", typed).translate(_INVISIBLE).strip().lower()
    text = text.removeprefix("mac:").removeprefix("mac ").strip()
    bare = (
        "".join(octet.zfill(2) for octet in re.split(r"[:.-]", text))
        if _OCTETS.fullmatch(text)
        else re.sub(r"[\s:.-]", "", text)
    )
    if re.search(r"[^0-9a-f]", bare):
        raise MacError("mac_characters", "A MAC address has only the digits 0-9 and the letters A-F.")
    if not _PLAIN.fullmatch(bare):
        raise MacError("mac_length", f"A MAC address has 12 characters, this one has {len(bare)}. See the label.")
    if bare == "0" * 12:
        raise MacError("mac_zero", "This is an empty address. Copy the MAC address from the label of the device.")
    if bare == "f" * 12:
        raise MacError("mac_broadcast", "This address is of all devices. Copy the one on the label of the device.")
    if int(bare[:2], 16) & 1:
        raise MacError("mac_multicast", "This address is of a group of devices. Copy the one on the label.")
    return bare


def show(mac: str) -> str:
    """`805ec04a1b22` as `80:5E:C0:4A:1B:22`; ValueError when it is not in stored form."""
    if not _STORED.fullmatch(mac):
        raise ValueError("a stored MAC address is 12 lower-case hexadecimal digits")
    return ":".join(mac[start : start + 2] for start in range(0, 12, 2)).upper()

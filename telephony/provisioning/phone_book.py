"""A company's phone book in the words of each vendor. Entries come sorted; the same entries give the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from telephony.provisioning.catalogue import Vendor
from telephony.provisioning.vendors.base import document, tag

TITLE: Final = "Telefoonboek"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to call: `number` as it is dialled."""

    name: str
    number: str


def _directory(root: str, title: str = "") -> Callable[[Sequence[Entry]], list[str]]:
    def lines(entries: Sequence[Entry]) -> list[str]:
        found = [f"<{root}>", *([tag("Title", title)] if title else [])]
        for entry in entries:
            found += ["<DirectoryEntry>", tag("Name", entry.name), tag("Telephone", entry.number), "</DirectoryEntry>"]
        return [*found, f"</{root}>"]

    return lines


def _address_book(entries: Sequence[Entry]) -> list[str]:
    found = ["<AddressBook>"]
    for entry in entries:
        phone = f"<Phone>{tag('phonenumber', entry.number)}{tag('accountindex', '0')}</Phone>"
        found += ["<Contact>", tag("FirstName", entry.name), tag("LastName"), phone, "</Contact>"]
    return [*found, "</AddressBook>"]


_SHAPES: Final[dict[Vendor, Callable[[Sequence[Entry]], list[str]]]] = {
    Vendor.YEALINK: _directory("YealinkIPPhoneDirectory"),
    Vendor.SNOM: _directory("SnomIPPhoneDirectory", TITLE),
    Vendor.CISCO: _directory("CiscoIPPhoneDirectory", TITLE),
    Vendor.FANVIL: _directory("FanvilIPPhoneDirectory"),
    Vendor.GRANDSTREAM: _address_book,
}


def render_book(vendor: Vendor, entries: Sequence[Entry]) -> bytes | None:
    """The book as XML; None for vendors whose phones are not told to ask for one."""
    shape = _SHAPES.get(vendor)
    return document(shape(entries)) if shape else None

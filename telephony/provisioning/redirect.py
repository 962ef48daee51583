"""Redirect services of makers: a factory-new phone asks its maker, who sends it to the provider that announced it.

Each needs an agreement and a key. Until one is there its service says honestly that it is not configured, and a phone
is told its address by hand or by a one-time link.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from telephony.provisioning.catalogue import Vendor


@dataclass(frozen=True, slots=True)
class Announcement:
    """A phone of ours, and where and how it is to ask."""

    mac: str
    url: str
    login: str
    password: str


class Announced(StrEnum):
    """What became of an announcement."""

    DONE = "done"
    NOT_CONFIGURED = "not_configured"


class Redirect(Protocol):
    """The service of one maker."""

    @property
    def name(self) -> str:
        """What the maker calls it."""

    @property
    def configured(self) -> bool:
        """Whether there is an agreement with the maker."""

    def announce(self, announcement: Announcement) -> Announced:
        """Let the maker send this phone to us."""


@dataclass(frozen=True, slots=True)
class NotConfigured:
    """A service without an agreement: nothing is sent anywhere."""

    name: str

    @property
    def configured(self) -> bool:
        """See Redirect."""
        return False

    def announce(self, announcement: Announcement) -> Announced:  # noqa: ARG002 - nobody to tell
        """See Redirect."""
        return Announced.NOT_CONFIGURED


SERVICES: Final[dict[Vendor, Redirect]] = {
    Vendor.YEALINK: NotConfigured("Yealink RPS"),
    Vendor.SNOM: NotConfigured("Snom SRAPS"),
    Vendor.GRANDSTREAM: NotConfigured("Grandstream GDMS"),
    Vendor.GIGASET: NotConfigured("Gigaset Redirect"),
    Vendor.POLY: NotConfigured("Poly ZTP"),
}

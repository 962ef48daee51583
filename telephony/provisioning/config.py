"""What a phone has to know, free of any vendor's spelling. Everything in here has passed the rules; renderers still
refuse what their format cannot carry.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from telephony.provisioning.catalogue import Model

NIGHT_STARTS: Final = 60  # minutes after midnight
NIGHT_LASTS: Final = 240  # minutes


class Transport(StrEnum):
    """How SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Registrar:
    """The SIP server of the platform."""

    host: str
    port: int
    transport: Transport
    expires: int = 600  # seconds

    @property
    def secure(self) -> bool:
        """Whether calls are set up over TLS, and so carried with SRTP."""
        return self.transport is Transport.TLS


@dataclass(frozen=True, slots=True)
class LineAccount:
    """One line on one phone. `forward_always` is what to dial (extension or number), empty when off."""

    label: str
    display_name: str
    sip_user: str
    sip_secret: str
    hide_caller_id: bool
    call_waiting: bool
    forward_always: str = ""


class Does(StrEnum):
    """What a key beside the line keys does."""

    SPEED_DIAL = "speed"
    BUSY_LAMP = "blf"


@dataclass(frozen=True, slots=True)
class Key:
    """A key after those of the lines. `value` is what it dials or watches."""

    does: Does
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Address:
    """An address in the parts that vendors ask for apart."""

    secure: bool
    host: str
    path: str

    @property
    def place(self) -> str:
        """`host/path` without scheme, and without a slash at its end."""
        return f"{self.host}{self.path}".rstrip("/")


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One phone. `lines` in the order of its line keys, at most `model.lines` of them; `keys` follow them.

    `provisioning_url` ends in a slash.
    """

    model: Model
    mac: str
    registrar: Registrar
    ntp_servers: tuple[str, str]
    lines: tuple[LineAccount, ...]
    admin_password: str
    provisioning_url: str
    provisioning_login: str
    provisioning_password: str
    voicemail: str
    keys: tuple[Key, ...] = ()
    refresh_minutes: int = 60

    @property
    def address(self) -> Address:
        """Where it fetches its settings."""
        parts = urlsplit(self.provisioning_url)
        return Address(parts.scheme == "https", parts.netloc, parts.path)

    @property
    def phonebook_url(self) -> str:
        """Where its phone book is; asked with the same login."""
        return f"{self.provisioning_url}phonebook.xml"

    @property
    def night_minute(self) -> int:
        """When at night this phone looks for new settings, in minutes after midnight: spread by its address, so that
        ten thousand phones do not come together.
        """
        seed = hashlib.sha256((self.mac or self.provisioning_login).encode()).digest()
        return NIGHT_STARTS + int.from_bytes(seed[:4], "big") % NIGHT_LASTS


@dataclass(frozen=True, slots=True)
class CommonConfig:
    """What every phone of a model may know before it logs in: nothing secret."""

    ntp_servers: tuple[str, str]

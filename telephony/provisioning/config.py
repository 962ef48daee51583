"""What a phone has to know, free of any vendor's spelling. Everything in here has passed the rules; renderers still
refuse what their format cannot carry.
"""

from dataclasses import dataclass
from enum import StrEnum

from telephony.provisioning.catalogue import Model


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


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One phone. `lines` in the order of its line keys, at most `model.lines` of them."""

    model: Model
    mac: str
    registrar: Registrar
    ntp_servers: tuple[str, str]
    lines: tuple[LineAccount, ...]
    admin_password: str
    provisioning_url: str
    provisioning_login: str
    provisioning_password: str
    refresh_minutes: int = 60


@dataclass(frozen=True, slots=True)
class CommonConfig:
    """What every phone of a model may know before it logs in: nothing secret."""

    ntp_servers: tuple[str, str]

"""One door to the vendors: which renderer belongs to a model, and what a phone of that vendor is answered with."""

import hashlib
from dataclasses import dataclass
from typing import Final

from telephony.provisioning.catalogue import COMMON_CODES, Vendor
from telephony.provisioning.config import CommonConfig, DeviceConfig
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors import yealink
from telephony.provisioning.vendors.apps import Acrobits, Linphone, Zoiper
from telephony.provisioning.vendors.base import TEXT, Maker
from telephony.provisioning.vendors.cisco import Cisco
from telephony.provisioning.vendors.fanvil import Fanvil
from telephony.provisioning.vendors.generic import Generic
from telephony.provisioning.vendors.gigaset import Gigaset
from telephony.provisioning.vendors.grandstream import Grandstream
from telephony.provisioning.vendors.htek import Htek
from telephony.provisioning.vendors.panasonic import Panasonic
from telephony.provisioning.vendors.poly import Poly
from telephony.provisioning.vendors.snom import Snom
from telephony.provisioning.vendors.yealink import Yealink

MAKERS: Final[dict[Vendor, Maker]] = {
    Vendor.YEALINK: Yealink(),
    Vendor.SNOM: Snom(),
    Vendor.POLY: Poly(),
    Vendor.GRANDSTREAM: Grandstream(),
    Vendor.CISCO: Cisco(),
    Vendor.FANVIL: Fanvil(),
    Vendor.GIGASET: Gigaset(),
    Vendor.PANASONIC: Panasonic(),
    Vendor.HTEK: Htek(),
    Vendor.LINPHONE: Linphone(),
    Vendor.ZOIPER: Zoiper(),
    Vendor.ACROBITS: Acrobits(),
    Vendor.GENERIC: Generic(),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file ready to send. `etag` comes from the bytes, so an unchanged phone keeps its copy."""

    body: bytes
    content_type: str

    @property
    def etag(self) -> str:
        """A strong entity tag, quotes included."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def render(config: DeviceConfig) -> Rendered:
    """The configuration of one phone. Raises Unrenderable for values that the vendor's format cannot carry."""
    maker = MAKERS[config.model.vendor]
    return Rendered(maker.render(config), maker.content_type)


def render_common(code: int, config: CommonConfig) -> Rendered | None:
    """The file for a model's common code; None for a code that is not in the catalogue."""
    return Rendered(yealink.render_common(config), TEXT) if code in COMMON_CODES else None


def serves(vendor: Vendor, request: Request) -> bool:
    """Whether a phone of this vendor gets its settings under the name that was asked for."""
    return MAKERS[vendor].serves(request)


def own_address(vendor: Vendor, *, base: str, mac: str) -> str:
    """Where the settings of one phone stand; `base` ends in a slash. Empty for vendors whose phones ask for no file."""
    name = MAKERS[vendor].file.replace("{mac}", mac)
    return f"{base}{name}" if name and mac else ""


def gives_back(vendor: Vendor, name: str) -> bool:
    """Whether phones of this vendor ask again for the settings that they sent under this name."""
    return name in MAKERS[vendor].gives_back


def lost_marks(vendor: Vendor, password: str) -> str:
    """The marks of a password that phones of this vendor could not carry, each once."""
    return "".join(dict.fromkeys(mark for mark in password if not mark.isalnum() and mark not in MAKERS[vendor].marks))


def resync(vendor: Vendor) -> str:
    """The event of a NOTIFY that makes a phone of this vendor fetch its settings; it does not restart for that."""
    return MAKERS[vendor].resync


def signpost(vendor: Vendor, request: Request) -> Rendered | None:
    """The file that only says where the settings of a phone of this vendor are, for the names that give it."""
    body = MAKERS[vendor].signpost(request)
    return Rendered(body, MAKERS[vendor].content_type) if body is not None else None

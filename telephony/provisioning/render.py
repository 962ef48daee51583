"""One door to the vendors: which renderer belongs to a model, and what a phone of that vendor is answered with."""

import hashlib
from dataclasses import dataclass

from telephony.provisioning.catalogue import COMMON_CODES, Vendor
from telephony.provisioning.config import CommonConfig, DeviceConfig
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors import yealink


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
    match config.model.vendor:
        case Vendor.YEALINK:
            return Rendered(yealink.render(config), yealink.CONTENT_TYPE)
        case Vendor.GENERIC:
            return Rendered(b"", "text/plain; charset=utf-8")  # typed in by hand from the device's page


def render_common(code: int, config: CommonConfig) -> Rendered | None:
    """The file for a model's common code; None for a code that is not in the catalogue."""
    return Rendered(yealink.render_common(config), yealink.CONTENT_TYPE) if code in COMMON_CODES else None


def serves(vendor: Vendor, request: Request) -> bool:
    """Whether a phone of this vendor gets its file under the name that was asked for."""
    return vendor is Vendor.YEALINK and yealink.serves(request)

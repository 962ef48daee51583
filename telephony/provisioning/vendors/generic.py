"""A phone without a format of its own: its values are typed in from its page, and nothing is fetched."""

from telephony.provisioning.config import DeviceConfig
from telephony.provisioning.vendors.base import TEXT, Maker


class Generic(Maker):
    """Serves nothing under any name."""

    content_type = TEXT

    def render(self, config: DeviceConfig) -> bytes:  # noqa: ARG002 - the same for all
        """See Maker."""
        return b""

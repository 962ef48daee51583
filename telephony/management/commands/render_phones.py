"""Make the answers of all phones again, after an upgrade that changed what is sent or a change of SIP_SERVER."""

from itertools import batched
from typing import Any, Final

from django.core.management.base import BaseCommand

from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.models import Device

AT_ONCE: Final = 200  # devices whose settings are held in memory together


class Command(BaseCommand):
    """Customer by customer; a phone that cannot be rendered is named and keeps what it had."""

    help = "Render the settings of every phone again."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's own shape
        """Tell how many phones have something new to fetch."""
        changed = seen = 0
        for customer in Customer.objects.order_by("pk"):
            with tenant(customer):
                devices = list(Device.objects.order_by("pk"))
            for several in batched(devices, AT_ONCE):
                seen += len(several)
                changed += self._kept(customer, several)
        self.stdout.write(f"{seen} phones, {changed} with something new to fetch")

    def _kept(self, customer: Customer, devices: tuple[Device, ...]) -> int:
        """Together, and where one of them cannot be rendered each by itself."""
        try:
            with tenant(customer):
                return services.keep_answers(devices)
        except Refusal as refusal:
            if len(devices) > 1:
                return sum(self._kept(customer, (device,)) for device in devices)
            self.stderr.write(f"{customer.reference}: {devices[0]}: {refusal}")
            return 0

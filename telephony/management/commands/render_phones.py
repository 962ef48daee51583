"""Make the answers of all phones again, after an upgrade that changed what is sent or a change of SIP_SERVER."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import selectors, services


class Command(BaseCommand):
    """Customer by customer; a phone that cannot be rendered is named and keeps what it had."""

    help = "Render the settings of every phone again."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's own shape
        """Tell how many phones have something new to fetch."""
        changed = seen = 0
        for customer in Customer.objects.order_by("pk"):
            with tenant(customer):
                for device in selectors.devices():
                    seen += 1
                    try:
                        changed += services.keep_answer(device)
                    except Refusal as refusal:
                        self.stderr.write(f"{customer.reference}: {device}: {refusal}")
        self.stdout.write(f"{seen} phones, {changed} with something new to fetch")

"""Write the accounts of every line for the registrar again: after an upgrade, or when SIP_SERVER changed. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from telephony.services import keep_all_accounts


class Command(BaseCommand):
    help = "Let the registrar know every line by its present secret and by SIP_SERVER. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's shape
        self.stdout.write(f"Registrar: {keep_all_accounts()} lines.")

"""Print a new key for CENTRALE_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a new key that encrypts the secrets of phones. Put it first in CENTRALE_KEYS and keep the old ones."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's shape
        self.stdout.write(Fernet.generate_key().decode())

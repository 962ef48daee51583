"""Django's `migrate`, as the owner of the database."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from portal.database import as_owner


class Command(DjangoMigrate):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner(options["database"]):
            super().handle(*args, **options)

"""Django's `flush`, as the owner of the database: TRUNCATE is nobody else's."""

from typing import Any

from django.core.management.commands.flush import Command as DjangoFlush

from portal.database import as_owner


class Command(DjangoFlush):
    def handle(self, **options: Any) -> None:
        with as_owner(options["database"]):
            super().handle(**options)

"""`manage.py create_token USER`: a key to the API for somebody, shown once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts import services
from accounts.access import Door, system
from accounts.models import User

LONGEST = 3650


class Command(BaseCommand):
    """Prints the key as the last line, or with --json one document."""

    help = "Make an API key for a user and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name or e-mail address")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument("--days", type=int, default=services.TOKEN_DAYS, help="how long it lasts")
        parser.add_argument("--json", action="store_true", help="print one JSON document as the last line")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        name = options["user"]
        user = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).first()
        if user is None:
            raise CommandError(f"There is no user with the name or address {name}.")
        if not user.is_active:
            raise CommandError(f"The log-in of {user.username} is closed, so a key would not work.")
        if not 1 <= options["days"] <= LONGEST:
            raise CommandError(f"--days is a number from 1 to {LONGEST}.")
        token, key = services.create_token(
            actor=system(None, Door.COMMAND), user=user, name=options["name"][:80], days=options["days"]
        )
        if options["json"]:
            document = {
                "user": user.username,
                "name": token.name,
                "key": key,
                "expires_at": token.expires_at.isoformat(),
            }
            self.stdout.write(json.dumps(document))
        else:
            self.stderr.write(
                f"Key “{token.name}” of {user.username}, until {token.expires_at:%Y-%m-%d}. It is shown this once:"
            )
            self.stdout.write(key)

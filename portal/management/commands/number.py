"""What a phone number is: `manage.py number "020 123 4567" 14020 --json`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.lib.numbers import PhoneNumber, parse


def described(number: PhoneNumber) -> dict[str, str | bool | None]:
    """The answer of `--json`, one document a line."""
    return {
        "input": number.input,
        "e164": number.e164,
        "category": str(number.category),
        "display": number.display,
        "always_allowed": number.always_allowed,
    }


class Command(BaseCommand):
    """Needs no database."""

    help = "Say what phone numbers are, as typed into a form in the Netherlands."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="+", metavar="NUMBER")
        parser.add_argument("--json", action="store_true", help="one JSON document a line, in the order given")

    def handle(self, *_args: Any, **options: Any) -> None:
        for text in options["numbers"]:
            number = parse(text, context="form/NL")
            if options["json"]:
                self.stdout.write(json.dumps(described(number), ensure_ascii=False))
            else:
                allowed = ", always allowed" if number.always_allowed else ""
                self.stdout.write(f"{number.display}: {number.category}{allowed} ({number.stored or 'not a number'})")

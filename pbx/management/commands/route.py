"""`manage.py route NUMBER --customer REF`: where a call goes, step by step."""

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Customer
from accounts.tenancy import tenant
from pbx import whatif
from pbx.forms.company import read_keys
from pbx.selectors import load_exchange
from pbx.sentences import clock, step_in_words
from telephony.timetable import ZONE


class Command(BaseCommand):
    help = "Say where a call goes, step by step, as if nobody answers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="what is dialled: an extension, or a number in any spelling")
        parser.add_argument("--customer", required=True, metavar="REF", help="the customer's reference")
        parser.add_argument(
            "--from", dest="caller", default="", metavar="N", help="who calls: an extension or a number"
        )
        parser.add_argument(
            "--at", default="", metavar="ISO", help="when, for example 2026-11-19T14:10 (Amsterdam time)"
        )
        parser.add_argument("--keys", default="", metavar="1,2", help="what the caller presses in menus")
        parser.add_argument("--busy", default="", metavar="101,102", help="extensions that are in a call")
        parser.add_argument("--json", action="store_true", help="one JSON document as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        customer = Customer.objects.filter(reference=options["customer"]).first()
        if customer is None:
            raise CommandError(f"There is no customer {options['customer']}.")
        question = whatif.Question(
            dialled=options["number"],
            at=_moment(options["at"]),
            caller=options["caller"],
            keys=_keys(options["keys"]),
            busy=tuple(part.strip() for part in options["busy"].split(",") if part.strip()),
        )
        with tenant(customer):
            answer = whatif.ask(load_exchange(customer), question)
        for step in answer.plan.steps:
            text, why = step_in_words(step, question.at)
            self.stdout.write(f"{clock(step.seconds):>5}  {text}" + (f" ({why})" if why else ""))
        self.stdout.write(whatif.outcome_in_words(answer))
        for extension in answer.unknown:
            self.stderr.write(f"Nobody has extension {extension}.")
        if options["json"]:
            document = {"customer": customer.reference, **whatif.document(answer)}
            self.stdout.write(json.dumps(document, ensure_ascii=False))


def _moment(text: str) -> datetime:
    """Without an offset it is Amsterdam's wall clock."""
    if not text:
        return timezone.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no moment. Write it as 2026-11-19T14:10.") from error
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _keys(text: str) -> tuple[str, ...]:
    try:
        return read_keys(text)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error

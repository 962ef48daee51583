"""`manage.py device_add --customer REF --model MODEL --mac MAC --line EXT_OR_NUMBER`: a device, and what it logs in with."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from accounts.access import Door, system
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import device_rules, rules, services
from telephony.device_access import access_by_link, access_of


class Command(BaseCommand):
    """The last line is the JSON document, also of a refusal: `{"error": CODE, "message": SENTENCE}`; then the exit code is 1."""

    help = "Make a device for a line, and print its address, user name and password, which cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customer", required=True, metavar="REF", help="the customer's reference")
        parser.add_argument("--model", required=True, help="as on the phone: T46U, VVX450, “Snom D785”, or its code")
        parser.add_argument("--mac", default="", help="the address on its label, in any spelling; an app has none")
        parser.add_argument("--line", required=True, metavar="EXT_OR_NUMBER", help="extension or number of its line")
        parser.add_argument("--json", action="store_true", help="print one JSON document as the last line")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            document = _add(options["customer"], options["model"], options["mac"], options["line"])
        except Refusal as refusal:
            if options["json"]:
                told = {"error": refusal.code, "message": str(refusal), "proposals": list(refusal.proposals)}
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self._tell(document)

    def _tell(self, document: dict[str, Any]) -> None:
        sip = document.pop("sip")
        if sip:
            document = {name: document[name] for name in ("model", "mac", "line")} | sip
            document["users"] = ", ".join(sip["users"])
        else:
            self.stderr.write("The password is shown this once.")
        for name, value in document.items():
            self.stdout.write(f"{name + ':':10} {value or '–'}")


def _add(reference: str, model: str, mac: str, typed: str) -> dict[str, Any]:
    customer = Customer.objects.filter(reference=reference).first()
    if customer is None:
        raise Refusal("customer_unknown", f"There is no customer {reference}.")
    actor = system(customer, Door.COMMAND)
    with transaction.atomic(), tenant(customer):
        line = rules.line_meant(typed)
        made = services.create_device(
            actor=actor, customer=customer, model_code=device_rules.model_meant(model).code, mac=mac, lines=[line]
        )
        access = access_of(made)
        if made.device.model.is_app:
            access = access_by_link(services.make_link(actor=actor, device=made.device))
    return {
        "customer": customer.reference,
        "model": made.device.model.title,
        "mac": made.device.shown_mac,
        "line": str(line),
        **asdict(access),
    }

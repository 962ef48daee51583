"""`manage.py rerate --customer acme --month 2026-10 --dry-run`: what a month costs with the tariffs of today."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.selectors import feeds
from cdr.services.rerating import Rerated, rerate
from cdr.vocabulary import CallType
from portal.lib.money import euros
from portal.lib.periods import Month


class Command(BaseCommand):
    """Customer by customer, each in a transaction of its own. The last line is a JSON document."""

    help = "Rate a billing period again with the tariffs of today; with --dry-run, only show what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--customer", help="reference of one customer, for example acme")
        whose.add_argument("--all", action="store_true", help="every customer")
        parser.add_argument("--month", required=True, help="billing period, for example 2026-10")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        found: list[Rerated] = []
        for customer in _customers(options["customer"]):
            actor = system(customer, Door.COMMAND)
            rerated = rerate(actor=actor, customer=customer, month=month, dry_run=options["dry_run"])
            self._show(rerated)
            found.append(rerated)
        with crossing(Crossing.RATING):
            closed = month.first_day in feeds.closed_periods()
        self.stdout.write(json.dumps(_document(month, found, closed=closed, dry_run=options["dry_run"])))

    def _show(self, rerated: Rerated) -> None:
        for one in rerated.differences:
            old, new = euros(one.old_micros), euros(one.new_micros)
            kind = CallType(one.call_type).name.lower()
            self.stdout.write(
                f"{one.customer.reference:<16} {kind:<12} {one.calls:>8} calls  {old:>14} -> {new:>14}  {new - old:>+14}"
            )


def _document(month: Month, found: Iterable[Rerated], *, closed: bool, dry_run: bool) -> dict[str, object]:
    every = list(found)
    differences = [one for rerated in every for one in rerated.differences]
    return {
        "month": str(month),
        "closed": closed,
        "dry_run": dry_run,
        "calls": sum(one.calls for one in differences),
        "old": str(euros(sum(one.old_micros for one in differences))),
        "new": str(euros(sum(one.new_micros for one in differences))),
        "difference": str(euros(sum(one.new_micros - one.old_micros for one in differences))),
        "after_bundles": str(euros(sum(rerated.micros for rerated in every))),
        "adjusted": str(euros(sum(rerated.adjusted for rerated in every))),
        "by_customer": [
            {
                "customer": one.customer.reference,
                "call_type": CallType(one.call_type).name.lower(),
                "calls": one.calls,
                "old": str(euros(one.old_micros)),
                "new": str(euros(one.new_micros)),
                "difference": str(euros(one.new_micros - one.old_micros)),
            }
            for one in differences
        ],
    }


def _customers(reference: str | None) -> list[Customer]:
    customers = Customer.objects.order_by("pk")
    if reference is None:
        return list(customers)
    found = list(customers.filter(reference=reference))
    if not found:
        raise CommandError(f"There is no customer {reference}. Give the reference, such as acme.")
    return found

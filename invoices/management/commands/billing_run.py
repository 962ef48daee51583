"""`manage.py billing_run 2026-10`: one invoice for every customer over a closed month; again, and nothing happens twice."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import Door, system
from accounts.errors import Refusal
from accounts.models import Customer
from invoices.services import Result, bill, queue_billing
from portal.lib.periods import Month


class Command(BaseCommand):
    """Bills customer by customer, each in a transaction of its own; one that is refused does not stop the others."""

    help = "Make the invoices of a month that is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="for example 2026-10")
        parser.add_argument("--customer", help="reference of one customer; without it all are billed")
        parser.add_argument("--queue", action="store_true", help="let the workers do it, one task a customer")
        parser.add_argument("--json", action="store_true", help="print one JSON document as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["queue"]:
            self._queue(month, _customers(options["customer"]))
            return
        self.unrated = 0
        report = self._run(month, _customers(options["customer"]))
        counted = {name: len(report[name]) for name in (*Result, "refused")} | {"unrated": self.unrated}
        if options["json"]:
            self.stdout.write(json.dumps({"month": str(month), **counted, "numbers": report[Result.MADE]}))
        else:
            self.stdout.write(_sentence(month, counted))
        if report["refused"]:
            raise CommandError("\n".join(report["refused"]))

    def _queue(self, month: Month, customers: list[Customer]) -> None:
        try:
            queue_billing(customers=customers, month=month)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{month}: {len(customers)} customers stand in the queue of the workers.")

    def _run(self, month: Month, customers: list[Customer]) -> dict[str, list[str]]:
        report: dict[str, list[str]] = {name: [] for name in (*Result, "refused")}
        for customer in customers:
            try:
                billed = bill(actor=system(customer, Door.COMMAND), customer=customer, month=month)
            except Refusal as refusal:
                if refusal.code in {"month_open", "seller_incomplete"}:  # the same for every customer
                    raise CommandError(str(refusal)) from refusal
                report["refused"].append(str(refusal))
                continue
            self.unrated += billed.unrated
            report[billed.result].append(billed.invoice.number if billed.invoice else customer.reference)
        return report


def _customers(reference: str | None) -> list[Customer]:
    customers = Customer.objects.select_related("partner__brand").order_by("pk")
    if reference is None:
        return list(customers)
    found = list(customers.filter(reference=reference))
    if not found:
        raise CommandError(f"There is no customer {reference}. Give the reference, such as acme.")
    return found


def _sentence(month: Month, counted: dict[str, int]) -> str:
    parts = [f"{counted[Result.MADE]} invoices made"]
    if counted[Result.EXISTING]:
        parts.append(f"{counted[Result.EXISTING]} were there already")
    if counted[Result.NOTHING]:
        parts.append(f"{counted[Result.NOTHING]} customers had nothing to pay")
    if counted["unrated"]:
        parts.append(f"{counted['unrated']} calls have no price yet and count for nothing")
    return f"{month}: {', '.join(parts)}."

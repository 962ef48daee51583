"""`manage.py retention [--dry-run] [--customer REF]`: mask numbers that are past their time of keeping, or show what would be."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.selectors import retention as selectors
from cdr.services import retention


class Command(BaseCommand):
    """Mask numbers that are past their time of keeping."""

    help = "Mask numbers that are past their time of keeping. With --dry-run only show what would be masked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing, show what would be masked")
        parser.add_argument("--customer", help="only the customer with this reference")

    def handle(self, *_args: Any, **options: Any) -> None:
        for customer in self._customers(options["customer"]):
            if options["dry_run"]:
                self._show(customer)
            else:
                masked = retention.mask_customer(customer=customer, actor=system(customer, Door.COMMAND))
                self.stdout.write(f"{customer.reference}: {masked} records masked")
        if not options["dry_run"] and not options["customer"]:
            retention.clear_raw()

    def _customers(self, reference: str | None) -> list[Customer]:
        if reference is None:
            with crossing(Crossing.RETENTION):
                due = selectors.customers_due(timezone.now())
            return list(Customer.objects.filter(pk__in=due).order_by("reference"))
        found = list(Customer.objects.filter(reference=reference))
        if not found:
            raise CommandError(f"No customer has the reference {reference}.")
        return found

    def _show(self, customer: Customer) -> None:
        with tenant(customer):
            own = retention.own_numbers()
            for period in selectors.due_periods(customer, timezone.now()):
                due, held = selectors.count_due(customer, period, own)
                self.stdout.write(
                    f"{customer.reference} {period:%Y-%m}: {due} records would be masked, {held} are held"
                )

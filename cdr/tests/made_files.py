"""Files of calls that a worker makes, for their tests: forty calls of Acme in October, half of them to mobile numbers.

They are read over a connection of their own, so tests with them commit.
"""

from typing import Any

from accounts.access import Actor, Door, roles_of
from accounts.models import Customer, Membership, User
from accounts.tenancy import tenant
from cdr.export_tasks import make_export
from cdr.models import Export, ExportForm
from cdr.services import exports

OCTOBER = "month=2026-10"
CALLS = 40
State, Problem = Export.State, Export.Problem


def acting(user: User, customer: Customer) -> Actor:
    membership = Membership.objects.get(user=user)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.PAGE)


def asked(user: User, customer: Customer, query: str = OCTOBER, form: ExportForm = ExportForm.DUTCH) -> Export:
    with tenant(customer):
        return exports.start_export(actor=acting(user, customer), customer=customer, query=query, form=form, rows=CALLS)


def made(user: User, customer: Customer, query: str = OCTOBER, form: ExportForm = ExportForm.DUTCH) -> Export:
    export = asked(user, customer, query, form)
    make_export.apply(args=(customer.pk, export.pk), throw=True)
    return again(export)


def again(export: Export) -> Export:
    with tenant(export.customer_id):
        return Export.objects.get(pk=export.pk)


def changed(export: Export, **values: Any) -> Export:
    with tenant(export.customer_id):
        Export.objects.filter(pk=export.pk).update(**values)
    return again(export)


def body(response: Any) -> bytes:
    assert response.status_code == 200, response
    return b"".join(response.streaming_content)


def files_of(customer: Customer) -> list[str]:
    place = exports.folder() / str(customer.pk)
    return sorted(each.name for each in place.iterdir()) if place.is_dir() else []

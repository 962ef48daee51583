"""Work behind the scenes: files of calls and the mail about them. `cdr.tasks` makes them known to workers."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.access import Capability
from accounts.models import Customer
from accounts.tenancy import tenant
from accounts.work import PortalTask
from cdr.exporting.mails import export_mail
from cdr.exporting.making import make
from cdr.models import Export
from cdr.selectors.exports import actor_in
from cdr.services import reports, tidying
from cdr.services.exports import mark_mailed


def _customer(pk: int) -> Customer | None:
    return Customer.objects.select_related("partner__brand").filter(pk=pk).first()


@shared_task(bind=True, base=PortalTask, name="cdr.tasks.make_export")
def make_export(self: PortalTask, customer_id: int, export_id: int) -> bool:
    """Make one file; run twice, the second does nothing, and after a worker died it starts over."""
    customer = _customer(customer_id)
    if customer is None:
        return False
    with tenant(customer):
        export = Export.objects.select_related("user").filter(pk=export_id).first()
    return export is not None and make(customer=customer, export=export, actor=self.actor(customer))


@shared_task(base=PortalTask, name="cdr.tasks.mail_export", autoretry_for=(OSError, OperationalError, InterfaceError))
def mail_export(customer_id: int, export_id: int) -> bool:
    """Mail once that a file is there, or why it is not. Who may not see the calls any more is mailed nothing."""
    customer = _customer(customer_id)
    if customer is None:
        return False
    with tenant(customer):  # the row stays locked until the mail server took it, so that another worker sends no second
        export = (
            Export.objects.select_for_update(of=("self",))
            .select_related("user", "report")
            .filter(pk=export_id, state__in=(Export.State.DONE, Export.State.FAILED), mailed_at=None)
            .first()
        )
        reader = actor_in(customer, export.user) if export else None
        if export is None or reader is None or not reader.can(Capability.VIEW_CALLS):
            return False
        message = export_mail(customer=customer, export=export)
        if message is None or not message.send():
            return False
        mark_mailed(export=export)
    return True


@shared_task(name="cdr.tasks.watch_exports")
def watch_exports() -> int:
    """Sent by beat: a task for each customer with a file to take up, a report to make or a file that expired."""
    customers = tidying.customers_with_work(timezone.now())
    tidying.queue_tidying(customers)
    return len(customers)


@shared_task(name="cdr.tasks.clear_exports")
def clear_exports() -> int:
    """Sent by beat in the night: a look into the folder of every customer."""
    customers = tidying.customers_with_files()
    tidying.queue_tidying(customers)
    return len(customers)


@shared_task(name="cdr.tasks.tidy_exports")
def tidy_exports(customer_id: int) -> int:
    """Throw expired files of one customer away and have the reports made that are due; run twice, the second does nothing."""
    customer = _customer(customer_id)
    if customer is None:
        return 0
    now = timezone.now()
    done = tidying.tidy(customer=customer, now=now)
    with tenant(customer):
        found = list(reports.due(now).select_related("user"))
    for report in found:
        reader = actor_in(customer, report.user)
        if reader is not None and reader.can(Capability.VIEW_CALLS):
            done += reports.start_report(actor=reader, report=report, month=reports.month_due(now))
    return done

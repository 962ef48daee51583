"""Work about limits: checking what calls cost, and mailing who wants to know."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.selectors import registered_for
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import PortalTask, queue
from cdr import limit_mails
from cdr.models import GuardEvent, LimitWarning
from cdr.selectors import limits
from cdr.services.limits import MAIL_KIND, check
from portal.lib.periods import Month


@shared_task(name="cdr.limit_tasks.check_all_limits")
def check_all_limits() -> int:
    """Sent by beat: one task for each customer with a limit, for what no load of calls has asked for."""
    with crossing(Crossing.LIMITS):
        found = sorted(limits.watched())
    for customer in found:
        queue(check_limits, customer, [], actor=system(door=Door.TASK))
    return len(found)


@shared_task(bind=True, base=PortalTask, name="cdr.limit_tasks.check_limits")
def check_limits(self: PortalTask, customer_id: int, months: list[str]) -> None:
    """See what the calls of one customer cost; what was told or stopped already is not told or stopped again."""
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    check(
        actor=self.actor(customer), customer=customer, now=timezone.now(), months=[Month.parse(text) for text in months]
    )


@shared_task(
    bind=True,
    base=PortalTask,
    name="cdr.limit_tasks.mail_limit_warning",
    autoretry_for=(OSError, OperationalError, InterfaceError),
)
def mail_limit_warning(self: PortalTask, customer_id: int, warning_id: int, reader_id: int) -> bool:  # noqa: ARG001 - bound for its retries
    """Tell one person that a part of a limit is used. One task a person: a retry mails nobody twice."""
    customer, reader = _reader(customer_id, reader_id)
    if reader is None:
        return False
    with tenant(customer):
        warning = LimitWarning.objects.get(pk=warning_id)
        at_end = None if warning.number else limits.expected(warning.month, timezone.now())
    message = limit_mails.about_cost(
        customer=customer,
        template="limit",
        to=reader,
        warning=warning,
        forecast=at_end if at_end and at_end > warning.spent_micros else None,
        last_day=warning.month.last_day,
    )
    return bool(message and message.send())


@shared_task(
    bind=True,
    base=PortalTask,
    name="cdr.limit_tasks.mail_guard",
    autoretry_for=(OSError, OperationalError, InterfaceError),
)
def mail_guard(self: PortalTask, customer_id: int, event_id: int, reader_id: int) -> bool:  # noqa: ARG001 - bound for its retries
    """Tell one person that the spend guard stopped paid calls. One task a person: a retry mails nobody twice."""
    customer, reader = _reader(customer_id, reader_id)
    if reader is None:
        return False
    with tenant(customer):
        event = GuardEvent.objects.get(pk=event_id)
    message = limit_mails.about_cost(customer=customer, template="guard", to=reader, event=event)
    return bool(message and message.send())


def _reader(customer_id: int, reader_id: int) -> tuple[Customer, User | None]:
    """Who is to be mailed. A task can wait long: who was blocked, left or unsubscribed meanwhile is mailed nothing."""
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    return customer, next((user for user in registered_for(customer, MAIL_KIND) if user.pk == reader_id), None)

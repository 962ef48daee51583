"""Work behind the scenes: looking for signs of fraud, and the mail about them. `cdr.tasks` makes them known to workers."""

from datetime import timedelta

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.models import Customer
from accounts.selectors import registered_for
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import PortalTask
from cdr import mails
from cdr.models import FraudSign
from cdr.selectors import signs
from cdr.services import fraud


@shared_task(name="cdr.tasks.watch_fraud")
def watch_fraud() -> int:
    """Sent by beat: look at every customer with calls in the last days, also where no file came since."""
    with crossing(Crossing.FRAUD):
        found = signs.customers_with_calls(timezone.localdate() - timedelta(days=fraud.LOOKS_BACK_DAYS))
    fraud.queue_looks(found)
    return len(found)


@shared_task(name="cdr.tasks.look_for_fraud")
def look_for_fraud(customers: list[int]) -> int:
    """Sent after records were added: one task a customer."""
    fraud.queue_looks(customers)
    return len(customers)


@shared_task(name="cdr.tasks.find_fraud")
def find_fraud(customer_id: int) -> int:
    """Look for signs of fraud in one customer's last days; a sign that is known is not raised again."""
    fraud.taken_up(customer_id)
    customer = Customer.objects.select_related("partner__brand").filter(pk=customer_id).first()
    return len(fraud.find_signs(customer=customer)) if customer else 0


@shared_task(base=PortalTask, name="cdr.tasks.mail_signs", autoretry_for=(OSError, OperationalError, InterfaceError))
def mail_signs(customer_id: int, keys: list[int], reader_id: int) -> bool:
    """Tell one person of signs that were raised. One task a person: a retry mails nobody twice.

    A task can wait long: who was blocked, left or unsubscribed since it was queued is mailed nothing.
    """
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    reader = next((user for user in registered_for(customer, "mails_voip_usage") if user.pk == reader_id), None)
    if reader is None:
        return False
    with tenant(customer):
        found = list(FraudSign.objects.filter(pk__in=keys).order_by("start"))
    message = mails.signs_mail(customer=customer, signs=found, to=reader)
    return bool(found and message and message.send())

"""Work behind the mobile pages."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from accounts.models import Customer
from accounts.selectors import registered_for
from accounts.tenancy import tenant
from accounts.work import PortalTask
from mobile import mails
from mobile.models import MobileSubscription


@shared_task(
    bind=True,
    base=PortalTask,
    name="mobile.tasks.mail_sim_change",
    autoretry_for=(OSError, OperationalError, InterfaceError),
)
def mail_sim_change(self: PortalTask, customer_id: int, subscription_id: int, reader_id: int, blocked: bool) -> bool:
    """Tell one person that a SIM was blocked or unblocked. One task a person: a retry mails nobody twice.

    A task can wait long: who was blocked, left or unsubscribed since it was queued is mailed nothing.
    """
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    reader = next((user for user in registered_for(customer, "mails_sim_block") if user.pk == reader_id), None)
    if reader is None:
        return False
    with tenant(customer):
        subscription = MobileSubscription.objects.get(pk=subscription_id)
    message = mails.sim_change(
        customer=customer, subscription=subscription, blocked=blocked, by=self.actor(customer).name, to=reader
    )
    return bool(message and message.send())

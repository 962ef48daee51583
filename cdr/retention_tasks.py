"""Work behind the scenes: masking what is past its time of keeping. `cdr.tasks` makes it known to workers."""

from celery import shared_task

from accounts.access import Door, system
from accounts.models import Customer
from cdr.services import retention


@shared_task(name="cdr.tasks.retain")
def retain() -> int:
    """Sent by beat at night: forget raw rows, and one task for each customer with calls that may be past their time."""
    retention.clear_raw()
    return retention.queue_masking()


@shared_task(name="cdr.tasks.mask_customer")
def mask_customer(customer_id: int) -> int:
    """Mask what is past its time of one customer; broken off, the next run goes on where it was."""
    customer = Customer.objects.get(pk=customer_id)
    return retention.mask_customer(customer=customer, actor=system(customer, Door.TASK))

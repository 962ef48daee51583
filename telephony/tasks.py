"""Work beside requests: putting what phones did into their history, names into their books, and years into holidays."""

from celery import shared_task
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import PortalTask, queue
from telephony import schedule_selectors, services
from telephony.hours import years_to_offer
from telephony.memory import gate

BATCH = 500
FILES = 20  # each may be large


@shared_task(expires=60)
def store_phone_events() -> int:
    """Empty the queue that answers to phones fill; safe to run twice, because what is stored leaves it."""
    return gate().events.drain(BATCH, services.store_events)


@shared_task(expires=60)
def store_phone_files() -> int:
    """Empty the queue of files that phones sent; safe to run twice, because what is stored leaves it."""
    return gate().files.drain(FILES, services.store_sent)


@shared_task
def clear_greeting_files() -> int:
    """Remove the files of greetings that nothing plays; safe to run twice, because the second finds none."""
    return services.clear_greeting_files(timezone.now())


@shared_task(expires=60)
def write_phone_books() -> int:
    """Write the books of customers whose names or numbers changed."""
    return services.write_stale_books()


@shared_task(name="telephony.tasks.keep_all_holidays")
def keep_all_holidays() -> int:
    """Sent by beat: one task for each customer with a list of holidays that waits for a year."""
    with crossing(Crossing.HOLIDAYS):
        waiting = schedule_selectors.kept_up_to_date(_last_year())
        found = list(Customer.objects.filter(pk__in=set(waiting.values_list("customer_id", flat=True))).order_by("pk"))
    for customer in found:
        queue(keep_holidays, customer.pk, actor=system(customer, Door.TASK))
    return len(found)


@shared_task(bind=True, base=PortalTask, name="telephony.tasks.keep_holidays")
def keep_holidays(self: PortalTask, customer_id: int) -> int:
    """Add the years ahead to the lists of one customer; safe to run twice, because a list that has them waits no more."""
    customer = Customer.objects.get(pk=customer_id)
    with tenant(customer):
        added = [
            services.add_later_years(actor=self.actor(customer), schedule=waiting, today=timezone.localdate())
            for waiting in schedule_selectors.kept_up_to_date(_last_year())
        ]
    return sum(map(len, added))


def _last_year() -> int:
    return years_to_offer(timezone.localdate().year)[-1]

"""Work beside requests: putting what phones did into their history, and names into their books."""

from celery import shared_task

from telephony import services
from telephony.memory import gate

BATCH = 500
FILES = 20  # each may be large


@shared_task(expires=60)
def store_phone_events() -> int:
    """Empty the queue that answers to phones fill; safe to run twice, because taking an event removes it."""
    stored = 0
    while events := gate().take_events(BATCH):
        stored += services.store_events(events)
        if len(events) < BATCH:
            break
    return stored


@shared_task(expires=60)
def store_phone_files() -> int:
    """Empty the queue of files that phones sent; safe to run twice, because taking one removes it."""
    stored = 0
    while sent := gate().take_sent(FILES):
        stored += services.store_sent(sent)
        if len(sent) < FILES:
            break
    return stored


@shared_task(expires=60)
def write_phone_books() -> int:
    """Write the books of customers whose names or numbers changed."""
    return services.write_stale_books()

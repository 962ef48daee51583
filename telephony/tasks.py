"""Work beside requests: putting what phones did into their history."""

from celery import shared_task

from telephony import services
from telephony.memory import gate

BATCH = 500


@shared_task(expires=60)
def store_phone_events() -> int:
    """Empty the queue that answers to phones fill; safe to run twice, because taking an event removes it."""
    stored = 0
    while events := gate().take_events(BATCH):
        stored += services.store_events(events)
        if len(events) < BATCH:
            break
    return stored

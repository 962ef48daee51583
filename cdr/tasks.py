"""Work behind the scenes: the drop folders and the files that wait."""

from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.access import Door, system
from accounts.tenancy import Crossing, crossing
from accounts.work import queue
from cdr import export_tasks, feed_tasks, fraud_tasks, limit_tasks, retention_tasks
from cdr.models import Source
from cdr.services import deliveries
from cdr.services.folder import load_folder
from cdr.services.rerating import customers_with, rate_unrated

__all__ = ["export_tasks", "feed_tasks", "fraud_tasks", "limit_tasks", "retention_tasks"]


@shared_task(name="cdr.tasks.watch_drop_folder")
def watch_drop_folder() -> int:
    """Sent by beat: one task for each source, which looks into its folder."""
    found = list(Source.objects.values_list("pk", flat=True))
    for source in found:
        queue(load_drop_folder, source, actor=system(door=Door.TASK))
    return len(found)


@shared_task(name="cdr.tasks.load_drop_folder")
def load_drop_folder(source: int) -> int:
    """Load what lies whole in the folder of a source; run twice at the same time, the second does nothing."""
    found = Source.objects.filter(pk=source).first()
    if found is None:
        return 0
    return len(load_folder(source=found, root=Path(settings.DROP_FOLDER), actor=system(door=Door.TASK)))


@shared_task(name="cdr.tasks.load_queue")
def load_queue(source: int) -> int:
    """Load the files that were uploaded for a source; run twice at the same time, the second does nothing."""
    found = Source.objects.filter(pk=source).first()
    return deliveries.load_queue(source=found) if found else 0


@shared_task(name="cdr.tasks.tend_deliveries")
def tend_deliveries() -> int:
    """Sent by beat: what a dead worker left is taken up again, and what waits is started."""
    return deliveries.tend(now=timezone.now())


@shared_task(name="cdr.tasks.rate_unrated")
def rate_unrated_calls(tariff: int | None = None, customer: int | None = None) -> int:
    """Give calls their price that had none: after a tariff was saved, and by beat for what was loaded beside that."""
    found = None if customer is None else [customer]
    if tariff is not None:
        with crossing(Crossing.RATING):
            found = customers_with(tariff)
    return rate_unrated(actor=system(door=Door.TASK), customers=found).rated

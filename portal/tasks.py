"""The house's own task: a worker's sign of life."""

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down

from portal import health


@shared_task(expires=health.HEARTBEAT_EVERY * 2)
def heartbeat() -> None:
    """Sent by beat, so that it proves beat, broker and worker together."""
    health.beat()


@worker_ready.connect
def first_heartbeat(**_: object) -> None:
    """A worker that has just come up need not wait for the first one that beat sends."""
    health.beat()


@worker_shutting_down.connect
def last_heartbeat(**_: object) -> None:
    """Other workers, if there are any, say within seconds that they are there."""
    health.no_longer()

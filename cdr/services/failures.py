"""A loading that ended in an error: what happened and what to do, kept with the delivery for whoever looks."""

import errno
from collections.abc import Iterator
from contextlib import suppress

from django.db import Error, InterfaceError, OperationalError, connection
from django.utils import timezone
from psycopg import errors

from accounts.tenancy import Crossing, crossing
from cdr.ingest import problems
from cdr.models import Batch
from cdr.services import live
from cdr.services.reading import ReaderDiedError


def leave(batch: Batch, error: Exception) -> None:
    """Write what ended the loading of a batch; what was loaded of it stays loaded. Who stopped it has stopped it for good."""
    if batch._state.adding:
        return
    if not connection.is_usable():
        connection.close()  # the next statement opens another
    # A database that is still away leaves the batch running, and whoever tends deliveries finds it.
    with suppress(Error), crossing(Crossing.INGEST):
        left = Batch.objects.filter(pk=batch.pk, state__in=Batch.LIVE)
        if live.is_asked_to_stop(batch):
            left.update(cancel_asked=True)
        left.update(state=Batch.State.INTERRUPTED, problem=sentence_for(error), finished_at=timezone.now())


def sentence_for(error: BaseException) -> str:
    """What an error means for the file that was being loaded, and what to do about it."""
    chain = list(_causes(error))
    if any(_is_full(one) for one in chain):
        return problems.DISK_FULL
    if any(isinstance(one, MemoryError | ReaderDiedError | errors.OutOfMemory) for one in chain):
        return problems.NO_MEMORY
    if any(isinstance(one, OperationalError | InterfaceError) for one in chain):
        return problems.NO_DATABASE
    if any(isinstance(one, OSError) for one in chain):
        return problems.UNREADABLE
    return problems.FAULT % {"kind": type(error).__name__}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_full(error: BaseException) -> bool:
    return isinstance(error, errors.DiskFull) or (isinstance(error, OSError) and error.errno == errno.ENOSPC)

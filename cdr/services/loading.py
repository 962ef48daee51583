"""Load a file of call records: chunk by chunk, each with its totals, counts and rejects in one transaction.

A worker that is killed loses and doubles nothing: what was committed is known by its ids when the file comes again.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.access import Actor
from accounts.tenancy import Crossing, crossing
from cdr.dialects import dialects
from cdr.ingest import problems
from cdr.ingest.parse import FileProblem, header_of
from cdr.ingest.parts import Order, Part
from cdr.ingest.read import window_around
from cdr.models import Batch, Reject, Source
from cdr.selectors import feeds
from cdr.services import live
from cdr.services.failures import leave
from cdr.services.fraud import after_records
from cdr.services.groups import Load
from cdr.services.known import compact, hold, recall
from cdr.services.limits import after_records as watch_limits
from cdr.services.pipeline import load_parts
from cdr.services.reading import Read, reader

CHUNK_ROWS = 25_000  # so that each process stays below 500 MB
State = Batch.State


@contextmanager
def _only_load_of(source: Source) -> Iterator[None]:
    """Files of one source are loaded one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('centrale_cdr_source'), %s)", [source.pk])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('centrale_cdr_source'), %s)", [source.pk])


def load_file(
    *, path: Path, source: Source, actor: Actor, now: datetime | None = None, chunk_rows: int = CHUNK_ROWS
) -> Batch:
    """Load what is new in a file and say in the batch what became of each row.

    A file that cannot be read as a whole gives a batch in state REFUSED with the reason as one sentence. FileProblem
    when there is no such file. Any other error leaves the batch as far as it came, with what happened in it; loading the
    file again completes it.
    """
    if not path.is_file():
        raise FileProblem("missing", problems.NO_FILE % {"path": path})
    batch = Batch(source=source, file_name=path.name[-255:], size=path.stat().st_size, user=actor.user, door=actor.door)
    return _load_batch(batch, path, now or timezone.now(), chunk_rows)


def run_batch(*, batch: Batch, actor: Actor, now: datetime | None = None, chunk_rows: int = CHUNK_ROWS) -> Batch:
    """Load the kept file of a batch that waits or was interrupted, from its beginning: what was loaded of it is known.

    Between chunks `cancel_asked` is looked at; what was loaded until then stays loaded. FileProblem when the file is gone.
    """
    del actor  # who brought the file stands in the batch
    path = Path(settings.MEDIA_ROOT) / batch.kept_file
    if not (batch.kept_file and path.is_file()):
        raise FileProblem("missing", problems.FILE_GONE % {"name": batch.file_name})
    return _load_batch(batch, path, now or timezone.now(), chunk_rows)


def _load_batch(batch: Batch, path: Path, now: datetime, chunk_rows: int) -> Batch:
    try:
        return _read_and_load(batch, path, now, chunk_rows)
    except Exception as error:
        leave(batch, error)
        raise


def _read_and_load(batch: Batch, path: Path, now: datetime, chunk_rows: int) -> Batch:
    with (
        _only_load_of(batch.source),
        path.open("rb") as stream,
        reader(path.stat().st_size) as read,
        ThreadPoolExecutor(1, thread_name_prefix="cdr-hash") as beside,
    ):
        # What was sent to us was hashed while it came in.
        digest = None if batch.sha256 else beside.submit(_sha256, path)
        if not _begin(batch, stream, now):
            return batch
        try:
            whole = _load(stream, path, batch, now, chunk_rows, read)
            batch.state = State.DONE if whole else State.CANCELLED
        except FileProblem as found:
            batch.problem = found.sentence
            batch.state = State.REFUSED
        with crossing(Crossing.INGEST):
            batch.finished_at = timezone.now()
            if digest:
                batch.sha256 = digest.result()
            batch.save(update_fields=["state", "problem", "finished_at", "sha256"])
    return batch


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _begin(batch: Batch, stream: BufferedReader, now: datetime) -> bool:
    """False where somebody stopped the batch after it was taken from the queue."""
    header = header_of(stream, dialects()[batch.source.dialect])
    batch.header = "" if b"\0" in header else header.decode("latin-1")
    with crossing(Crossing.INGEST):
        # Nobody else holds the lock of the source, so a batch that still runs was killed.
        Batch.objects.filter(source=batch.source, state=State.RUNNING).exclude(pk=batch.pk).update(
            state=State.INTERRUPTED, finished_at=now
        )
        batch.state, batch.started_at, batch.finished_at, batch.problem = State.RUNNING, now, None, ""
        batch.read = batch.loaded = batch.duplicate = batch.rejected = batch.unrated = batch.corrected = 0
        batch.done_bytes, batch.reasons = 0, {}
        live.forget(batch)  # before its row is locked: who stops it from then on is heard
        waiting = Batch.objects.select_for_update().filter(pk=batch.pk).first()
        if waiting is not None and waiting.state == State.CANCELLED:
            batch.refresh_from_db()
            return False
        batch.save()
        compact(batch.source)
    return True


def _load(stream: BufferedReader, path: Path, batch: Batch, now: datetime, part_rows: int, read: Read) -> bool:
    """Load the parts of the file; False when somebody asked to stop. What there is to say goes into the batch's problem."""
    load = _prepare(batch, stream, now)
    order = Order(path, load.reading, load.window, part_rows)
    foreign = 0

    def counted(parts: Iterator[Part]) -> Iterator[Part]:
        nonlocal foreign
        for part in parts:
            foreign += part.foreign
            if part.done is not None:
                live.tell_read(batch, part.done)
            yield part

    whole = load_parts(load, counted(read(stream, order)), goes_on=lambda: not _is_cancelled(batch))
    if whole:
        hold(load.known)
    after_records(load.customers)
    watch_limits(load.customers)
    batch.problem = problems.FOREIGN % {"count": foreign} if foreign else ""
    return whole


def _is_cancelled(batch: Batch) -> bool:
    return live.is_asked_to_stop(batch) or Batch.objects.filter(pk=batch.pk, cancel_asked=True).exists()


def _prepare(batch: Batch, stream: BufferedReader, now: datetime) -> Load:
    source = batch.source
    reading = feeds.reading(source)
    with crossing(Crossing.INGEST):
        return Load(
            source=source,
            batch=batch,
            reading=reading,
            window=window_around(
                (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), settings.CALLS_SINCE
            ),
            header=header_of(stream, reading.dialect),
            directory=feeds.directory(source),
            tariffs=dict(feeds.customer_tariffs()),
            books=dict(feeds.tariff_books()),
            overrides=dict(feeds.override_books()),
            known=recall(source),
            open_rejects=frozenset(
                Reject.objects.filter(source=source, resolved_at=None)
                .exclude(record_id="")
                .values_list("record_id", flat=True)
            ),
        )

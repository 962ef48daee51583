"""Deliveries through the upload page and the API: the file is kept, waits its turn, and is loaded by a worker.

Files of one source are loaded one after the other, oldest first. What a dead worker left is taken up again, which is
safe: a file that is loaded again doubles nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from celery import signature
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.access import Actor, Door, system
from accounts.audit import record
from accounts.work import queue
from cdr import rules
from cdr.ingest.parse import FileProblem
from cdr.ingest.problems import GAVE_UP
from cdr.models import Batch, Reject, Source
from cdr.services import live
from cdr.services.loading import run_batch
from cdr.uploads import FOLDER, INCOMING, Received

# By name: tasks know services and not the other way round.
_LOAD = signature("cdr.tasks.load_queue")
LOADING = "centrale_cdr_source"  # the lock that whoever loads files of a source holds
MOST_TRIES = 3
KEPT_DAYS = 60
State = Batch.State
ENDED = (State.DONE, State.REFUSED, State.INTERRUPTED, State.CANCELLED)


def deliver(*, source: Source, upload: Received, actor: Actor, key: str | None = None) -> tuple[Batch, bool]:
    """Keep a file and queue it; True when it is new. The same `key` with the same file is the same delivery."""
    found = _delivered(source, key, upload)
    if found is not None:
        return found, False
    path = upload.keep(Path(settings.MEDIA_ROOT) / FOLDER)
    try:
        return enqueue(
            source=source, path=path, name=upload.name or "", sha256=upload.sha256, actor=actor, key=key
        ), True
    except IntegrityError:  # the same key came through another connection in this very moment
        path.unlink()
        found = _delivered(source, key, upload)
        if found is None:
            raise
        return found, False
    except BaseException:
        path.unlink()
        raise


def _delivered(source: Source, key: str | None, upload: Received) -> Batch | None:
    if key is None:
        return None
    found = Batch.objects.filter(source=source, idempotency_key=key).first()
    if found is not None:
        rules.same_file(found, upload.sha256)
    return found


@transaction.atomic
def enqueue(
    *, source: Source, path: Path, name: str, sha256: str, actor: Actor, key: str | None = None, again: bool = False
) -> Batch:
    """A batch of a file that lies below MEDIA_ROOT, which a worker loads."""
    batch = Batch.objects.create(
        source=source,
        file_name=name,
        sha256=sha256,
        size=path.stat().st_size,
        state=State.QUEUED,
        kept_file=str(path.relative_to(settings.MEDIA_ROOT)),
        idempotency_key=key,
        is_again=again,
        user=actor.user,
        door=actor.door,
        started_at=timezone.now(),
    )
    if not again:
        record(actor=actor, verb="batch.upload", obj=batch)
    queue(_LOAD, source.pk, actor=actor)
    return batch


@transaction.atomic
def cancel_batch(*, batch: Batch, actor: Actor) -> Batch:
    """Stop a delivery: one that waits at once, one that runs before its next chunk. What is loaded stays loaded."""
    seen = Batch.objects.get(pk=batch.pk)
    rules.can_be_cancelled(seen)
    # Nobody holds one that waits for long.
    found = Batch.objects.select_for_update(skip_locked=seen.state == State.RUNNING).filter(pk=batch.pk).first()
    if found is None:  # a worker writes rows of it in this moment, and looks whether to go on before the next ones
        found = seen
        live.ask_to_stop(found)
    else:
        rules.can_be_cancelled(found)
        found.cancel_asked = True
        if found.state != State.RUNNING:
            found.state, found.finished_at = State.CANCELLED, timezone.now()
        found.save(update_fields=["cancel_asked", "state", "finished_at"])
    record(actor=actor, verb="batch.cancel", obj=found)
    return found


@transaction.atomic
def resume_batch(*, batch: Batch, actor: Actor) -> Batch:
    """Load a delivery again that was stopped, refused or left by a dead worker."""
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    rules.can_be_resumed(found, kept=path_of(found) is not None)
    _wait(found)
    found.tries = 0
    found.save(update_fields=["tries"])
    record(actor=actor, verb="batch.resume", obj=found)
    queue(_LOAD, found.source_id, actor=actor)
    return found


def path_of(batch: Batch) -> Path | None:
    """Where the file of a batch lies; None when it was not kept, or not any more."""
    path = Path(settings.MEDIA_ROOT) / batch.kept_file
    return path if batch.kept_file and path.is_file() else None


def is_taken_up(batch: Batch) -> bool:
    """Whether a worker begins this batch again without anybody asking."""
    ended = batch.state == State.INTERRUPTED and not batch.cancel_asked and batch.tries < MOST_TRIES
    return ended and path_of(batch) is not None


def _wait(batch: Batch) -> None:
    batch.state, batch.cancel_asked, batch.finished_at, batch.problem = State.QUEUED, False, None, ""
    batch.save(update_fields=["state", "cancel_asked", "finished_at", "problem"])


# --- what workers do ---


@contextmanager
def _mine(name: str, source: int) -> Iterator[bool]:
    """True for the one session that holds the lock of this name for the source; nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [name, source])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [name, source])


def load_queue(*, source: Source) -> int:
    """Load what waits for a source, oldest first; nothing while another worker loads files of it."""
    count = 0
    # The loader's own lock, so that no worker sits and waits for it, and what was stopped meanwhile is not begun.
    with _mine(LOADING, source.pk) as mine:
        while mine and (batch := _next(source)) is not None:
            actor = Actor(user=batch.user, customer=None, roles=frozenset(), door=Door.TASK)
            try:
                settle(batch=run_batch(batch=batch, actor=actor))
            except FileProblem as problem:  # somebody took the file away
                Batch.objects.filter(pk=batch.pk).update(
                    state=State.REFUSED, problem=problem.sentence, finished_at=timezone.now()
                )
            count += 1
    return count


def settle(*, batch: Batch) -> int:
    """After rejected rows were loaded again: whatever was not rejected anew is loaded, also where nothing names it."""
    if not batch.is_again or batch.state != State.DONE:
        return 0
    mended = Reject.objects.filter(again=batch, resolved_at=None).exclude(last_batch=batch)
    return mended.update(resolved_at=timezone.now())


@transaction.atomic
def _next(source: Source) -> Batch | None:
    waiting = Batch.objects.select_for_update(of=("self",)).filter(source=source, state=State.QUEUED)
    batch = waiting.select_related("source", "user").order_by("pk").first()
    if batch is not None:
        batch.tries = F("tries") + 1
        batch.started_at = timezone.now()
        batch.save(update_fields=["tries", "started_at"])
        batch.refresh_from_db(fields=["tries"])
    return batch


def tend(*, now: datetime) -> int:
    """Take up what dead workers left, start what waits, and clear away files nobody needs; returns how many wait."""
    for source in set(Batch.objects.filter(state=State.RUNNING).order_by().values_list("source", flat=True)):
        # Whoever loads holds this lock, so a batch that runs while nobody holds it was left.
        with _mine(LOADING, source) as nobody_loads:
            if nobody_loads:
                for batch in Batch.objects.filter(source=source, state=State.RUNNING):
                    Batch.objects.filter(pk=batch.pk, state=State.RUNNING).update(
                        state=State.INTERRUPTED, finished_at=now, cancel_asked=live.is_asked_to_stop(batch)
                    )
    for batch in Batch.objects.filter(state=State.INTERRUPTED).exclude(kept_file=""):
        _take_up(batch, now)
    waiting = set(Batch.objects.filter(state=State.QUEUED).order_by().values_list("source", flat=True))
    for source in waiting:
        queue(_LOAD, source, actor=system(door=Door.TASK))
    _clear(now)
    return len(waiting)


@transaction.atomic
def _take_up(batch: Batch, now: datetime) -> None:
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    if found.state != State.INTERRUPTED:
        return
    if found.cancel_asked:
        found.state, found.finished_at = State.CANCELLED, now
        found.save(update_fields=["state", "finished_at"])
    elif found.tries < MOST_TRIES:
        _wait(found)
    elif not found.problem:
        found.problem = GAVE_UP
        found.save(update_fields=["problem"])


def _clear(now: datetime) -> None:
    """Remove halves of uploads that were broken off, and files that were loaded long ago."""
    for path in (Path(settings.MEDIA_ROOT) / FOLDER / INCOMING).glob("*.part"):
        if path.stat().st_mtime < time.time() - 86_400:
            path.unlink(missing_ok=True)
    old = Batch.objects.filter(state__in=ENDED, finished_at__lt=now - timedelta(days=KEPT_DAYS)).exclude(kept_file="")
    for batch in old:
        (Path(settings.MEDIA_ROOT) / batch.kept_file).unlink(missing_ok=True)
        Batch.objects.filter(pk=batch.pk).update(kept_file="")

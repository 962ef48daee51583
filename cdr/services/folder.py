"""The drop folder of a source: files that are put there are loaded and moved to `done` or `failed`."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache import cache
from django.db import connection

from accounts.access import Actor
from cdr.ingest.parse import FileProblem
from cdr.ingest.problems import STOPPED
from cdr.models import Batch, Source
from cdr.services.loading import load_file

log = logging.getLogger(__name__)

# A name that is being written to, by common habit; renaming it is the sure way to say that a file is whole.
UNFINISHED = (".part", ".tmp", ".filepart", ".uploading", ".swp", "~")
SETTLE_SECONDS = 10
SEEN_SECONDS = 3600


@contextmanager
def _only_reader_of(source: Source) -> Iterator[bool]:
    """True for the one worker that may read the folder of a source now."""
    key = "hashtext('centrale_cdr_folder'), %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({key})", [source.pk])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({key})", [source.pk])


def load_folder(*, source: Source, root: Path, actor: Actor) -> list[Batch]:
    """Load every whole file in `root/<source>/`, oldest name first; nothing when another worker is at it.

    A file that grows, or was touched in the last seconds, waits for the next look. After a crash the file is still there
    and is loaded again, which completes it.
    """
    folder = root / source.name
    folder.mkdir(parents=True, exist_ok=True)
    batches: list[Batch] = []
    with _only_reader_of(source) as mine:
        if not mine:
            return batches
        for path in sorted(folder.iterdir()):
            # A link could name any file of this machine, and what cannot be read shows in the lists of rejects.
            if path.is_file() and not path.is_symlink() and _is_whole(path):
                batches += _load(path, source, actor)
    return batches


def _is_whole(path: Path) -> bool:
    """Whether nobody seems to write any more: the same size and time as at the look before, and some seconds old."""
    if path.name.startswith(".") or path.name.endswith(UNFINISHED):
        return False
    state = path.stat()
    seen = f"{state.st_size}/{state.st_mtime_ns}"
    key = f"cdr-drop:{path.parent.name}:{path.name.encode().hex()[:150]}"
    before = cache.get(key)
    cache.set(key, seen, SEEN_SECONDS)
    return before == seen and time.time() - state.st_mtime >= SETTLE_SECONDS


def _load(path: Path, source: Source, actor: Actor) -> list[Batch]:
    try:
        before = _state(path)
        batch = load_file(path=path, source=source, actor=actor)
    except FileProblem as problem:  # somebody took the file away meanwhile
        log.warning("drop folder: %s", problem.sentence)
        return []
    except PermissionError:  # one file that may not be read must not keep those after it waiting
        log.exception("drop folder: %s cannot be read", path.name)
        return []
    if _state(path) != before:  # another took its place, or it grew: the next look loads what is there now
        log.warning("drop folder: %s changed while it was loaded, and stays", path.name)
        return [batch]
    reason = STOPPED if batch.state == Batch.State.CANCELLED else batch.problem
    failed = batch.state != Batch.State.DONE
    kept = _move(path, path.parent / ("failed" if failed else "done"))
    if failed:
        kept.with_name(kept.name + ".reason.txt").write_text(reason + "\n", "utf-8")
        log.warning("drop folder: %s was not loaded: %s", kept.name, reason)
    return [batch]


def _state(path: Path) -> tuple[int, int, int]:
    """Which file has this name, and how far it is written; nothing when there is none any more."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return state.st_ino, state.st_size, state.st_mtime_ns


def _move(path: Path, folder: Path) -> Path:
    """Move a file; one of the same name from before keeps its name, this one gets the time in its."""
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}-{time.time_ns()}{path.suffix}"
    return path.rename(target)

"""Making a file of calls in a worker: from the start each time, whole or not at all."""

import errno
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import QueryDict
from django.utils.translation import override

from accounts.access import Actor, Capability, Role
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.asking import Asked, ask, problems
from cdr.exporting.limits import MOST_WORKBOOK_ROWS
from cdr.exporting.plan import Plan, plan
from cdr.exporting.stream import IncompleteExportError, Progress, content
from cdr.models import Export, ExportForm
from cdr.selectors import calls
from cdr.selectors.exports import actor_in
from cdr.services.exports import begin_export, fail_export, finish_export, note_masked, note_progress, path_of
from cdr.services.tidying import MOST_ATTEMPTS
from portal.lib.periods import local_day

log = logging.getLogger(__name__)

SAY_EVERY = 1.0  # seconds between signs of life
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Problem = Export.Problem


class _CannotBeMadeError(Exception):
    def __init__(self, problem: Export.Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def make(*, customer: Customer, export: Export, actor: Actor) -> bool:
    """Make the file, or say why there is none. False when it was made already, is over, or another worker is at it."""
    if export.is_over:
        return False
    place = path_of(export)
    try:
        with _alone(place.with_name(f"{place.name}.part")) as file:
            return file is not None and _make(customer, export, actor, place, file)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the task is tried again later
    except Exception as error:
        problem = _problem_of(error)
        fail_export(export=export, problem=problem, actor=actor)
        if problem == Problem.BROKEN:
            raise
        log.exception("export was not made", extra={"export": export.pk})
    return False


def _problem_of(error: Exception) -> Export.Problem:
    if isinstance(error, _CannotBeMadeError):
        return error.problem
    if isinstance(error, IncompleteExportError):
        return Problem.INCOMPLETE
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Problem.DISK_FULL
    return Problem.BROKEN


def _make(customer: Customer, export: Export, actor: Actor, place: Path, file: BinaryIO) -> bool:
    with tenant(customer):
        export.refresh_from_db(fields=["state", "attempts"])
    if export.is_over:
        return False
    if export.attempts >= MOST_ATTEMPTS:
        raise _CannotBeMadeError(Problem.INTERRUPTED)
    begin_export(export=export)
    with tenant(customer), override(export.user.language):
        asked = _asked(customer, export)
        if export.form == ExportForm.XLSX and calls.rows_of(asked.selection) > MOST_WORKBOOK_ROWS:
            raise _CannotBeMadeError(Problem.TOO_LONG)
        made = plan(customer.pk, customer.reference, asked, ExportForm(export.form))
    try:
        rows = _written(made, export, file)
    except psycopg.OperationalError as error:
        raise OperationalError from error
    Path(file.name).replace(place)
    return finish_export(export=export, file=place, name=made.name, rows=rows, actor=actor)


def _asked(customer: Customer, export: Export) -> Asked:
    """What was asked, seen from the day on which it was; whole numbers only where they were seen then and may be now."""
    reader = actor_in(customer, export.user)
    if reader is None or not reader.can(Capability.VIEW_CALLS):
        raise _CannotBeMadeError(Problem.NO_RIGHT)
    hidden = frozenset() if export.full_numbers else frozenset({Role.SEES_FULL_NUMBERS})
    seen = Actor(user=reader.user, customer=customer, roles=reader.roles - hidden, door=reader.door)
    query = QueryDict(export.query)
    asked = ask(query, seen, today=local_day(export.created_at))
    if problems(query, asked):
        raise _CannotBeMadeError(Problem.UNREADABLE)  # and not: made of all calls
    if export.full_numbers and not asked.selection.full_numbers:
        note_masked(export=export)
    return asked


def _written(made: Plan, export: Export, file: BinaryIO) -> int:
    progress = Progress()
    said = 0.0
    for piece in content(made, progress=progress):
        file.write(piece)
        if time.monotonic() - said > SAY_EVERY:
            said = time.monotonic()
            note_progress(export=export, done=progress.done, rows=progress.expected)
    file.flush()
    os.fsync(file.fileno())
    return progress.expected


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO | None]:
    """An empty file that this process alone writes; None while another does. A lock dies with whoever holds it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        if os.fstat(file.fileno()).st_nlink == 0:  # whoever held it has ended since it was opened
            yield None
            return
        file.truncate(0)
        try:
            yield file
        finally:
            path.unlink(missing_ok=True)

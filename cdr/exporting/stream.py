"""Carrying a plan out: one connection of its own, one snapshot, one COPY, and every row counted.

A response that streams runs after its request, possibly in several threads in turn, and stops whenever the reader
goes away: so nothing here is a thread's, and whatever ends the generator closes the connection and its transaction.
"""

import logging
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pyarrow as pa
from psycopg.pq import ExecStatus

from accounts.streaming import tenant_connection
from cdr.exporting.plan import READ, Plan, Query
from cdr.exporting.writing import Rows, lines
from cdr.exporting.xlsx import Workbook
from cdr.models import ExportForm
from cdr.selectors.calls import Sums
from portal.lib.csvsafe import BYTE_ORDER_MARK, CsvForm, line
from portal.lib.money import euros

log = logging.getLogger(__name__)

BLOCK = 512 * 1024
SILENCE = 600  # seconds without a byte from the database before it counts as gone
SEPARATOR = {CsvForm.DUTCH: ";", CsvForm.ISO: ","}


class IncompleteExportError(RuntimeError):
    """The rows sent are not the rows counted: the download is cut off, so that nobody takes it for whole."""


@dataclass(slots=True)
class Progress:
    """How far a file is: rows to come in all, rows written."""

    expected: int = 0
    done: int = 0


def content(plan: Plan, *, progress: Progress | None = None) -> Iterator[bytes]:
    """The file in pieces below a megabyte. IncompleteExportError when rows, records and totals disagree."""
    counted = progress or Progress()
    with tenant_connection(plan.customer) as connection:
        sums = _expected(connection, plan, counted)
        made = _workbook if plan.form is ExportForm.XLSX else _csv
        yield from made(plan, _blocks(connection, plan, counted), sums)
        if counted.done != counted.expected:
            raise _incomplete(f"{counted.done} of {counted.expected} rows were sent")


def _incomplete(what: str) -> IncompleteExportError:
    log.error("export is not complete", extra={"difference": what})
    return IncompleteExportError(what)


def _expected(connection: psycopg.Connection, plan: Plan, counted: Progress) -> Sums:
    """What the page shows of this snapshot, after a look whether the records say the same."""
    [(rows, *checked)] = _read(connection, plan.check, ("rows", "c", "s", "m")) or [(0, 0, 0, 0)]
    sums = Sums()
    for calls, seconds, micros in _read(connection, plan.totals, ("c", "s", "m")):
        sums += Sums(calls=calls, seconds=seconds, micros=micros)
    if [sums.calls, sums.seconds, sums.micros] != checked:
        raise _incomplete(f"totals {sums.calls}/{sums.seconds}/{sums.micros}, records {checked}")
    counted.expected = rows
    return sums


def _read(connection: psycopg.Connection, query: Query | None, names: tuple[str, ...]) -> list[tuple[int, ...]]:
    """Whole numbers from the columns of these names."""
    if query is None:
        return []
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(*query)
        places = [column.name for column in cursor.description or ()]
        wanted = [places.index(name) for name in names]
        return [tuple(int(row[place]) for place in wanted) for row in cursor]


def _destinations(connection: psycopg.Connection, plan: Plan) -> dict[str, str]:
    """What the rates of this snapshot's records are called, by the rate as the database writes it."""
    if plan.destinations is None:
        return {}
    with psycopg.ClientCursor(connection) as cursor:
        return {str(rate): name or "" for rate, name in cursor.execute(*plan.destinations)}


def _csv(plan: Plan, blocks: Iterator[list[pa.StringArray]], sums: Sums) -> Iterator[bytes]:
    form = plan.form.csv
    start = BYTE_ORDER_MARK if form is CsvForm.DUTCH else ""
    yield (start + line(plan.header, form)).encode()
    for columns in blocks:
        yield lines(columns, SEPARATOR[form])
    if form is CsvForm.DUTCH:
        total = (plan.total_word, "", "", "", "", "", "", sums.calls, sums.seconds, euros(sums.micros), "")
        yield line(total, form).encode()


def _workbook(plan: Plan, blocks: Iterator[list[pa.StringArray]], sums: Sums) -> Iterator[bytes]:
    book = Workbook(plan.header)
    for columns in blocks:
        yield book.rows(zip(*(column.to_pylist() for column in columns), strict=True))
    yield book.end((plan.total_word, sums.calls, sums.seconds, euros(sums.micros)))


def _blocks(connection: psycopg.Connection, plan: Plan, counted: Progress) -> Iterator[list[pa.StringArray]]:
    """The columns of the file, a block at a time, counted as they pass."""
    if plan.rows is None:
        return
    text, values = plan.rows
    with psycopg.ClientCursor(connection) as cursor:
        read = cursor.mogrify(text, values)
    rows = Rows(READ, plan.columns_with(_destinations(connection, plan)))
    blocks = Copied(connection, f"COPY ({read}) TO STDOUT (FORMAT csv)")
    for block in blocks:
        columns = []
        for column in rows.columns(block):
            columns.append(column)
            blocks.read_ahead()
        counted.done += len(columns[0])
        yield columns


class Copied:
    """The rows of a COPY in blocks, straight from libpq: psycopg's own loop costs more than the formatting."""

    def __init__(self, connection: psycopg.Connection, statement: str) -> None:
        self._wire = connection.pgconn
        self._statement = statement.encode()
        self._ran_dry = False

    def __iter__(self) -> Iterator[bytearray]:
        begun = self._wire.exec_(self._statement)
        if begun.status != ExecStatus.COPY_OUT:
            raise psycopg.errors.error_from_result(begun)
        waiting = select.poll()
        waiting.register(self._wire.socket, select.POLLIN)
        take: Callable[[int], tuple[int, memoryview]] = self._wire.get_copy_data
        held = bytearray()
        size = 0
        while size >= 0:
            size, row = take(1)
            if size > 0:
                held += row
                if len(held) < BLOCK:
                    continue
            elif size == 0:
                self._ran_dry = True
                if not waiting.poll(SILENCE * 1000):
                    raise psycopg.OperationalError("the database went silent")
                self._wire.consume_input()
                continue
            if held:
                yield held
                held, self._ran_dry = bytearray(), False
        self._end()

    def read_ahead(self) -> None:
        """Empty the socket, so that the database writes on while a block is being worked on; not when there is one in memory."""
        if self._ran_dry:
            self._wire.consume_input()

    def _end(self) -> None:
        ended = self._wire.get_result()
        if ended is None or ended.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(ended) if ended else psycopg.OperationalError("COPY had no end")
        self._wire.get_result()

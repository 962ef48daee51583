"""The parts of a file, read while earlier ones are stored: by a thread, or for a big file by a process of its own."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from django.conf import settings

from cdr.ingest.parse import FileProblem
from cdr.ingest.parts import Order, Part, read_parts

# Below this a process would take longer to start than to read.
BIG_BYTES = 24 << 20


DIED = "The process that read the file has died. Load the file again."


class ReaderDiedError(RuntimeError):
    """The process that read the file ended before it had. What is loaded is kept; load the file again."""


type Read = Callable[[BinaryIO, Order], Iterator[Part]]


@contextmanager
def reader(size: int) -> Iterator[Read]:
    """What reads a file of so many bytes: its parts in the order of the file; FileProblem comes where a part would.

    Open it early: a process takes a second to start.
    """
    if size < BIG_BYTES:
        yield lambda stream, order: _ahead(read_parts(stream, order))
        return
    # A program of its own and no fork: libraries that read by columns have threads, which do not survive one.
    command = [sys.executable, "-m", "cdr.ingest.reader"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.ROOT) as process:  # noqa: S603 - our own module
        give, take = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)

        def read(_stream: BinaryIO, order: Order) -> Iterator[Part]:
            _ask(give, order)
            return _ahead(_received(take))

        try:
            yield read
        finally:
            process.kill()  # it has ended, unless nobody wants the rest


def _ask(pipe: IO[bytes], order: Order) -> None:
    try:
        with pipe:
            pickle.dump(order, pipe)
    except BrokenPipeError as error:
        raise ReaderDiedError(DIED) from error


def _received(pipe: IO[bytes]) -> Iterator[Part]:
    while True:
        try:
            part = pickle.load(pipe)  # noqa: S301 - from our own child, over a pipe
        except (EOFError, pickle.UnpicklingError) as error:
            raise ReaderDiedError(DIED) from error
        if part is None:
            return
        if isinstance(part, tuple):
            raise FileProblem(*part)
        yield part


def _ahead[T](items: Iterator[T]) -> Iterator[T]:
    """The same items, each made by another thread while its predecessor is used. Errors come where the item would.

    The other thread must not use the database: its connection would be another one.
    """
    nothing = object()
    with ThreadPoolExecutor(1, thread_name_prefix="cdr-read") as thread:
        coming = thread.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = thread.submit(next, items, nothing)
            yield item  # type: ignore[misc]

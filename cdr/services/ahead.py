"""Work one step ahead: while the database stores a chunk, the next one is read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor


def ahead[T](items: Iterator[T]) -> Iterator[T]:
    """The same items, each made by another thread while its predecessor is used. Errors come where the item would.

    The other thread must not use the database: its connection would be another one.
    """
    nothing = object()
    with ThreadPoolExecutor(1, thread_name_prefix="cdr-read") as thread:
        coming = thread.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = thread.submit(next, items, nothing)
            yield item  # type: ignore[misc]

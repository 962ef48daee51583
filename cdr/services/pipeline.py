"""The parts of a file through three stages at once: one is read, one is made ready, one is written.

What a part is and costs is worked out while the database is busy with the one before. Only where the database has something
to say about a part (a record that changed, a call that goes on) does it wait for its turn.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from cdr.ingest.calls import Calls, Mask, join
from cdr.ingest.parts import Part
from cdr.selectors import feeds
from cdr.services.chunks import Ready, load_part, look_ahead, make_ready, write
from cdr.services.groups import Load

# Legs of one call are written as they end; those near the end of a part wait for the next one.
WAITING_LINES = 1_000
MOST_WAITING = 20_000  # a source that names every row the same has no legs to wait for
TOGETHER = 9  # parts of a transaction: totals are added up at its end, and most of them are the same for every part


def load_parts(load: Load, parts: Iterable[Part], *, goes_on: Callable[[], bool]) -> bool:
    """Load every part; False when `goes_on`, which is asked between them, said no. A FileProblem comes before any part."""
    stages = _made_ready(load, parts)
    waiting: list[Part] = []
    stopped = False

    def together(part: Ready) -> Iterator[Ready]:
        """A part and those after it that go into the same transaction."""
        nonlocal stopped
        yield part
        for _further in range(TOGETHER - 1):
            stopped = not goes_on()
            if stopped:
                return
            coming = next(stages, None)
            if not isinstance(coming, Ready):
                waiting.extend([coming] if coming is not None else [])
                return
            yield coming

    while not stopped and (coming := waiting.pop() if waiting else next(stages, None)) is not None:
        if isinstance(coming, Ready):
            write(load, together(coming))
        else:
            load_part(load, coming)
        stopped = stopped or not goes_on()
    return not stopped


def _made_ready(load: Load, parts: Iterable[Part]) -> Iterator[Ready | Part]:
    """Each part made ready while the one before is written, or as it is where the database must be asked about it.

    The database is asked while a transaction of the caller may be open, and only for what is known.
    """
    before: Ready | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="cdr-ready") as thread:
        for part in _whole_calls(parts):
            look_ahead(load, part)
            coming = thread.submit(make_ready, load, part, feeds.closed_periods())
            if before is not None:
                yield before
            before = coming.result()
            if before is None:
                yield part
    if before is not None:
        yield before


def _whole_calls(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, but for legs near the end of one, which go to the next, where more of their call may stand, and for
    rows that take calls back, which come last: the calls may stand behind them.
    """
    waiting: Calls | None = None
    back: Calls | None = None
    last: Part | None = None
    for part in parts:
        calls, back = _put_aside(part.calls, back)
        ready, waiting = _split(calls if waiting is None else join(waiting, calls))
        last = part
        yield replace(part, calls=ready)
    for rest in (waiting, back):
        if rest is not None and last is not None:
            yield Part(rest, (), 0, last.done)


def _put_aside(calls: Calls, before: Calls | None) -> tuple[Calls, Calls | None]:
    """The rows that are calls, and those that take one back together with those from before."""
    taken_back = calls.taken_back
    if not taken_back.any() or (before is not None and len(before) > MOST_WAITING):
        return calls, before
    back = calls.keep(taken_back)
    return calls.keep(~taken_back), back if before is None else join(before, back)


def _split(calls: Calls) -> tuple[Calls, Calls | None]:
    """The calls that are complete, and those of which more legs may follow in the next part."""
    named = calls.group.filled()
    tail = calls.group.codes[-WAITING_LINES:][named[-WAITING_LINES:]]
    waits: Mask = np.isin(calls.group.codes, np.unique(tail)) & named
    if not waits.any() or waits.sum() > MOST_WAITING:
        return calls, None
    return calls.keep(~waits), calls.keep(waits)

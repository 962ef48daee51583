"""Many phones at once over real sockets, in one process: each with its own connection, and its own address where it has one."""

import heapq
import re
import select
import socket
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATIENCE = 60.0  # seconds without anything happening


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and everything before the body."""

    status: int
    head: bytes


#: Yields requests as they go over the wire and gets the reply to each; returns what went wrong, or nothing.
type Talk = Generator[bytes, Reply, str]


@dataclass(frozen=True, slots=True)
class Start:
    """When a talk begins, in seconds from the beginning, and from which address."""

    at: float
    source: str
    talk: Talk


@dataclass(slots=True)
class Outcome:
    """Seconds of each request (the first of a talk from when it should have begun), and what went wrong."""

    taken: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    done: int = 0
    seconds: float = 0.0

    def slowest(self, share: float) -> float:
        """The time that this share of the requests stayed below."""
        return sorted(self.taken)[int(len(self.taken) * share)]


@dataclass(slots=True)
class _Line:
    connection: socket.socket
    talk: Talk
    since: float
    waiting: bytes
    got: bytes = b""


class Load:
    """Talks with the server on one port. At most `most` talks are open at a time; what is due waits for a place."""

    def __init__(self, port: int, *, most: int = 1 << 30) -> None:
        self._port, self._most = port, most
        self._poll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._outcome = Outcome()

    def run(self, starts: Iterable[Start]) -> Outcome:
        """Every talk to its end."""
        due = [(start.at, number, start) for number, start in enumerate(starts)]
        heapq.heapify(due)
        began = time.perf_counter()
        while due or self._lines:
            now = time.perf_counter()
            while due and len(self._lines) < self._most and began + due[0][0] <= now:
                at, _, start = heapq.heappop(due)
                self._open(start, began + at if self._most == 1 << 30 else now)
            free = due and len(self._lines) < self._most
            patience = max(0.0, began + due[0][0] - now) if free else _PATIENCE
            ready = self._poll.poll(patience)
            if not ready and not free:
                raise RuntimeError(f"{len(self._lines)} phones waited for {_PATIENCE:.0f} seconds")
            for number, _ in ready:
                self._go_on(self._lines[number])
        self._outcome.seconds = time.perf_counter() - began
        self._poll.close()
        return self._outcome

    def _open(self, start: Start, since: float) -> None:
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if start.source:
            connection.bind((start.source, 0))
        connection.connect_ex(("127.0.0.1", self._port))
        self._lines[connection.fileno()] = _Line(connection, start.talk, since, next(start.talk))
        self._poll.register(connection, select.EPOLLOUT)

    def _go_on(self, line: _Line) -> None:
        try:
            if line.waiting:
                self._send(line)
            else:
                line.got += line.connection.recv(1 << 16) or _lost()
                self._read(line)
        except OSError as error:
            self._end(line, f"the connection failed: {error}")

    def _send(self, line: _Line) -> None:
        line.waiting = line.waiting[line.connection.send(line.waiting) :]
        wanted = select.EPOLLOUT if line.waiting else select.EPOLLIN
        self._poll.modify(line.connection, wanted)

    def _read(self, line: _Line) -> None:
        head, found, body = line.got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        now = time.perf_counter()
        self._outcome.taken.append(now - line.since)
        line.got, line.since = b"", now
        try:
            line.waiting = line.talk.send(Reply(int(head[9:12]), head))
        except StopIteration as end:
            self._end(line, end.value)
        else:
            line.waiting = line.waiting[line.connection.send(line.waiting) :]
            if line.waiting:
                self._poll.modify(line.connection, select.EPOLLOUT)

    def _end(self, line: _Line, wrong: str) -> None:
        del self._lines[line.connection.fileno()]
        self._poll.unregister(line.connection)
        line.connection.close()
        self._outcome.done += 1
        if wrong:
            self._outcome.wrong.append(wrong)


def _lost() -> bytes:
    raise ConnectionResetError("closed by the server")

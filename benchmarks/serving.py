"""The portal for phones and a trivial view, each on a granian of its own with the same options, and what they cost in CPU time."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

OPTIONS = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "error")
_TICK = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 0, 10  # places behind the state in /proc/PID/stat: proc(5)


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens, and its process."""

    port: int
    pid: int

    def seconds(self) -> float:
        """CPU time of it and its workers so far."""
        return sum(_seconds(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def served(application: str, path: str, **environment: str) -> Iterator[Served]:
    """It answers `path` inside."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", *OPTIONS, "--host", "127.0.0.1", "--port", str(port), application]
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}{path}")
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def seconds_of_stores() -> float:
    """CPU time so far of PostgreSQL, with processes of it that have ended, and of Valkey."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = _stat(cursor.fetchone()[0])[_PARENT]
    valkey = redis.Redis.from_url(settings.REDIS_URL).info("server")["process_id"]
    return _seconds(server, ended=True) + sum(_seconds(pid) for pid in (*_children(server), valkey))


def _children(parent: int) -> list[int]:
    found = (int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat"))
    return [pid for pid in found if (words := _stat(pid)) and words[_PARENT] == parent]


def _seconds(pid: int, *, ended: bool = False) -> float:
    """CPU time of a process; with that of its children that have ended."""
    words = _stat(pid)
    return sum(words[_TIMES : _TIMES + (4 if ended else 2)]) / _TICK


def _stat(pid: int) -> list[int]:
    """What stands behind the name and state of a process; nothing when it is gone."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1:]]
    except OSError:
        return []

"""The processes that `make demo` starts: each leads a session of its own, so that Ctrl-C reaches only the supervisor.

A child is known by pid and birth; what a killed child left behind carries the supervisor's token in its environment.
"""

import json
import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from portal.embedded.processes import Mark, mark
from portal.embedded.state import private_file

TOKEN = "CENTRALE_SUPERVISOR"  # noqa: S105 - the name of a variable
_PATIENCE = 20  # seconds that a child may take to finish what it is doing
_LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class Child:
    """One process that runs until it is told to stop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def mark(self) -> Mark | None:
        return mark(self.process.pid)

    def exit_status(self) -> int | None:
        return self.process.poll()

    def last_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:]) or "  (it said nothing)"

    def ask_to_stop(self) -> None:
        """Only the leader is asked: it lets its own workers finish."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, patience: float = _PATIENCE) -> None:
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(slots=True)
class Record:
    """What a later supervisor needs to know of this one (`supervisor.json`)."""

    path: Path
    supervisor: Mark
    follows: Mark | None
    token: str
    url: str
    children: list[Mark] = field(default_factory=list)

    def write(self) -> None:
        content = json.dumps(
            {
                "supervisor": _pair(self.supervisor),
                "follows": _pair(self.follows),
                "token": self.token,
                "url": self.url,
                "children": [_pair(child) for child in self.children],
            }
        )
        beside = self.path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        private_file(beside, content)
        beside.replace(self.path)

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        try:
            raw = json.loads(path.read_text())
            supervisor = _mark(raw["supervisor"])
            return cls(
                path,
                supervisor,
                _mark(raw["follows"]) if raw["follows"] else None,
                str(raw["token"]),
                str(raw["url"]),
                [_mark(pair) for pair in raw["children"]],
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None


def start(name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Child:
    """Start a child that writes to `log`; the log of the time before stays beside it."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def stop(children: Iterable[Child]) -> None:
    """Ask all at once, then wait for each."""
    everyone = list(children)
    for child in everyone:
        child.ask_to_stop()
    for child in everyone:
        child.wait()


def end_leftovers(marks: Iterable[Mark], token: str) -> None:
    """End children of a supervisor that is no more, and whatever those left behind."""
    for one in marks:
        one.end(signals=[signal.SIGTERM, signal.SIGKILL], patience=5)
    for one in _with_token(token):
        one.end(signals=[signal.SIGTERM, signal.SIGKILL], patience=3)


def _with_token(token: str) -> list[Mark]:
    """Every process, but this one, whose environment says that it comes from the supervisor of this token."""
    found: list[Mark] = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.pid != os.getpid() and process.environ().get(TOKEN) == token:
                one = mark(process.pid)
                if one is not None:
                    found.append(one)
    return found


def _mark(pair: list[object]) -> Mark:
    return Mark(int(str(pair[0])), str(pair[1]))


def _pair(one: Mark | None) -> tuple[int, str] | None:
    return (one.pid, one.born) if one else None

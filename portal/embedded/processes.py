"""Recognise and end processes that we started: by pid together with the moment of birth, never by name."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PROC = Path("/proc")
_GONE = " (deleted)"  # what Linux adds to a path that was removed under a running process
_STARTTIME_AFTER_STATE = 19  # proc(5): starttime is field 22, and the state, the first after the name, is field 3


@dataclass(frozen=True, slots=True)
class Mark:
    """One process, for good: a pid that was given out again has another birth."""

    pid: int
    born: str

    def alive(self) -> bool:
        return birth(self.pid) == self.born

    def end(self, *, signals: Sequence[signal.Signals], patience: float) -> bool:
        """Send each signal in turn, waiting up to `patience` seconds after each; say whether the process is gone."""
        for number in signals:
            if not self.alive():
                return True
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if _gone(self, patience):
                return True
        return not self.alive()


def birth(pid: int) -> str | None:
    """When this process began, as text to compare; None where there is none or only its unreaped remains.

    Linux counts in ticks since boot, which a corrected wall clock does not move; elsewhere psutil's creation time.
    """
    if _PROC.joinpath("self/stat").exists():
        try:
            after_name = _PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        if after_name[0] in "ZX":
            return None
        boot = _PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{after_name[_STARTTIME_AFTER_STATE]}"
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.NoSuchProcess:
        return None


def mark(pid: int) -> Mark | None:
    born = birth(pid)
    return Mark(pid, born) if born is not None else None


def myself() -> Mark:
    own = mark(os.getpid())
    if own is None:  # a running process always finds itself
        raise ProcessLookupError(os.getpid())
    return own


def running_in(folder: Path, binary: Path) -> Iterator[Mark]:
    """Processes of exactly this binary that work in exactly this folder: a server whose pid was never written down."""
    where = str(folder.resolve())
    what = str(binary.resolve())
    for process in psutil.process_iter():
        try:
            if process.cwd().removesuffix(_GONE) == where and process.exe().removesuffix(_GONE) == what:
                found = mark(process.pid)
                if found is not None:
                    yield found
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def _gone(one: Mark, patience: float) -> bool:
    until = time.monotonic() + patience
    while one.alive():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True

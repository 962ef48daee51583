"""Remove the servers of a home and everything they kept."""

import os
import shutil
import stat
from pathlib import Path

from portal.embedded import postgres, valkey
from portal.embedded.places import binaries, places
from portal.embedded.state import locked, read


def remove_servers(home: Path) -> None:
    """Stop both servers, whoever uses them, and delete their data, logs, sockets and passwords."""
    where = places(home)
    with locked(where):
        programs = binaries(where)
        state = read(where)
        if state is not None and state.postgres is not None:
            postgres.stop(state.postgres)
        if state is not None and state.valkey is not None:
            valkey.stop(state.valkey)
        postgres.end_leftovers(where, programs)
        valkey.end_leftovers(where, programs)
        for folder in (where.postgres, where.valkey, where.logs, where.engine, where.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        if where.base != where.home and where.base.exists() and stat.S_ISDIR(where.base.lstat().st_mode):
            shutil.rmtree(where.base)
        where.state.unlink(missing_ok=True)
        where.lock.unlink(missing_ok=True)


def remove_abandoned(parent: Path, pattern: str) -> None:
    """Remove the homes that match and whose servers no living process holds: what killed test runs left behind."""
    for home in sorted(parent.glob(pattern)):
        try:
            _remove_if_abandoned(home)
        except FileNotFoundError:
            continue  # its own run, or another one that looked at the same moment, has just removed it


def _remove_if_abandoned(home: Path) -> None:
    if home.is_symlink() or home.stat().st_uid != os.geteuid() or not places(home).state.exists():
        return
    where = places(home)
    with locked(where):  # a run that is just starting has it
        state = read(where)
        held = state is None or any(holder.alive() for holder in state.holders)
    if not held:
        remove_servers(home)
        shutil.rmtree(home, ignore_errors=True)

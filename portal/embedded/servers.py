"""Start, join and stop the embedded servers of one home."""

import atexit
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.embedded import postgres, valkey
from portal.embedded.places import Binaries, Places, binaries, places
from portal.embedded.processes import Mark, myself
from portal.embedded.state import ENCRYPTION_KEY, SECRET_KEY, VALKEY, State, locked, read, write

#: Environment variable of each role's URL.
URL_VARIABLES = {
    "centrale_web": "DATABASE_URL",
    "centrale_owner": "DATABASE_OWNER_URL",
    "centrale_provision": "DATABASE_PROVISION_URL",
    "centrale_sip": "DATABASE_SIP_URL",
}


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and Valkey of one home, held by one process."""

    where: Places
    passwords: dict[str, str]
    holder: Mark
    started: bool

    @classmethod
    def start(cls, home: Path, *, fsync: bool = True) -> Self:
        """Join the servers of this home if a living process holds them, else start them.

        `fsync=False` trades the data after a power cut for speed: for tests only.
        Raises EmbeddedError with one sentence that says what is wrong.
        """
        where = places(home)
        where.make()
        with locked(where):
            state = read(where) or State()
            state.drop_dead_holders()
            joined = bool(state.holders) and state.running()
            if not joined:
                _start(where, state, fsync=fsync)
            holder = myself()
            state.holders.append(holder)  # once for every start: a process may hold them twice
            write(where, state)
        return cls(where, state.passwords, holder, started=not joined)

    def environment(self) -> dict[str, str]:
        return _environment(self.where, self.passwords)

    def alive(self) -> bool:
        state = read(self.where)
        return state is not None and state.running()

    def stop(self) -> None:
        """Stop both servers, whoever else uses them."""
        with locked(self.where):
            state = read(self.where)
            if state is not None:
                _stop(state)
                state.holders = []
                write(self.where, state)

    def leave(self) -> None:
        """Let go of the servers; the last process to do so stops them."""
        with locked(self.where):
            state = read(self.where)
            if state is None:
                return
            if self.holder in state.holders:
                state.holders.remove(self.holder)
            state.drop_dead_holders()
            if not state.holders:
                _stop(state)
            write(self.where, state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.leave()


def find(home: Path) -> dict[str, str] | None:
    """The environment of servers that run in this home now, else None; nothing is started or held."""
    where = places(home)
    state = read(where)
    return _environment(where, state.passwords) if state is not None and state.running() else None


def named(environment: Mapping[str, str]) -> bool:
    """Whether the environment names servers of its own, as values or as files."""
    return all(name in environment or f"{name}_FILE" in environment for name in ("DATABASE_URL", "REDIS_URL"))


def attach(home: Path) -> None:
    """Put the servers' URLs into os.environ unless it names servers already; hold them while this process lives."""
    if named(os.environ):
        return
    servers = Servers.start(home)
    for name, value in servers.environment().items():
        os.environ.setdefault(name, value)
    atexit.register(_leave_if_still, servers)


def _leave_if_still(servers: Servers) -> None:
    if servers.holder == myself():  # a forked child runs its parent's exit handlers too
        servers.leave()


def _start(where: Places, state: State, *, fsync: bool) -> None:
    """Start both servers; what no living process holds is a leftover, and is ended first."""
    programs: Binaries = binaries(where)
    _stop(state)
    superuser_is_new = state.add_passwords()
    write(where, state)  # before initdb: a password that is set is always one that is known
    state.postgres = postgres.start(where, programs, state.passwords, superuser_is_new=superuser_is_new, fsync=fsync)
    write(where, state)
    state.valkey = valkey.start(where, programs, state.passwords[VALKEY], keep=fsync)


def _stop(state: State) -> None:
    if state.valkey is not None:
        valkey.stop(state.valkey)
    if state.postgres is not None:
        postgres.stop(state.postgres)
    state.valkey = state.postgres = None


def _environment(where: Places, passwords: dict[str, str]) -> dict[str, str]:
    urls = {variable: postgres.url(where, role, passwords[role]) for role, variable in URL_VARIABLES.items()}
    return {
        **urls,
        "REDIS_URL": valkey.url(where, passwords[VALKEY]),
        "SECRET_KEY": passwords[SECRET_KEY],
        "CENTRALE_KEYS": passwords[ENCRYPTION_KEY],
        "CENTRALE_DEMO": "true",
    }

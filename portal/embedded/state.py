"""What is written down about the servers of one home: passwords and processes, in one file that only we can read."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.errors import EmbeddedError
from portal.embedded.places import Places
from portal.embedded.processes import Mark
from portal.roles import LOGIN_ROLES

SUPERUSER = "postgres"
VALKEY = "valkey"
SECRET_KEY = "secret_key"  # noqa: S105 - the name of an entry
ENCRYPTION_KEY = "encryption_key"


@dataclass(slots=True)
class State:
    """Passwords by role, the two servers, and the processes that use them (`holders`)."""

    passwords: dict[str, str] = field(default_factory=dict)
    postgres: Mark | None = None
    valkey: Mark | None = None
    holders: list[Mark] = field(default_factory=list)

    def running(self) -> bool:
        return self.postgres is not None and self.postgres.alive() and self.valkey is not None and self.valkey.alive()

    def add_passwords(self) -> bool:
        """Give every role a password that has none; say whether the superuser's is new."""
        fresh = SUPERUSER not in self.passwords
        for name in (SUPERUSER, VALKEY, *LOGIN_ROLES):
            self.passwords.setdefault(name, secrets.token_urlsafe(24))
        self.passwords.setdefault(SECRET_KEY, secrets.token_urlsafe(48))
        # A Fernet key: 32 random bytes in URL-safe base64.
        self.passwords.setdefault(ENCRYPTION_KEY, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return fresh

    def drop_dead_holders(self) -> None:
        self.holders = [holder for holder in self.holders if holder.alive()]


def read(where: Places) -> State | None:
    """The state of this home, None where there is none; a file that is broken counts as none."""
    try:
        raw = json.loads(where.state.read_text())
    except FileNotFoundError:
        return None
    except PermissionError:
        raise EmbeddedError(
            f"{where.state} belongs to another user; set CENTRALE_HOME to a folder of your own."
        ) from None
    except ValueError:
        return State()
    return State(
        passwords=dict(raw["passwords"]),
        postgres=_mark(raw["postgres"]),
        valkey=_mark(raw["valkey"]),
        holders=[Mark(*holder) for holder in raw["holders"]],
    )


def write(where: Places, state: State) -> None:
    """Replace the file in one step, so that a reader or a crash never meets half of it."""
    content = json.dumps(
        {
            "passwords": state.passwords,
            "postgres": _pair(state.postgres),
            "valkey": _pair(state.valkey),
            "holders": [_pair(holder) for holder in state.holders],
        }
    )
    beside = where.state.with_suffix(".new")
    beside.unlink(missing_ok=True)
    private_file(beside, content)
    beside.replace(where.state)


def private_file(path: Path, content: str) -> None:
    """Write a file that did not exist with mode 0600 from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


@contextmanager
def locked(where: Places) -> Iterator[None]:
    """One process at a time starts, joins or stops the servers of a home."""
    try:
        descriptor = os.open(where.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise EmbeddedError(f"{where.home} is not yours to write; set CENTRALE_HOME to a folder of your own.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _mark(pair: list[object] | None) -> Mark | None:
    return Mark(int(str(pair[0])), str(pair[1])) if pair else None


def _pair(mark: Mark | None) -> tuple[int, str] | None:
    return (mark.pid, mark.born) if mark else None

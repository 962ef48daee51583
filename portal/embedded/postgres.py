"""PostgreSQL of our own: initdb and pg_ctl, unix socket only, a password for every role."""

import os
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

from portal.embedded.errors import EmbeddedError
from portal.embedded.places import Binaries, Places
from portal.embedded.processes import Mark, mark, running_in
from portal.embedded.state import SUPERUSER, private_file
from portal.roles import DATABASE, prepare

_STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, and then nothing more to ask

_SETTINGS = """\
# Written at every start of the embedded servers: changes here do not last.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
password_encryption = 'scram-sha-256'
shared_buffers = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
log_min_duration_statement = -1
"""
_FASTER_THAN_SAFE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum_naptime = '1h'\n"


def url(where: Places, role: str, password: str, database: str = DATABASE) -> str:
    query = urlencode({"host": str(where.sockets)})
    return f"postgresql://{role}:{quote(password, safe='')}@/{quote(database, safe='')}?{query}"


def start(where: Places, programs: Binaries, passwords: dict[str, str], *, superuser_is_new: bool, fsync: bool) -> Mark:
    """Start the server, making its data first where there is none, and set the roles; returns its process."""
    end_leftovers(where, programs)
    if not (where.postgres / "PG_VERSION").exists():
        _initdb(where, programs, passwords[SUPERUSER])
    elif superuser_is_new:
        _replace_superuser_password(where, programs, passwords[SUPERUSER])
    _configure(where, fsync=fsync)
    log = where.logs / "postgres.log"
    control = [str(programs.postgres / "pg_ctl"), "start", "-w", "-t", "60", "-s", "-D", str(where.postgres)]
    try:
        where.owner.run([*control, "-l", str(log)])
    except EmbeddedError:
        raise EmbeddedError(f"PostgreSQL did not start: {_last_words(log)} (see {log})") from None
    found = mark(_written_pid(where) or 0)
    if found is None:
        raise EmbeddedError(f"PostgreSQL stopped right after its start: {_last_words(log)} (see {log})")
    with psycopg.connect(url(where, SUPERUSER, passwords[SUPERUSER], "postgres"), autocommit=True) as connection:
        prepare(connection, passwords)
    return found


def stop(server: Mark) -> None:
    if not server.end(signals=_STOP_SIGNALS, patience=30):
        raise EmbeddedError(f"PostgreSQL (process {server.pid}) does not stop.")


def end_leftovers(where: Places, programs: Binaries) -> None:
    """End what an earlier server left running here, and remove what it left lying."""
    shutil.rmtree(_half_made(where), ignore_errors=True)
    (where.base / "password").unlink(missing_ok=True)
    for one in list(running_in(where.postgres, programs.postgres / "postgres")):
        one.end(signals=_STOP_SIGNALS, patience=10)
    # Nothing of ours runs here any more. PostgreSQL itself only compares pids, and refuses to start where the pid in
    # these files was meanwhile given to another process, or is a zombie's that no init reaps.
    for path in (where.postgres / "postmaster.pid", *where.sockets.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def _initdb(where: Places, programs: Binaries, password: str) -> None:
    """Make the data beside its place and move it there when complete: half of it is never taken for all of it."""
    folder = _half_made(where)
    shutil.rmtree(where.postgres, ignore_errors=True)
    secret = where.base / "password"
    private_file(secret, password)
    if where.owner.other:
        os.chown(secret, where.owner.uid, where.owner.gid)
    try:
        where.owner.run(
            [
                str(programs.postgres / "initdb"),
                f"--pgdata={folder}",
                f"--username={SUPERUSER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",  # this build has no ICU
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                "--no-sync",  # nothing is lost with a cluster that is seconds old
            ]
        )
    finally:
        secret.unlink()
    folder.rename(where.postgres)


def _replace_superuser_password(where: Places, programs: Binaries, password: str) -> None:
    """The file with the passwords is gone and the data is not: set a new one in single-user mode."""
    where.owner.run(
        [str(programs.postgres / "postgres"), "--single", "-D", str(where.postgres), "postgres"],
        standard_input=f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n",
    )


def _configure(where: Places, *, fsync: bool) -> None:
    settings = _SETTINGS.format(sockets=where.sockets) + ("" if fsync else _FASTER_THAN_SAFE)
    _write(where, "postgresql.conf", settings)
    _write(where, "pg_hba.conf", "local all all scram-sha-256\n")


def _write(where: Places, name: str, content: str) -> None:
    path = where.postgres / name
    path.unlink(missing_ok=True)
    private_file(path, content)
    if where.owner.other:
        os.chown(path, where.owner.uid, where.owner.gid)


def _half_made(where: Places) -> Path:
    return where.base / "postgres.new"


def _written_pid(where: Places) -> int | None:
    """The first line of postmaster.pid, which pg_ctl has waited for."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            return int((where.postgres / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            time.sleep(0.02)
    return None


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " ".join(lines[-3:]) or "it said nothing"

"""Valkey of our own: unix socket only, with a password, nothing evicted."""

import signal
import time
from urllib.parse import quote

import redis

from portal.embedded.errors import EmbeddedError
from portal.embedded.places import Binaries, Places
from portal.embedded.processes import Mark, mark, running_in

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGKILL)

# Settings come over standard input, so that the password is in no list of processes.
_SETTINGS = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{folder}"
daemonize yes
logfile "{log}"
maxmemory-policy noeviction
databases 64
appendonly no
save {save}
shutdown-on-sigterm default
"""


def url(where: Places, password: str) -> str:
    return f"unix://:{quote(password, safe='')}@{quote(str(where.valkey_socket))}"


def start(where: Places, programs: Binaries, password: str, *, keep: bool) -> Mark:
    """Start the server; `keep` saves what it holds every hour and when it stops. Returns its process."""
    end_leftovers(where, programs)
    log = where.logs / "valkey.log"
    settings = _SETTINGS.format(
        socket=where.valkey_socket,
        password=password,
        folder=where.valkey,
        log=log,
        save="3600 1" if keep else '""',
    )
    where.owner.run([str(programs.valkey), "-"], standard_input=settings)
    found = mark(_answering_pid(where, password))
    if found is None:
        raise EmbeddedError(f"Valkey stopped right after its start (see {log})")
    return found


def stop(server: Mark) -> None:
    if not server.end(signals=_STOP_SIGNALS, patience=20):
        raise EmbeddedError(f"Valkey (process {server.pid}) does not stop.")


def end_leftovers(where: Places, programs: Binaries) -> None:
    """End what an earlier server left running here, and remove the socket it left lying."""
    for one in list(running_in(where.valkey, programs.valkey)):
        one.end(
            signals=_STOP_SIGNALS, patience=5
        )  # one whose folder is gone cannot save, and so does not stop when asked
    where.valkey_socket.unlink(missing_ok=True)


def _answering_pid(where: Places, password: str) -> int:
    """Ask the server that answers on our socket with our password who it is."""
    until = time.monotonic() + 20
    client = redis.Redis(unix_socket_path=str(where.valkey_socket), password=password)
    try:
        while True:
            try:
                return int(client.info("server")["process_id"])
            except redis.ConnectionError as trouble:  # not there yet, or still reading its data
                if time.monotonic() > until:
                    log = where.logs / "valkey.log"
                    raise EmbeddedError(f"Valkey does not answer ({trouble}; see {log})") from None
                time.sleep(0.02)
    finally:
        client.close()

"""`make demo`: everything of Centrale on this machine, in one process that starts it, watches it and stops it.

    python -m portal.supervisor            start, and stop with Ctrl-C or SIGTERM
    python -m portal.supervisor --clean    stop what was left and remove everything of this home

Reads PORT and CENTRALE_HOME. Where DATABASE_URL and REDIS_URL are set, those servers are used and none are started.
"""

import argparse
import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from portal import children
from portal.children import Child, Record
from portal.embedded import EmbeddedError, Servers, named
from portal.embedded.processes import Mark, mark, myself
from portal.embedded.removing import remove_servers

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "127.0.0.1"
READY_WITHIN = 180  # seconds
_LOOK_EVERY = 0.25  # seconds
#: What the portal itself keeps in its home, beside the servers' own files.
OWN_FILES = ("demo.json", "supervisor.json", "supervisor.lock", "beat", "log", "fonts", "media", "drop", "demo-files")


class Trouble(Exception):  # noqa: N818 - what it is called
    """Why the demo cannot start or go on, in words for the person at the keyboard."""


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """Somebody asked the supervisor to stop."""


@dataclass(slots=True)
class Supervisor:
    """One run of the demo."""

    home: Path
    port: int
    follows: Mark | None
    empty: bool
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    running: list[Child] = field(default_factory=list)
    servers: Servers | None = None
    record: Record | None = None

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    def run(self) -> None:
        """Start everything, say so, and watch it; returns only by an exception."""
        self.record = Record(self.home / "supervisor.json", myself(), self.follows, self.token, self.url)
        self.record.write()
        environment = self._environment()
        if (self.home / "demo.json").exists():  # the data is there: nothing that starts now has to wait for it
            self._start_services(environment)
            self._prepare_data(environment)
        else:
            self._prepare_data(environment)
            self._start_services(environment)
        self._wait_until_ready()
        self._announce()
        while True:
            self._check()
            time.sleep(_LOOK_EVERY)

    def _prepare_data(self, environment: Mapping[str, str]) -> None:
        say("Bringing the database up to date ...")
        self._manage("migrate", "--verbosity", "0", environment=environment)
        if not self.empty:
            self._manage("demo_load", environment=environment)

    def _start_services(self, environment: Mapping[str, str]) -> None:
        say("Starting the web server, the worker and the clock ...")
        python = sys.executable
        web = ("--host", ADDRESS, "--port", str(self.port), "--workers", "2", "--blocking-threads", "4", "--no-ws")
        self._start("web", environment, python, "-m", "granian", "--interface", "wsgi", *web, "portal.wsgi:application")
        self._start("worker", environment, *_celery(python, "worker", "--concurrency", "2", "--loglevel", "INFO"))
        clock = self.home / "beat"
        clock.mkdir(mode=0o700, exist_ok=True)
        beat = _celery(python, "beat", "--schedule", str(clock / "schedule"), "--pidfile", "", "--loglevel", "INFO")
        self._start("beat", environment, *beat)

    def stop(self) -> None:
        """Stop every process that this run started."""
        children.stop(self.running)
        children.end_leftovers([], self.token)
        if self.servers is not None and self.servers.started:
            self.servers.stop()
        elif self.servers is not None:  # a command or a test run started them, and still needs them
            self.servers.leave()
        if self.record is not None:
            self.record.path.unlink(missing_ok=True)

    def _environment(self) -> dict[str, str]:
        own = {
            "CENTRALE_HOME": str(self.home),
            "PORT": str(self.port),
            "PROVISIONING_URL": f"{self.url}/provision/",
            "MAIL_LINKS": f"http://{{host}}:{self.port}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
            children.TOKEN: self.token,
        }
        if named(os.environ):
            return {**os.environ, **own}
        say("Starting PostgreSQL and Valkey ...")
        self.servers = Servers.start(self.home)
        return {**self.servers.environment(), **os.environ, **own}

    def _manage(self, *words: str, environment: Mapping[str, str]) -> None:
        """Run one command of manage.py to its end, in our own terminal but in a session of its own."""
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        name = words[0]
        log = self._log(name)
        quiet = {**environment, "LOG_LEVEL": "WARNING"}  # people read this, and want to hear what it is doing only
        child = children.start(name, command, environment=quiet, log=log)
        self._remember(child)
        with log.open(errors="replace") as lines:
            while True:
                status = child.exit_status()
                for line in lines:
                    sys.stdout.write(line)
                sys.stdout.flush()
                if status is not None:
                    break
                self._check_parent()
                time.sleep(0.05)
        self.running.remove(child)
        if status:
            raise Trouble(f"`manage.py {name}` failed ({status}); what it said stands above and in {log}.")

    def _start(self, name: str, environment: Mapping[str, str], *command: str) -> None:
        self._remember(children.start(name, command, environment=environment, log=self._log(name)))

    def _remember(self, child: Child) -> None:
        self.running.append(child)
        if self.record is not None:
            self.record.children = [one for running in self.running if (one := running.mark) is not None]
            self.record.write()

    def _log(self, name: str) -> Path:
        folder = self.home / "log"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{name}.log"

    def _check(self) -> None:
        self._check_parent()
        for child in self.running:
            status = child.exit_status()
            if status is not None:
                raise Trouble(
                    f"{child.name} stopped by itself ({status}); its last lines in {child.log}:\n{child.last_lines()}"
                )
        if self.servers is not None and not self.servers.alive():
            raise Trouble(f"PostgreSQL or Valkey stopped by itself; see {self.servers.where.logs}.")

    def _check_parent(self) -> None:
        if self.follows is not None and not self.follows.alive():
            raise Stopped

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while True:
            self._check()
            trouble = _readiness(self.url)
            if trouble is None:
                return
            if time.monotonic() > until:
                raise Trouble(f"Centrale is not ready after {READY_WITHIN} seconds: {trouble}")
            time.sleep(_LOOK_EVERY)

    def _announce(self) -> None:
        say(f"Centrale is ready at {self.url}")
        demo = self.home / "demo.json"
        if self.empty or not demo.exists():
            return
        logins = json.loads(demo.read_text())["logins"]
        wide = max((len(login["username"]) for login in logins), default=0)
        for login in logins:
            say(f"  {login['username']:<{wide}}  {login['password']}  {login['who']}")
        say("Ctrl-C stops it and keeps its data.")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what `make demo` tells


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="portal.supervisor", description="Run Centrale on this machine.")
    parser.add_argument("--follow", type=int, metavar="PID", help="stop when this process is gone")
    parser.add_argument("--empty", action="store_true", help="load no demo data")
    parser.add_argument("--clean", action="store_true", help="stop what was left and remove everything of this home")
    options = parser.parse_args(arguments)
    home = Path(os.environ.get("CENTRALE_HOME") or ROOT / ".centrale").expanduser().resolve()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        if options.clean:
            _clean(home)
            return 0
        follows = mark(options.follow) if options.follow else None
        return _demo(home, port=_port(), follows=follows, empty=options.empty)
    except Stopped:
        return 0
    except (Trouble, EmbeddedError) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1


def _demo(home: Path, *, port: int, follows: Mark | None, empty: bool) -> int:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(home):
        _end_leftovers(home)
        _check_port(port)
        supervisor = Supervisor(home, port, follows, empty)
        try:
            supervisor.run()
        except Stopped:
            say("Stopping ...")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
    say("Stopped. The data is kept; `make demo` goes on with it.")
    return 0


def _clean(home: Path) -> None:
    """Stop everything of this home and remove what we made in it; what others put there stays."""
    if not home.exists():
        return
    with _only_one(home):
        _end_leftovers(home)
        remove_servers(home)
        for name in OWN_FILES:
            path = home / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    with suppress(OSError):  # somebody else's files are in it
        home.rmdir()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the lock of this home; it is free again when its holder is gone, however that went."""
    descriptor = os.open(home / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _lock(descriptor):
            _end_orphaned_supervisor(home)
            if not _lock(descriptor):
                raise Trouble(f"Another `make demo` is just starting in {home}.")
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_orphaned_supervisor(home: Path) -> None:
    """A supervisor whose `make` was killed is on its way out: help it. Any other is in use: say so."""
    other = Record.read(home / "supervisor.json")
    if other is None:
        return
    if other.follows is None or other.follows.alive():
        raise Trouble(
            f"Centrale runs already at {other.url} (process {other.supervisor.pid}); stop it there with Ctrl-C first."
        )
    other.supervisor.end(signals=[signal.SIGTERM, signal.SIGKILL], patience=45)


def _end_leftovers(home: Path) -> None:
    """End what a killed supervisor left; its servers are ended or joined by whoever starts them next."""
    left = Record.read(home / "supervisor.json")
    if left is not None:
        say("Ending what an earlier `make demo` left running ...")
        children.end_leftovers(left.children, left.token)
        left.path.unlink()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Trouble(f"Port {port} is not yours to use; choose one above 1023: PORT=8001 make demo") from None
            raise Trouble(f"Port {port} is taken by another program; choose another one: PORT=8001 make demo") from None


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"PORT is {text!r}, but a port is a number from 1 to 65535.")
    return int(text)


def _readiness(url: str) -> str | None:
    """None when ready, else what is missing."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own address
            return None
    except urllib.error.HTTPError as error:
        with error:
            return error.read(2000).decode(errors="replace")
    except OSError as error:
        return str(error)


def _celery(python: str, *words: str) -> tuple[str, ...]:
    return (python, "-m", "celery", "--app", "portal.celery:app", *words)


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())

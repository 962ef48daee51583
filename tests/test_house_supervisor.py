"""`make demo`'s supervisor, run for real on an empty home: start, stop, kill, start again."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from portal.children import Record
from portal.embedded import find
from portal.embedded.places import places

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120


@dataclass
class Demo:
    """One home and port, and the supervisors started there."""

    home: Path
    port: int

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "portal.supervisor", *words]

    @property
    def environment(self) -> dict[str, str]:
        """What a person's shell has: nothing of the test run's own servers."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "CENTRALE_HOME": str(self.home), "PORT": str(self.port)}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("--empty", *words),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command beside the demo, as somebody gives it who does not know its port."""
        environment = {name: value for name, value in self.environment.items() if name != "PORT"}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def record(self) -> Record:
        record = Record.read(self.home / "supervisor.json")
        assert record is not None
        return record


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = Demo(tmp_path / "home", port)
    yield demo
    if demo.home.exists():
        left = Record.read(demo.home / "supervisor.json")
        if left is not None:
            left.supervisor.end(signals=[signal.SIGTERM, signal.SIGKILL], patience=40)
        demo.run("--clean")


def _until_ready(process: subprocess.Popen[str], demo: Demo) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.strip() == f"Centrale is ready at http://127.0.0.1:{demo.port}":
            return said
    pytest.fail(f"not ready: {said}")


def _readyz(demo: Demo) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/readyz", timeout=10) as answer:
        return int(answer.status)


def _family(process: subprocess.Popen[str], demo: Demo) -> list[psutil.Process]:
    """Everything that this supervisor runs: its children, theirs, and both servers."""
    token = demo.record().token
    own = [
        one
        for one in psutil.process_iter()
        if one.pid != process.pid and _environ(one).get("CENTRALE_SUPERVISOR") == token
    ]
    base = str(places(demo.home).base)
    servers = [one for one in psutil.process_iter() if _folder(one).startswith(base)]
    assert len(own) >= 5, own  # granian and two workers, celery and its pool, beat
    assert len(servers) >= 2, servers
    return own + servers


def _environ(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return {}


def _folder(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _living(family: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_demo_starts_stops_starts_again_with_its_data_and_tells_a_second_one_where_it_is(demo: Demo) -> None:
    process = demo.start()
    _until_ready(process, demo)
    assert _readyz(demo) == 200
    family = _family(process, demo)
    links = {_environ(one).get("MAIL_LINKS") for one in family if "granian" in " ".join(one.cmdline())}
    assert links == {f"http://{{host}}:{demo.port}"}  # mail leads to where the demonstration listens

    second = demo.run("--empty")
    assert (second.returncode, second.stderr.count("\n")) == (1, 1)
    assert f"runs already at http://127.0.0.1:{demo.port}" in second.stderr

    told = demo.manage(
        "shell", "--no-imports", "-c", "from django.conf import settings; print(settings.PROVISIONING_URL)"
    )
    assert told.stdout.strip() == f"http://127.0.0.1:{demo.port}/provision/", told.stderr

    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    assert _living(family) == []
    assert not (demo.home / "supervisor.json").exists()

    data = places(demo.home).postgres.stat().st_ino
    process = demo.start()
    _until_ready(process, demo)
    assert places(demo.home).postgres.stat().st_ino == data
    process.terminate()
    assert process.wait(PATIENCE) == 0

    assert demo.run("--clean").returncode == 0
    assert not demo.home.exists()
    assert not places(demo.home).base.exists()


def test_after_a_sigkill_of_supervisor_or_make_the_next_start_ends_what_was_left_and_goes_on(demo: Demo) -> None:
    killed = demo.start()
    _until_ready(killed, demo)
    family = _family(killed, demo)
    killed.kill()
    killed.wait()
    assert len(_living(family)) == len(family)

    make = subprocess.Popen(["sleep", "1000"])
    orphan = demo.start("--follow", str(make.pid))
    said = _until_ready(orphan, demo)
    assert "an earlier `make demo`" in said
    assert _living(family) == []
    assert _readyz(demo) == 200

    family = _family(orphan, demo)
    make.kill()
    make.wait()
    again = demo.start()
    _until_ready(again, demo)
    assert orphan.wait(PATIENCE) is not None
    assert _living(family) == []
    again.terminate()
    assert again.wait(PATIENCE) == 0


def test_a_child_that_dies_stops_the_demo_with_its_last_words(demo: Demo) -> None:
    process = demo.start()
    _until_ready(process, demo)
    family = _family(process, demo)
    worker = next(
        one for one in family if "worker" in one.cmdline() and one.parent() is not None and one.ppid() == process.pid
    )
    worker.kill()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "worker stopped by itself (-9)" in said
    assert "ready." in said  # the worker's own last lines
    assert _living(family) == []


def test_a_port_that_is_taken_is_said_in_one_sentence(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        done = demo.run("--empty")
    assert done.returncode == 1
    assert done.stderr == f"Port {demo.port} is taken by another program; choose another one: PORT=8001 make demo\n"
    assert find(demo.home) is None


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_no_port_is_said_in_one_sentence(demo: Demo, port: str) -> None:
    done = subprocess.run(
        demo.command(), cwd=ROOT, env={**demo.environment, "PORT": port}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, f"PORT is {port!r}, but a port is a number from 1 to 65535.\n")

"""`scripts/prepare`, which `make` calls first: it finds a Python, and says in one line what a machine lacks."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("bash", "dirname", "cksum", "cat", "rm", "env", "sh")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A work tree with nothing to install, and a PATH with no Python on it."""
    (tmp_path / "tree" / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/prepare", tmp_path / "tree/scripts")
    (tmp_path / "tree/requirements.txt").write_text("")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def _prepare(room: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(room / "bin"), "HOME": str(room)}
    command = [str(room / "tree/scripts/prepare"), "run"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def test_without_a_python_one_line_says_what_to_install(room: Path) -> None:
    done = _prepare(room)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "install python3.13 and python3.13-venv" in done.stderr


def test_names_of_python_that_run_nothing_are_passed_over(room: Path) -> None:
    """A version manager leaves such names behind for versions that are not chosen."""
    _program(room / "bin/python3.13", "echo 'python3.13: command not found' >&2", "exit 127")
    _program(room / "bin/python3.12", "exit 1")
    _program(room / "bin/python3", f'exec {sys.executable} "$@"')
    done = _prepare(room)
    assert "Making the virtual environment" in done.stdout
    assert (room / "tree/.venv/bin/python").exists()


def test_a_python_of_a_version_manager_is_found_in_the_home(room: Path) -> None:
    _program(room / ".pyenv/versions/3.13.0/bin/python", f'exec {sys.executable} "$@"')
    _prepare(room)
    assert (room / "tree/.venv/bin/python").exists()


def test_without_pango_one_line_says_what_to_install(room: Path) -> None:
    """An environment that says it is complete, but in which WeasyPrint cannot be imported."""
    venv.create(room / "tree/.venv", symlinks=True)
    fingerprint = subprocess.run(["cksum"], input="", capture_output=True, text=True, check=True).stdout
    (room / "tree/.venv/installed-requirements.txt").write_text(fingerprint)
    done = _prepare(room)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stderr

"""What runs must not lean on what only the tests bring along."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IMPORT_EVERYTHING = """
import os, pkgutil, sys
from importlib import import_module
from pathlib import Path

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent = set(sys.argv[1].split())
sys.meta_path.insert(0, Absent())
os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "x", "REDIS_URL": "redis://127.0.0.1"}
import django
django.setup()
import kombu.transport.redis, granian.cli
for package in ("portal", "accounts", "telephony", "pbx", "cdr", "mobile", "invoices"):
    for module in pkgutil.walk_packages([package], f"{package}."):
        if ".tests" not in module.name:
            import_module(module.name)
"""


def _names(path: str) -> set[str]:
    return {
        re.sub(r"[-_.]+", "-", name).lower()
        for name in re.findall(r"^([\w.-]+)==", (ROOT / path).read_text(), re.MULTILINE)
    }


def test_everything_can_be_imported_with_the_requirements_of_run_time_alone() -> None:
    only_tests = _names("requirements-test.txt") - _names("requirements.txt")
    absent = {
        module
        for module, distributions in packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", name).lower() for name in distributions} <= only_tests
    }
    assert {"pytest", "mypy", "aiosmtpd"} <= absent
    command = [sys.executable, "-c", IMPORT_EVERYTHING, " ".join(sorted(absent))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_requirement_is_pinned_with_its_hashes_and_no_index_is_named() -> None:
    for path in ("requirements.txt", "requirements-test.txt"):
        text = (ROOT / path).read_text()
        assert "://" not in text
        entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert entries
        assert all(re.match(r"^[\w.-]+==\S+( ;.*)? \\$", line) for line in entries), path
        assert text.count("--hash=sha256:") >= len(entries)


def test_the_tests_run_what_runs() -> None:
    def pins(path: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==\S+", (ROOT / path).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-test.txt")

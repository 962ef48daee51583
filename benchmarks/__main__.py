"""`make bench`: every benchmark in turn, on servers of its own; one JSON line each. Ends with 1 when a goal was missed."""

import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import django
import psycopg
from django.core.management import call_command

from benchmarks.rounds import missed
from portal.embedded import Servers
from portal.embedded.postgres import url
from portal.embedded.state import SUPERUSER
from portal.roles import DATABASE

NAMES = ("loading", "totals", "details", "pages", "exports", "provisioning")
SETTINGS = {"shared_buffers": "4GB", "max_wal_size": "16GB", "jit": "off"}


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    chosen = sys.argv[1:] or list(NAMES)
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}.")
    home = Path(tempfile.mkdtemp(prefix="centrale-bench-"))
    servers = _servers(home)
    try:
        os.environ.update(servers.environment() | {"CENTRALE_HOME": str(home), "LOG_LEVEL": "ERROR"})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        for name in chosen:
            import_module(f"benchmarks.{name}").run()
    finally:
        servers.stop()
        shutil.rmtree(servers.where.base, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    if missed:
        sys.exit("Goals that were missed:\n" + "\n".join(missed))


def _servers(home: Path) -> Servers:
    """Servers with the memory that docs/operators.md advises; fsync and synchronous_commit stay on."""
    servers = Servers.start(home)
    os.environ["BENCH_ADMIN_URL"] = url(servers.where, SUPERUSER, servers.passwords[SUPERUSER], DATABASE)
    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    servers.stop()
    return Servers.start(home)


if __name__ == "__main__":
    main()

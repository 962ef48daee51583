"""The portal's settings for a test run: importing them starts the run's own servers, once, in the first process."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from portal.embedded import Servers
from portal.embedded.removing import remove_abandoned


def _end(servers: Servers, home: Path, started_by: int) -> None:
    if os.getpid() == started_by:
        servers.stop()
        shutil.rmtree(servers.where.base, ignore_errors=True)
        shutil.rmtree(servers.where.sockets, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


if "DATABASE_URL" not in os.environ:
    remove_abandoned(Path(tempfile.gettempdir()), "centrale-test-*")  # a run that was killed could not clean up
    _home = Path(tempfile.mkdtemp(prefix="centrale-test-"))
    _servers = Servers.start(_home, fsync=False)
    os.environ.update(_servers.environment() | {"CENTRALE_HOME": str(_home)})
    atexit.register(_end, _servers, _home, os.getpid())

from portal.settings import *  # noqa: E402, F403 - after the environment names the servers
from portal.settings import CACHES, CELERY_BROKER_URL, REDIS_URL  # noqa: E402

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# Each worker has a numbered database of the one Valkey, so that emptying it disturbs nobody.
_number = 1 + int(WORKER.removeprefix("gw") or 0)
CACHES["default"]["LOCATION"] = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}db={_number}"
CELERY_BROKER_URL = f"{CELERY_BROKER_URL}{'&' if '?' in CELERY_BROKER_URL else '?'}virtual_host={_number}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody guesses these, and each test logs in

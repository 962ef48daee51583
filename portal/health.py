"""Whether this process lives (`/healthz`) and whether it can do its work (`/readyz`), for load balancers and people."""

import time
from collections.abc import Callable
from functools import cache as remember

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

OK = "ok"
HEARTBEAT = "worker-heartbeat"
HEARTBEAT_EVERY = 15  # seconds between two beats, sent through beat, broker and worker
HEARTBEAT_LASTS = 60  # seconds: four beats may be missed while the workers are busy

type Check = Callable[[], str]


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The process answers; nothing else is asked, so that a database that is down restarts no web server."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Each check with `ok` or its trouble in a few words; 503 if any has trouble."""
    results = {name: check() for name, check in checks().items()}
    ready = all(result == OK for result in results.values())
    return JsonResponse({"ready": ready, "checks": results}, status=200 if ready else 503)


def checks() -> dict[str, Check]:
    """The phone-facing process may read provisioning answers only, and needs no worker to give them."""
    needed: dict[str, Check] = {"database": _database, "broker": _broker}
    if not settings.PHONES_ONLY:
        needed |= {"migrations": _migrations, "worker": _worker}
    return needed


def beat() -> None:
    """Note that a worker has just done a task; called by the task that beat sends."""
    cache.set(HEARTBEAT, time.time(), timeout=HEARTBEAT_LASTS)


def no_longer() -> None:
    """Forget the last beat: the worker stops."""
    cache.delete(HEARTBEAT)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return "no answer"
    return OK


def _migrations() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except (DatabaseError, InterfaceError):
        return "unknown: the database does not answer"
    pending = [f"{app}.{name}" for app, name in _newest_migrations() if (app, name) not in applied]
    return f"not yet run: {', '.join(sorted(pending))}" if pending else OK


@remember
def _newest_migrations() -> tuple[tuple[str, str], ...]:
    """The last migration of each app, read from the code once: it does not change under a running process."""
    return tuple(MigrationLoader(None).graph.leaf_nodes())


def _broker() -> str:
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
        with client:
            client.ping()
    except (redis.RedisError, ValueError):
        return "no answer"
    return OK


def _worker() -> str:
    try:
        last = cache.get(HEARTBEAT)
    except redis.RedisError:
        return "unknown: the broker does not answer"
    if last is None:
        return f"no heartbeat in the last {HEARTBEAT_LASTS} seconds"
    return OK

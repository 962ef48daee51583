"""What a visitor is told when something breaks: a server that is away is a 503 that asks to come back, anything else a 500."""

import logging
import sys

from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from psycopg.errors import UndefinedColumn, UndefinedTable
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for errors that nobody caught, in views and in middleware alike."""
    error = sys.exc_info()[1]
    if isinstance(error, ProgrammingError) and isinstance(error.__cause__, UndefinedColumn | UndefinedTable):
        log.error("the database lacks a table or column: run manage.py migrate")
        return _answer(request, 503)
    if isinstance(error, OperationalError | InterfaceError | RedisError):
        log.error("the database or the broker is away: %s", error)
        return _answer(request, 503)
    return _answer(request, 500)


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        kind, advice = (
            ("unavailable", "Try again in a minute.") if status == 503 else ("error", "Something broke here.")
        )
        body = {"type": f"urn:centrale:problem:{kind}", "title": kind, "status": status, "detail": advice}
        response = JsonResponse(body, status=status, content_type="application/problem+json")
    elif request.path.startswith("/provision/"):
        # A phone would take any page for its configuration.
        response = HttpResponse(b"", status=status, content_type="text/plain")
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if status == 503:
        response["Retry-After"] = "30"
    response["Cache-Control"] = "no-store"
    return response

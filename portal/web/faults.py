"""When the database or the broker is away, a page says so kindly and quickly."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from redis.exceptions import ConnectionError as BrokerDown

log = logging.getLogger(__name__)


class DatabaseDownMiddleware:
    """Turns a lost database or broker into a 503 that asks to come back, for pages, API and phones alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError, BrokerDown) as error:
            return self.process_exception(request, error) or HttpResponse(status=503)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for an error inside a view, before it becomes a 500."""
        if not isinstance(error, OperationalError | InterfaceError | BrokerDown):
            return None
        log.error("a server this page needs is away", exc_info=error)
        response: HttpResponse
        if request.path.startswith("/api/"):
            body = {
                "type": "urn:centrale:problem:unavailable",
                "title": "unavailable",
                "status": 503,
                "detail": "Try again in a minute.",
            }
            response = JsonResponse(body, status=503, content_type="application/problem+json")
        elif request.path.startswith("/provision/"):
            response = HttpResponse(b"", status=503, content_type="text/plain")
        else:
            response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = "30"
        response["Cache-Control"] = "no-store"
        return response

"""The answers that phones understand: short, plain, with a length, and never a page or a redirect."""

import functools
import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final

import redis
from django.http import HttpRequest, HttpResponse

from telephony.provisioning.gate import WINDOW
from telephony.provisioning.render import Rendered
from telephony.provisioning.vendors.base import TEXT

log = logging.getLogger(__name__)

READS: Final = ("GET", "HEAD")


def phone_view(answer: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for phones: with a length, kept by nobody, and honest when its memory is away."""

    @functools.wraps(answer)
    def view(request: HttpRequest, path: str = "") -> HttpResponse:
        try:
            response = answer(request, path)
        except redis.RedisError:
            # Without the memory of used nonces nobody can be let in; phones keep what they have and come back.
            log.exception("provisioning cannot reach its memory")
            response = short(HTTPStatus.SERVICE_UNAVAILABLE)
            response["Retry-After"] = str(WINDOW)
        response["Cache-Control"] = "private, no-store"
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            response.setdefault("Content-Length", str(len(response.content)))  # old phones know no chunks
        return response

    return view


class Challenge(HttpResponse):
    """A 401 with one WWW-Authenticate header per scheme; Django itself keeps one value per header name."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        super().__init__(b"401 Unauthorized\n", status=401, content_type=TEXT)
        self._schemes = schemes

    def items(self) -> Iterator[tuple[str, str]]:
        yield from super().items()
        for scheme in self._schemes:
            yield "WWW-Authenticate", scheme


def short(status: HTTPStatus) -> HttpResponse:
    """A status, and its name as the body."""
    return HttpResponse(f"{status.value} {status.phrase}\n", status=status, content_type=TEXT)


def absent() -> HttpResponse:
    """There is no such file: phones go on to the next one."""
    return short(HTTPStatus.NOT_FOUND)


def slow_down() -> HttpResponse:
    """Too many failures."""
    response = short(HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(WINDOW)
    return response


def not_allowed() -> HttpResponse:
    """No file is changed or removed by phones."""
    response = short(HTTPStatus.METHOD_NOT_ALLOWED)
    response["Allow"] = ", ".join(READS)
    return response


def rendered_file(request: HttpRequest, rendered: Rendered) -> HttpResponse:
    """A file made just now."""
    unchanged = has_already(request, rendered.etag)
    return file(request, rendered.body, rendered.content_type, rendered.etag, unchanged=unchanged)


def file(request: HttpRequest, body: bytes, content_type: str, etag: str, *, unchanged: bool) -> HttpResponse:
    """A file, or 304 for a phone that has it; only its headers for HEAD."""
    if unchanged:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response["Content-Type"]
    else:
        response = HttpResponse(b"" if request.method == "HEAD" else body, content_type=content_type)
        response["Content-Length"] = str(len(body))
    response["ETag"] = etag
    return response


def has_already(request: HttpRequest, etag: str) -> bool:
    """Whether the phone said that it keeps this version."""
    given = request.headers.get("If-None-Match", "")
    return etag in [word.strip().removeprefix("W/") for word in given.split(",")]

"""Phones go past Django's handlers, addresses and middleware, which would cost several times what their answer does."""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from django.db import InterfaceError, OperationalError

from portal.logs import identity_of, logged_as
from portal.web.proxy import believe
from telephony.provisioning.exchange import Answer, name_below
from telephony.views.phone_door import EVERY_ANSWER, answer, asking_of

log = logging.getLogger(__name__)

type Environ = dict[str, Any]
type Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_LINES: Final = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}
_COME_BACK: Final = "30"  # seconds


def phones_first(others: Application) -> Application:
    """A WSGI application that answers phones itself and gives everybody else to `others`."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        name = name_below(path)
        if name is None:
            return others(environ, start_response)
        if not path.isascii():
            path, name = _decoded(path), _decoded(name)
        behind = believe(environ)
        identity = identity_of(environ.get("HTTP_X_REQUEST_ID", "") if behind else "")
        with logged_as(request_id=identity):
            made = _answer(environ, path, name, behind=behind)
        start_response(_LINES[made.status], [*made.headers, ("X-Request-ID", identity)])
        return (made.body,)

    return application


def _answer(environ: Environ, path: str, name: str, *, behind: bool) -> Answer:
    """A phone would take a page for its configuration, so whatever breaks has no body."""
    try:
        return answer(asking_of(environ, path=path, name=name, from_trusted_proxy=behind))
    except (OperationalError, InterfaceError) as error:
        log.error("the database is away: %s", error)  # noqa: TRY400 - a trace tells nothing more
        return _broken(HTTPStatus.SERVICE_UNAVAILABLE, ("Retry-After", _COME_BACK))
    except Exception:
        log.exception("a phone could not be answered")
        return _broken(HTTPStatus.INTERNAL_SERVER_ERROR)


def _broken(status: HTTPStatus, *more: tuple[str, str]) -> Answer:
    return Answer(status, headers=[("Content-Type", "text/plain"), ("Content-Length", "0"), *more, *EVERY_ANSWER])


def _decoded(text: str) -> str:
    """WSGI hands on bytes as if they were Latin-1."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")

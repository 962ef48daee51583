"""Where requests of phones come in, from portal.web.phones or as a view of Django, and what every answer carries."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from telephony.provisioning.exchange import Answer, Asking, name_below
from telephony.provisioning.gate import WINDOW
from telephony.views.first_contact import first_contact
from telephony.views.phone_responses import later
from telephony.views.provision import provision

log = logging.getLogger(__name__)

EVERY_ANSWER: Final = (
    ("Cache-Control", "private, no-store"),
    # Some browser may be pointed at it.
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
)
_MOST: Final = 10**9  # bytes; nothing that large is taken, and its size has to be told
_BODILESS: Final = (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT)


def answer(asking: Asking) -> Answer:
    """The answer to a phone: with a length, kept by nobody, and honest when its memory is away."""
    try:
        made = first_contact(asking) if asking.name.startswith(("once/", "softphone/")) else provision(asking)
    except redis.RedisError:
        # Without the memory of used nonces nobody can be let in; phones keep what they have and come back.
        log.exception("provisioning cannot reach its memory")
        made = later(HTTPStatus.SERVICE_UNAVAILABLE, WINDOW)
    if made.status not in _BODILESS and not any(name == "Content-Length" for name, _ in made.headers):
        made.headers.append(("Content-Length", str(len(made.body))))  # old phones know no chunks
    made.headers += EVERY_ANSWER
    return made


def asking_of(environ: Mapping[str, Any], *, path: str, name: str, from_trusted_proxy: bool) -> Asking:
    """A request as WSGI tells it, once the proxies in front were believed or not."""
    secure = environ["wsgi.url_scheme"] == "https"
    return Asking(
        method=environ["REQUEST_METHOD"],
        path=path,
        name=name,
        query=environ.get("QUERY_STRING", ""),
        address=environ.get("REMOTE_ADDR", ""),
        secure=secure,
        read=environ["wsgi.input"].read,
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
        keeps=environ.get("HTTP_IF_NONE_MATCH", ""),
        certificate=_subject(environ) if secure and from_trusted_proxy else "",
        size=_size(environ),
        ends=environ.get("wsgi.input_terminated", False),
    )


def _size(environ: Mapping[str, Any]) -> int | None:
    said = environ.get("CONTENT_LENGTH") or ""
    if said.isascii() and said.isdigit():
        return min(int(said), _MOST)
    return None if environ.get("HTTP_TRANSFER_ENCODING") else 0


def _subject(environ: Mapping[str, Any]) -> str:
    """Of the certificate that the proxy verified."""
    header: str = settings.PHONE_CERTIFICATE_HEADER
    if not header:
        return ""
    found: str = environ.get(f"HTTP_{header.upper().replace('-', '_')}", "")
    return found.strip()


class Response(HttpResponse):
    """With headers that come more than once; Django itself keeps one value per name."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body, status=answer.status)
        del self["Content-Type"]
        self._more = []
        for name, value in answer.headers:
            if name in self.headers:
                self._more.append((name, value))
            else:
                self[name] = value

    def items(self) -> Iterator[tuple[str, str]]:
        yield from super().items()
        yield from self._more


@csrf_exempt
def phone(request: HttpRequest, path: str = "") -> HttpResponse:  # noqa: ARG001 - the path as a whole counts
    """As a view, for servers that run Django alone."""
    behind = getattr(request, "from_trusted_proxy", False)
    name = name_below(request.path) or ""
    return Response(answer(asking_of(request.META, path=request.path, name=name, from_trusted_proxy=behind)))

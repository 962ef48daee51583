"""The answers that phones understand: short, plain, with a length, and never a page or a redirect."""

from http import HTTPStatus
from typing import Final

from telephony.provisioning.exchange import Answer, Asking
from telephony.provisioning.gate import WINDOW
from telephony.provisioning.render import Rendered
from telephony.provisioning.vendors.base import TEXT

READS: Final = ("GET", "HEAD")


def challenged(schemes: tuple[str, ...]) -> Answer:
    """A 401 with one WWW-Authenticate header per scheme."""
    answer = Answer(HTTPStatus.UNAUTHORIZED, b"401 Unauthorized\n", [("Content-Type", TEXT)])
    answer.headers.extend(("WWW-Authenticate", scheme) for scheme in schemes)
    return answer


def short(status: HTTPStatus) -> Answer:
    """A status, and its name as the body."""
    return Answer(status, f"{status.value} {status.phrase}\n".encode(), [("Content-Type", TEXT)])


def absent() -> Answer:
    """There is no such file: phones go on to the next one."""
    return short(HTTPStatus.NOT_FOUND)


def slow_down() -> Answer:
    """Too many failures."""
    return later(HTTPStatus.TOO_MANY_REQUESTS, WINDOW)


def later(status: HTTPStatus, seconds: int) -> Answer:
    """A status that asks to come back."""
    answer = short(status)
    answer.headers.append(("Retry-After", str(seconds)))
    return answer


def not_allowed() -> Answer:
    """No file is changed or removed by phones."""
    answer = short(HTTPStatus.METHOD_NOT_ALLOWED)
    answer.headers.append(("Allow", ", ".join(READS)))
    return answer


def taken() -> Answer:
    """What the phone sent is kept."""
    return Answer(HTTPStatus.NO_CONTENT)


def rendered_file(asking: Asking, rendered: Rendered) -> Answer:
    """A file made just now."""
    unchanged = has_already(asking, rendered.etag)
    return file(asking, rendered.body, rendered.content_type, rendered.etag, unchanged=unchanged)


def file(asking: Asking, body: bytes, content_type: str, etag: str, *, unchanged: bool) -> Answer:
    """A file, or 304 for a phone that has it; only its headers for HEAD."""
    if unchanged:
        return Answer(HTTPStatus.NOT_MODIFIED, headers=[("ETag", etag)])
    headers = [("Content-Type", content_type), ("ETag", etag), ("Content-Length", str(len(body)))]
    return Answer(HTTPStatus.OK, b"" if asking.method == "HEAD" else body, headers)


def has_already(asking: Asking, etag: str) -> bool:
    """Whether the phone said that it keeps this version; as telephony.stored has the database look for it."""
    return etag in asking.keeps

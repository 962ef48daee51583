"""A desk phone as the server sees it: asks, is challenged, answers with Digest or Basic."""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from django.core.servers.basehttp import get_internal_wsgi_application
from django.http import HttpResponseBase
from django.test import RequestFactory

from telephony.provisioning.exchange import Answer
from telephony.provisioning.waiting import Waiting
from telephony.views.phone_door import Response

# Made while tests are collected: it sets logging up, which would take the records from a test that runs.
application = get_internal_wsgi_application()

AGENT = "Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3"


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def challenges(response: HttpResponseBase) -> list[str]:
    return [value for name, value in response.items() if name == "WWW-Authenticate"]


def nonce_of(response: HttpResponseBase) -> str:
    found = re.search(r'nonce="([^"]+)"', challenges(response)[0])
    assert found
    return found[1]


class Asks(Protocol):
    """A client that sends any request."""

    def generic(self, *asked: Any, **said: Any) -> Any: ...


class Wire(RequestFactory):
    """Asks the application that granian serves, as granian would."""

    def generic(self, *asked: Any, **said: Any) -> Any:
        return super().generic(*asked, **said)

    def request(self, **request: Any) -> Any:
        told: dict[str, Any] = {}

        def start_response(
            status: str, headers: list[tuple[str, str]], _error: object = None
        ) -> Callable[[bytes], object]:
            told.update(status=HTTPStatus(int(status.split(maxsplit=1)[0])), headers=headers)
            return lambda _written: None

        environ = self._base_environ(**request)  # type: ignore[attr-defined]
        body = b"".join(application(environ, start_response))
        return Response(Answer(told["status"], body, told["headers"]))


@dataclass
class Phone:
    """Walks the whole way of a Digest client; `last` is the header it sent last, to send it again."""

    username: str
    password: str
    secure: bool = False
    address: str = "192.0.2.10"
    client: Asks = field(default_factory=Wire)
    last: str = ""

    def ask(self, path: str, *, method: str = "GET", authorization: str = "", **headers: str) -> Any:
        sent = {"User-Agent": AGENT} | {name.replace("_", "-"): value for name, value in headers.items()}
        if authorization:
            sent["Authorization"] = authorization
        return self.client.generic(method, path, headers=sent, secure=self.secure, REMOTE_ADDR=self.address)

    def fetch(self, path: str, *, method: str = "GET", qop: bool = True, **headers: str) -> Any:
        first = self.ask(path, method=method, **headers)
        if first.status_code != 401:
            return first
        self.last = self.digest(nonce_of(first), path, method=method, qop=qop)
        return self.ask(path, method=method, authorization=self.last, **headers)

    def digest(self, nonce: str, path: str, *, method: str = "GET", qop: bool = True, nc: str = "00000001") -> str:
        secret, request = md5(f"{self.username}:Centrale:{self.password}"), md5(f"{method}:{path}")
        response = md5(f"{secret}:{nonce}:{nc}:c0ffee:auth:{request}" if qop else f"{secret}:{nonce}:{request}")
        fields = f'username="{self.username}", realm="Centrale", nonce="{nonce}", uri="{path}", response="{response}"'
        return f"Digest {fields}" + (f', qop=auth, nc={nc}, cnonce="c0ffee"' if qop else "")

    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


def taken[T](waiting: Waiting[T]) -> list[T]:
    """What waits there, which then waits no more."""
    found: list[T] = []

    def store(entries: Sequence[T], /, *, again: bool) -> int:
        found.extend(entries)
        return len(entries)

    waiting.drain(100, store)
    return found

"""A phone that fetches its configuration with Digest, against a view that answers `ok`: both through the whole stack, no network between."""

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import tenant
from benchmarks.rounds import Side, compare
from telephony import services
from telephony.services import NewDevice

REQUESTS = 400
MODEL = "yealink-t46u"


def run() -> list[float]:
    """Print the ratio of requests a second."""
    made = _device()
    application = get_wsgi_application()
    phone = Phone(application, made)
    status, body, _ = call(application, phone.path, phone.authorization())
    if not status.startswith("200") or not body.startswith(b"#!version"):
        raise RuntimeError(f"the phone was answered {status}")

    def fetch() -> int:
        for _ in range(REQUESTS):
            call(application, phone.path, phone.authorization())
        return REQUESTS

    def trivial() -> int:
        for _ in range(REQUESTS):
            call(application, "/healthz", "")
        return REQUESTS

    return compare("provisioning", Side("configuration_per_second", fetch), Side("trivial_per_second", trivial))


def _device() -> NewDevice:
    customer, _ = Customer.objects.get_or_create(reference="bench-phone", defaults={"name": "Bench"})
    actor = system(customer, Door.COMMAND)
    with tenant(customer):
        line = services.create_line(actor=actor, customer=customer, display_name="Bench", extension="201")
        return services.create_device(
            actor=actor, customer=customer, model_code=MODEL, mac="805ec0aabbcc", lines=[line]
        )


class Phone:
    """Answers a challenge as a phone does: one nonce, a counter that rises."""

    def __init__(self, application: Callable[..., Any], made: NewDevice) -> None:
        self.path = f"/provision/{made.device.mac}.cfg"
        _, _, headers = call(application, self.path, "")
        challenge = next(value for name, value in headers if name == "WWW-Authenticate")
        found = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        self.login, self.realm, self.nonce = made.device.login, found["realm"], found["nonce"]
        self.ha1 = _md5(f"{self.login}:{self.realm}:{made.password}")
        self.ha2 = _md5(f"GET:{self.path}")
        self.count = 0

    def authorization(self) -> str:
        """The header of the next request."""
        self.count += 1
        count = f"{self.count:08x}"
        response = _md5(f"{self.ha1}:{self.nonce}:{count}:0a4f113b:auth:{self.ha2}")
        return (
            f'Digest username="{self.login}", realm="{self.realm}", nonce="{self.nonce}", uri="{self.path}", '
            f'response="{response}", qop=auth, nc={count}, cnonce="0a4f113b"'
        )


def call(application: Callable[..., Any], path: str, authorization: str) -> tuple[str, bytes, list[tuple[str, str]]]:
    """One GET through the WSGI application: status line, body, headers."""
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _info: object = None) -> None:
        answer.update(status=status, headers=headers)

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_USER_AGENT": "Yealink SIP-T46U 108.86.0.90 80:5e:c0:aa:bb:cc",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    if authorization:
        environ["HTTP_AUTHORIZATION"] = authorization
    result = application(environ, start_response)
    body = b"".join(result)
    close = getattr(result, "close", None)
    if close:
        close()
    return str(answer["status"]), body, list(answer["headers"])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

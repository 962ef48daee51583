"""Believes X-Forwarded-* from trusted proxies only, and nobody else."""

import functools
import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ProxyMiddleware:
    """Puts the visitor's own address and scheme into the request when a trusted proxy tells them; removes the headers otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.from_trusted_proxy = believe(request.META)  # type: ignore[attr-defined]
        return self.get_response(request)


def believe(environ: dict[str, Any]) -> bool:
    """Write the visitor's own address and scheme into a WSGI environment; whether a trusted proxy stands in front."""
    chain = environ.pop("HTTP_X_FORWARDED_FOR", "")
    scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "")
    if not trusted(environ.get("REMOTE_ADDR", "")):
        return False
    environ["REMOTE_ADDR"] = visitor(chain, environ["REMOTE_ADDR"])
    if scheme in {"http", "https"}:
        environ["wsgi.url_scheme"] = scheme
    return True


def trusted(address: str) -> bool:
    """Whether the address is one of the configured proxies."""
    return _among(address, tuple(settings.TRUSTED_PROXIES))


@functools.lru_cache(maxsize=4096)  # phones come again, and reading an address costs more than much of their answer
def _among(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)


def visitor(chain: str, proxy: str) -> str:
    """The last address in the chain that is no trusted proxy: everything before it can be forged."""
    for word in reversed([word.strip() for word in chain.split(",")]):
        try:
            ipaddress.ip_address(word)
        except ValueError:
            return proxy
        if not trusted(word):
            return word
        proxy = word
    return proxy

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
    visitor = visitor_behind(environ.get("REMOTE_ADDR", ""), chain, tuple(settings.TRUSTED_PROXIES))
    if visitor is None:
        return False
    environ["REMOTE_ADDR"] = visitor
    if scheme in {"http", "https"}:
        environ["wsgi.url_scheme"] = scheme
    return True


@functools.lru_cache(maxsize=4096)  # they come again, and reading addresses costs as much as answering a phone
def visitor_behind(peer: str, chain: str, proxies: tuple[Network, ...]) -> str | None:
    """The last address in the chain that is no trusted proxy: everything before it can be forged. None when the peer
    itself is not trusted.
    """
    if not _among(peer, proxies):
        return None
    for word in reversed([word.strip() for word in chain.split(",")]) if chain else ():
        try:
            ipaddress.ip_address(word)
        except ValueError:
            return peer
        if not _among(word, proxies):
            return word
        peer = word
    return peer


def _among(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)

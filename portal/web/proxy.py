"""Believes X-Forwarded-* from trusted proxies only, and nobody else."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ProxyMiddleware:
    """Puts the visitor's own address and scheme into the request when a trusted proxy tells them; removes the headers otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        chain = meta.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = meta.pop("HTTP_X_FORWARDED_PROTO", "")
        request.from_trusted_proxy = trusted(meta.get("REMOTE_ADDR", ""))  # type: ignore[attr-defined]
        if request.from_trusted_proxy:  # type: ignore[attr-defined]
            meta["REMOTE_ADDR"] = visitor(chain, meta["REMOTE_ADDR"])
            if scheme in {"http", "https"}:
                request.environ["wsgi.url_scheme"] = meta["wsgi.url_scheme"] = scheme  # type: ignore[attr-defined]
        return self.get_response(request)


def trusted(address: str) -> bool:
    """Whether the address is one of the configured proxies."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.TRUSTED_PROXIES)


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

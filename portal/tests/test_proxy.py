"""Whose address a request is from, behind proxies that are trusted and those that are not."""

import ipaddress

import pytest

from portal.web.proxy import visitor_behind

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "chain", "visitor"),
    [
        ("10.0.0.1", "192.0.2.10", "192.0.2.10"),
        ("10.0.0.1", "198.51.100.9, 192.0.2.10", "192.0.2.10"),
        ("10.0.0.1", "192.0.2.10, 10.0.0.2", "192.0.2.10"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.10, nonsense", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.10,", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("192.0.2.99", "192.0.2.10", None),
        ("", "192.0.2.10", None),
    ],
)
def test_the_last_address_that_no_trusted_proxy_has_is_the_visitor(peer: str, chain: str, visitor: str | None) -> None:
    assert visitor_behind(peer, chain, PROXIES) == visitor

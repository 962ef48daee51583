"""What a file says, setting by setting, for people to read. What is secret stays hidden, also in a file from before.

Which settings are secret is found out and not listed: those that differ between two files of the same phone which
differ in their secrets alone.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from telephony.provisioning.catalogue import BY_CODE, Model, Vendor
from telephony.provisioning.config import DeviceConfig, LineAccount, Registrar, Transport
from telephony.provisioning.render import render

_NAMES: Final = ("name", "ID")  # attributes that call an element, in place of its tag
_PLACES: Final = ("idx", "index")  # attributes that count it
_DECORATION: Final = {"perm", "ua", "e", "class", "overwrite", "version", "value", "productID", *_NAMES, *_PLACES}
_WRAPPERS: Final = {"phone-settings", "config", "nvm", "Provider", "functionKeys", "ALL", "accounts", "account"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in the maker's own words. `value` is None where it is secret."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that differs between two files. What is not there is empty; both are None where it is secret."""

    name: str
    before: str | None
    now: str | None


def settings_of(model: Model, body: str) -> list[Setting]:
    """Everything that a file says, in its order."""
    secret = _secret(model.code)
    return [Setting(name, None if name in secret else value) for name, value in _read(model.vendor, body)]


def changes(model: Model, before: str, now: str) -> list[Change]:
    """What differs from a file that the same phone had before, in the order of the new one."""
    secret, old, new = _secret(model.code), dict(_read(model.vendor, before)), dict(_read(model.vendor, now))
    return [
        Change(name, None, None) if name in secret else Change(name, old.get(name, ""), new.get(name, ""))
        for name in {**new, **old}
        if old.get(name, "") != new.get(name, "")
    ]


@functools.cache
def _secret(code: str) -> frozenset[str]:
    model = BY_CODE[code]
    one, other = (dict(_read(model.vendor, render(_full(model, secret)).body.decode())) for secret in ("A1", "B2"))
    return frozenset(name for name, value in one.items() if other[name] != value)


def _full(model: Model, secret: str) -> DeviceConfig:
    """A phone of this model with as many lines as it has, and every secret made of this."""
    line = LineAccount("1", "1", "1", secret * 5, hide_caller_id=False, call_waiting=False)
    return DeviceConfig(
        model=model,
        mac="" if model.is_app else "020000000001",
        registrar=Registrar("sip.example.nl", 5061, Transport.TLS),
        ntp_servers=("1", "2"),
        lines=tuple(replace(line, sip_secret=f"{line.sip_secret}{place}") for place in range(model.lines)),
        admin_password=secret * 10,
        provisioning_url="https://phones.example.nl/",
        provisioning_login="1",
        provisioning_password=secret * 8,
        voicemail="1",
    )


def _read(vendor: Vendor, body: str) -> Iterator[tuple[str, str]]:
    match vendor:
        case Vendor.YEALINK | Vendor.PANASONIC:
            for line in body.splitlines():
                name, equals, value = line.partition("=")
                if equals and not line.startswith("#"):
                    yield name.strip(), value.strip('"' if vendor is Vendor.PANASONIC else " ")
        case Vendor.GENERIC:
            return
        case _:
            yield from _elements(etree.fromstring(body.encode()), "")


def _elements(element: etree._Element, above: str) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        if key not in _DECORATION:
            yield f"{above}{key}", value
    for child in element:
        called = next((child.attrib[key] for key in _NAMES if key in child.attrib), etree.QName(child).localname)
        counted = next((child.attrib[key] for key in _PLACES if key in child.attrib), "")
        name = f"{above}{called}[{counted}]" if counted else f"{above}{called}"
        if called in _WRAPPERS and not counted:
            yield from _elements(child, above)
        elif len(child):
            yield from _elements(child, f"{name}/")
        else:
            yield name, child.get("value") or child.text or ""

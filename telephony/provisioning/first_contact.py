"""How a phone without a login gets its first configuration: a link that works once, typed in or as a QR code.

A link holds 32 random characters; the database keeps their hash. Desk phones get an address to ask below, apps one
address of their own.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, quote

from telephony.provisioning.catalogue import Vendor

TOKEN_LENGTH: Final = 32
LASTS_HOURS: Final = 8
_TOKEN = rf"(?P<token>[A-Za-z0-9]{{{TOKEN_LENGTH}}})"
_PHONE = re.compile(rf"once/{_TOKEN}/(?P<rest>.*)", re.DOTALL)
_LINPHONE = re.compile(rf"softphone/linphone/{_TOKEN}")
_ANY_TOKEN = re.compile(_TOKEN)


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that was asked. `vendor` only for apps; `rest` is what a desk phone asked below its link."""

    token: str
    vendor: Vendor | None = None
    rest: str = ""


@dataclass(frozen=True, slots=True)
class AppLogin:
    """What an Acrobits app says of itself in the query; its password may be a one-time one."""

    username: str
    password: str

    @property
    def token(self) -> str:
        """The password, if it has the shape of a one-time one."""
        return self.password if _ANY_TOKEN.fullmatch(self.password) else ""


def read_link(path: str, query: str) -> Link | None:
    """The link in a path below the provisioning address; None for any other path."""
    name = path.lstrip("/")
    if found := _PHONE.fullmatch(name):
        return Link(found["token"], rest=found["rest"])
    if found := _LINPHONE.fullmatch(name):
        return Link(found["token"], Vendor.LINPHONE)
    if name == "softphone/zoiper":
        return Link(_first(query, "id"), Vendor.ZOIPER)
    return None


def read_app_login(query: str) -> AppLogin | None:
    """`cloud_username` and `cloud_password`; None when the query holds none."""
    username, password = _first(query, "cloud_username"), _first(query, "cloud_password")
    return AppLogin(username, password) if username or password else None


def _first(query: str, name: str) -> str:
    return parse_qs(query, max_num_fields=20).get(name, [""])[0]


def hashed(token: str) -> str:
    """A token as the database keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_for(vendor: Vendor, *, base: str, token: str) -> str:
    """The address that a phone of this vendor asks; `base` ends in a slash."""
    match vendor:
        case Vendor.LINPHONE:
            return f"{base}softphone/linphone/{token}"
        case Vendor.ZOIPER:
            return f"{base}softphone/zoiper?id={token}"
        case Vendor.ACROBITS:
            return f"{base}softphone/acrobits"
        case _:
            return f"{base}once/{token}/"


def code_for(
    vendor: Vendor, *, base: str, login: str, token: str, zoiper_provider: str, acrobits_cloud: str
) -> str | None:
    """What the QR code says; None for an app whose maker has to know the provider first, and does not."""
    match vendor:
        case Vendor.ZOIPER:
            page = f"https://oem.zoiper.com/qr.php?provider_id={quote(zoiper_provider, safe='')}&t={token}"
            return page if zoiper_provider else None
        case Vendor.ACROBITS:
            return f"csc:{quote(login, safe='')}:{token}@{acrobits_cloud}" if acrobits_cloud else None
        case _:
            return link_for(vendor, base=base, token=token)


def typed_address(vendor: Vendor, *, base: str, login: str, password: str) -> str:
    """What people type into the phone as its address; some makers want it in a form of their own."""
    scheme, _, place = base.partition("://")
    match vendor:
        case Vendor.SNOM:
            return f"{base}{{mac}}.xml"
        case Vendor.GRANDSTREAM | Vendor.HTEK:
            return place.rstrip("/")
        case Vendor.CISCO:
            return f"[--uid {login} --pwd {password}]{base}$MA.xml"
        case Vendor.PANASONIC:
            return f"{scheme}://{login}:{password}@{place}Config{{MAC}}.cfg"
        case _:
            return base

"""What a phone asks for, from the path alone.

Nothing here looks a device up: the answer for a path is the same whether its MAC address is known or not. Shapes,
prefixes and suffixes are those that the vendors' phones were seen to use; every pattern is anchored at both ends,
because the twelve digits of y000000000028.cfg are a model code and a search for twelve hexadecimal digits would find
a MAC address inside it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_PATH: Final = 200
MAX_USER_AGENT: Final = 200
_NO_PHONE: Final = "0" * 12  # a name for files of all phones, never a phone


class Asked(StrEnum):
    """The kind of file a path names."""

    DEVICE = "device"  # the configuration of one phone: log-in needed
    COMMON = "common"  # settings for every phone of a model, without secrets
    # a file that phones probe for and that nobody offers, or no file at all: 404 makes them go on to the next one
    ABSENT = "absent"
    OTHER = "other"  # a name that could be anything: nothing is said about it before log-in


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `mac` (12 lower-case hex) only with DEVICE, `prefix` and `extension` in lower case with it;
    `common_code` only with COMMON.
    """

    asked: Asked
    mac: str = ""
    prefix: str = ""
    extension: str = ""
    common_code: int | None = None


_MAC = r"(?P<mac>(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2})"
_PREFIX = r"(?P<prefix>cfg|config|spa|sep|snom[a-z0-9]{1,12}-|c520-wimi_|mn_|vcs754_|algom)?"
# Polycom, Yealink
_OPTIONAL_SUFFIX = (
    r"-(?:phone|web|user|directory|license|app|boot|local|mb|contacts|registration|sip|site|calls|overrides)"
)
_FLAGS = re.IGNORECASE | re.ASCII

_DEVICE_FILE = re.compile(rf"{_PREFIX}{_MAC}\.(?P<extension>cfg|xml|html?|cnf\.xml)", _FLAGS)
_OPTIONAL_FILE = re.compile(
    rf"{_PREFIX}{_MAC}(?:{_OPTIONAL_SUFFIX})?\.(?:boot|enc|cfg|xml|log|jpe?g|png|txt|tar|csv)", _FLAGS
)
_NO_EXTENSION = re.compile(rf"cfg{_MAC}", _FLAGS)
_COMMON_FILE = re.compile(r"y(?P<code>\d{12})\.cfg", _FLAGS)
_NEVER_OFFERED = re.compile(
    r"y\d{12}\.boot"
    r"|0{12}(?:-[a-z]+)?\.(?:cfg|xml)"  # Polycom's master file and what hangs from it
    r"|cfg[a-z0-9_-]{0,11}\.xml"  # Grandstream, Htek: model and common files
    r"|snom[a-z0-9]{1,12}(?:-firmware)?\.(?:xml|html?)"
    r"|f0v[0-9a-z]{9,10}\.cfg|fanvil_[a-z0-9_]+\.txt"
    r"|config(?:common|com)\.cfg"
    r"|fritzbox\.cfg"
    r"|[a-z0-9._-]+\.(?:ld|rom|fw|bin|img|jpe?g|png|gif|ico|wav|zip|boot)",
    _FLAGS,
)
_ILLEGAL = re.compile(r"[\x00-\x1f\x7f\\%]")


def identify(path: str) -> Request:
    """Read a decoded path below the provisioning address, with or without slashes before it.

    Phones of people who typed the address with a slash at its end ask `//0015650a46b1.cfg`; that is one file, not a
    folder.
    """
    name = path.lstrip("/")
    if not name or len(name) > MAX_PATH or _ILLEGAL.search(name) or "/" in name or name.startswith("."):
        # No folders are offered, so `..` can lead nowhere: a path with a slash in it is refused before it is read.
        return Request(Asked.ABSENT)
    if found := _COMMON_FILE.fullmatch(name):
        return Request(Asked.COMMON, common_code=int(found["code"]))
    if _NEVER_OFFERED.fullmatch(name):
        return Request(Asked.ABSENT)
    if (found := _DEVICE_FILE.fullmatch(name)) and (mac := _normal(found["mac"])) != _NO_PHONE:
        return Request(
            Asked.DEVICE, mac=mac, prefix=(found["prefix"] or "").lower(), extension=found["extension"].lower()
        )
    if _OPTIONAL_FILE.fullmatch(name) or _NO_EXTENSION.fullmatch(name):
        return Request(Asked.ABSENT)
    return Request(Asked.OTHER)


def _normal(mac: str) -> str:
    return mac.replace(":", "").replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What a phone says about itself. A hint for people, never a ground to trust it: anybody can send this."""

    model: str = ""
    firmware: str = ""
    mac: str = ""


_YEALINK_AGENT = re.compile(
    r"(?:yealink[ -]+)?(?:SIP[ -]+)?(?P<model>(?:VP-)?[A-Z][A-Z0-9_]{1,11})"
    rf"\s+(?P<firmware>\d{{1,3}}(?:\.\d{{1,5}}){{3}})(?:\s+{_MAC})?.*",
    _FLAGS,
)


def read_user_agent(header: str) -> UserAgent:
    """Model, firmware and MAC address from a User-Agent such as `Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3`;
    empty where it says nothing.
    """
    found = _YEALINK_AGENT.fullmatch(header[:MAX_USER_AGENT])
    if found is None:
        return UserAgent()
    return UserAgent(model=found["model"].upper(), firmware=found["firmware"], mac=_normal(found["mac"] or ""))

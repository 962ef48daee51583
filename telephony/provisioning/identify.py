"""What a phone asks for, from the path alone.

Nothing here looks a device up: the answer for a path is the same whether its MAC address is known or not. Shapes,
prefixes and suffixes are those that the vendors' phones were seen to use; every pattern is anchored at both ends,
because the twelve digits of y000000000028.cfg are a model code and a search for twelve hexadecimal digits would find
a MAC address inside it.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

MAX_PATH: Final = 200
_NO_PHONE: Final = "0" * 12  # a name for files of all phones, never a phone


class Asked(StrEnum):
    """The kind of file a path names."""

    DEVICE = "device"  # the configuration of one phone: log-in needed
    COMMON = "common"  # settings for every phone of a model, without secrets
    # a file that phones probe for and that nobody offers, or no file at all: 404 makes them go on to the next one
    ABSENT = "absent"
    APP = "app"  # the account of an app that logs in: log-in needed
    BOOK = "book"  # the phone book of the company: log-in needed
    KEPT = "kept"  # settings that were made on the phone, which some makers' phones ask for again: log-in needed
    OTHER = "other"  # a name that could be anything: nothing is said about it before log-in


class Request(NamedTuple):
    """What was asked. `mac` (12 lower-case hex) only with DEVICE and with files that a phone may send, `prefix`,
    `suffix` and `extension` in lower case with it; of an APP `prefix` is its name. `common_code` only with COMMON.

    `sent_name` is what a file that a phone may send is called, such as `app.log`; empty for all others.
    """

    asked: Asked
    mac: str = ""
    prefix: str = ""
    suffix: str = ""
    extension: str = ""
    common_code: int | None = None
    sent_name: str = ""


MAC: Final = r"(?P<mac>(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2})"
_PREFIX = r"(?P<prefix>cfg|config|spa|sep|snom[a-z0-9]{1,12}-|c520-wimi_|mn_|vcs754_|algom|cisco/cp-[0-9]{4}-3pcc/)?"
# Polycom, Yealink
_OPTIONAL_SUFFIX = (
    r"-(?:phone|web|user|directory|license|app|boot|local|mb|contacts?|registration|sip|site|calls|calllog|overrides)"
)
FLAGS: Final = re.IGNORECASE | re.ASCII

_DEVICE_FILE = re.compile(rf"{_PREFIX}{MAC}(?:-(?P<suffix>user))?\.(?P<extension>cfg|xml|html?|cnf\.xml)", FLAGS)
# Logs, and what people set on the phone itself.
_SENT_FILE = re.compile(
    rf"{MAC}(?:-(?P<log>app|boot|sys|log)\.log|\.log"
    r"|-(?P<kept>phone|web|local|contacts?|directory|calls|calllog|overrides)\.(?P<extension>cfg|xml))",
    FLAGS,
)
ASKED_AGAIN: Final = frozenset({"phone.cfg", "web.cfg", "directory.xml", "calls.xml"})
_OPTIONAL_FILE = re.compile(
    rf"{_PREFIX}{MAC}(?:{_OPTIONAL_SUFFIX})?\.(?:boot|enc|cfg|xml|log|jpe?g|png|txt|tar|csv)", FLAGS
)
_NO_EXTENSION = re.compile(rf"cfg{MAC}", FLAGS)
_COMMON_FILE = re.compile(r"y(?P<code>\d{12})\.cfg", FLAGS)
_NEVER_OFFERED = re.compile(
    r"y\d{12}\.boot"
    r"|0{12}(?:-[a-z]+)?\.(?:cfg|xml)"  # Polycom's master file and what hangs from it
    r"|cfg[a-z0-9_-]{0,11}\.xml"  # Grandstream, Htek: model and common files
    r"|snom[a-z0-9]{1,12}(?:-firmware)?\.(?:xml|html?)"
    r"|f0v[0-9a-z]{9,10}\.cfg|f0{4}[0-9a-z]{8}\.cfg|f0x[0-9a-z]{1,4}hw[0-9.]{1,8}\.cfg|fanvil_[a-z0-9_]+\.txt"
    r"|config(?:common|com)\.cfg"
    r"|fritzbox\.cfg"
    r"|(?:ctl|itl)(?:sep)?[0-9a-z]{0,12}\.tlv|itlfile\.tlv"
    r"|[a-z0-9._-]+\.(?:ld|ver|rom|fw|bin|img|jpe?g|png|gif|ico|wav|zip|boot)",
    FLAGS,
)
_APP = re.compile(r"softphone/(?P<app>acrobits)")
_ILLEGAL = re.compile(r"[\x00-\x1f\x7f\\%]")


def identify(path: str) -> Request:
    """Read a decoded path below the provisioning address, with or without slashes before it.

    Phones of people who typed the address with a slash at its end ask `//0015650a46b1.cfg`; that is one file, not a
    folder. The only folder is the one that factory-new Cisco phones ask in.
    """
    name = path.lstrip("/")
    if not name or len(name) > MAX_PATH or _ILLEGAL.search(name) or name.startswith("."):
        return Request(Asked.ABSENT)
    if found := _COMMON_FILE.fullmatch(name):
        return Request(Asked.COMMON, common_code=int(found["code"]))
    if _NEVER_OFFERED.fullmatch(name):
        return Request(Asked.ABSENT)
    if (found := _DEVICE_FILE.fullmatch(name)) and (mac := normal(found["mac"])) != _NO_PHONE:
        return Request(
            Asked.DEVICE,
            mac=mac,
            prefix=(found["prefix"] or "").lower(),
            suffix=(found["suffix"] or "").lower(),
            extension=found["extension"].lower(),
        )
    if (found := _SENT_FILE.fullmatch(name)) and (mac := normal(found["mac"])) != _NO_PHONE:
        sent_name = name[len(found["mac"]) :].lstrip("-.").lower()
        return Request(Asked.KEPT if sent_name in ASKED_AGAIN else Asked.ABSENT, mac=mac, sent_name=sent_name)
    if found := _APP.fullmatch(name):
        return Request(Asked.APP, prefix=found["app"])
    if name == "phonebook.xml":
        return Request(Asked.BOOK)
    if "/" in name or _OPTIONAL_FILE.fullmatch(name) or _NO_EXTENSION.fullmatch(name):
        # No other folder is offered, so `..` can lead nowhere.
        return Request(Asked.ABSENT)
    return Request(Asked.OTHER)


def normal(mac: str) -> str:
    """A MAC address in any spelling as 12 lower-case hex digits."""
    return mac.replace(":", "").replace("-", "").lower()

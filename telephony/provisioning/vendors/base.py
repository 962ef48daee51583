"""What every vendor's renderer shares: its shape, and the ways a value gets into a file."""

import string
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final

from telephony.provisioning.config import DeviceConfig
from telephony.provisioning.identify import Request

MAX_VALUE: Final = 511
XML: Final = "text/xml; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


class Unrenderable(ValueError):  # noqa: N818 - it says what the value is
    """A value that the vendor's format cannot carry; it names the reason and never the value, which may be a secret."""


class Maker(ABC):
    """One vendor: under which names its phones ask for their file, and what stands in it.

    `render` is pure: the same input gives the same bytes, because phones compare, and apply again what differs.
    """

    content_type: ClassVar[str] = XML
    prefixes: ClassVar[tuple[str, ...]] = ("",)
    extensions: ClassVar[tuple[str, ...]] = ()
    file: ClassVar[str] = ""  # under which its settings stand for whoever asks by hand; `{mac}` is the address
    gives_back: ClassVar[frozenset[str]] = frozenset()  # what its phones send and ask for again, by `sent_name`
    marks: ClassVar[str] = string.punctuation  # that its phones carry in a password of their login
    resync: ClassVar[str] = "check-sync"  # the event of a NOTIFY that makes a phone fetch its file, and not restart

    def serves(self, request: Request) -> bool:
        """Whether a phone of this vendor gets its settings under the name that was asked for."""
        return (
            not request.suffix
            and request.extension in self.extensions
            and any(request.prefix.startswith(prefix) if prefix else not request.prefix for prefix in self.prefixes)
        )

    def signpost(self, request: Request) -> bytes | None:  # noqa: ARG002 - for those that have one
        """A file that only says where the settings are; None for the vendors that need none."""
        return None

    @abstractmethod
    def render(self, config: DeviceConfig) -> bytes:
        """The settings of one phone. Raises Unrenderable for values that the format cannot carry."""


def check(config: DeviceConfig) -> None:
    """What holds for every vendor: never without passwords and a line, never more lines than there are."""
    if not config.admin_password or not config.provisioning_password or not config.lines:
        raise Unrenderable("a phone without password or line")  # never fall back to the factory's admin/admin
    if len(config.lines) > config.model.lines:
        raise Unrenderable("more lines than the model has")
    if len(config.keys) > max(0, config.model.keys - len(config.lines)):
        raise Unrenderable("more keys than the model has")
    for name in (*(line.label for line in config.lines), *(line.display_name for line in config.lines)):
        plain(name)
    for key in config.keys:
        plain(key.label)


def plain(value: str) -> str:
    """A value that may stand in any file, as it came: no format has an escape for line breaks and other control
    characters, and a line break would start a setting of its own.
    """
    if not (value.isascii() and value.isprintable()) and any(  # most are, and that is seen at once
        unicodedata.category(character) in _FORBIDDEN for character in value
    ):
        raise Unrenderable("a control character")
    if value != value.strip() or len(value) > MAX_VALUE:
        raise Unrenderable("white space at an end, or too long")
    return value


def escaped(value: str) -> str:
    """A value as it may stand between tags or in a double-quoted attribute of XML."""
    return (
        plain(value)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )


def tag(name: str, value: str = "", /, **attributes: str | int) -> str:
    """`<name attribute="…">value</name>`. The name is ours, the rest is escaped."""
    written = "".join(f' {key}="{escaped(str(given))}"' for key, given in attributes.items())
    return f"<{name}{written}>{escaped(value)}</{name}>"


def tags(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """One element a pair."""
    return [tag(name, value) for name, value in pairs]


def attributes(pairs: Mapping[str, str]) -> str:
    """Attributes of an element, each on a line of its own."""
    return "\n".join(f'    {name}="{escaped(value)}"' for name, value in pairs.items())


def document(lines: Sequence[str], *, encoding: str = "utf-8", declaration: str = DECLARATION) -> bytes:
    """An XML file of these lines. Characters that the encoding lacks become references."""
    return ("\n".join([declaration, *lines]) + "\n").encode(encoding, "xmlcharrefreplace")


def flag(value: object) -> str:
    """`1` or `0`."""
    return "1" if value else "0"


def clock(minute: int) -> str:
    """Minutes after midnight as `03:25`."""
    return f"{minute // 60:02}:{minute % 60:02}"

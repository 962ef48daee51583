"""A request of a phone and its answer as plain values, whatever server stands around them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple

ADDRESS: Final = "/provision"  # below it phones ask


class Asking(NamedTuple):
    """What a phone sends. `path` is whole and decoded, `name` what of it stands below the provisioning address, without
    slashes before it; `keeps` is its If-None-Match, `certificate` the subject that a trusted proxy verified, empty for
    everybody else, whatever they claim. `read` gives up to so many bytes of the `size` that come behind; None is a size
    that the phone did not say because it sends chunks, and `ends` whether the server tells where those end.
    """

    method: str
    path: str
    name: str
    query: str
    address: str
    secure: bool
    read: Callable[[int], bytes]
    authorization: str = ""
    agent: str = ""
    keeps: str = ""
    certificate: str = ""
    size: int | None = 0
    ends: bool = True


@dataclass(slots=True)
class Answer:
    """What it gets. A header may come more than once."""

    status: HTTPStatus
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def name_below(path: str) -> str | None:
    """What a whole, decoded path names below the provisioning address; None for a path elsewhere."""
    if not path.startswith(ADDRESS):
        return None
    below = path[len(ADDRESS) :]
    return below.lstrip("/") if not below or below[0] == "/" else None

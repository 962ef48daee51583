"""What is remembered of requests: nonces that were used, failures to slow guessing down, and a queue of what phones
did.

Everything of one request is one round trip to Valkey. Nothing here depends on whether a name or an address exists,
and a challenge without credentials does not come here at all.
"""

import ipaddress
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Protocol

import redis

from telephony.provisioning.digest import NONCE_LIFETIME

WINDOW: Final = 60  # seconds in which failures are counted
# A Gigaset fails twice on its way in with credentials of its own; ten leaves room for a person who mistypes.
FAILURES_OF_A_NAME: Final = 10
FAILURES_OF_AN_ADDRESS: Final = 100
SPENT: Final = 1 << 32  # above any nc: an old-style nonce is good once
MAX_EVENTS: Final = 100_000  # a worker that stands still for days must not fill the memory
MAX_SENT: Final = 500


class Verdict(StrEnum):
    """What the gate says to right credentials."""

    PASS = "pass"  # noqa: S105
    REPLAYED = "replayed"
    SLOWED = "slowed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at the door: from where, and which name was claimed. Without a nonce it is Basic.

    What is used once, such as the token of a link, stands in `nonce` without a count, and is remembered for
    `lifetime` seconds.
    """

    address: str
    name: str
    nonce: str = ""
    count: int = 0
    lifetime: int = NONCE_LIFETIME


@dataclass(frozen=True, slots=True)
class Event:
    """One request for the history of a device. `at` is in seconds since 1970, `name` the login that was claimed, `link`
    the hash of a one-time link that was used up, `newest` whether the present password was shown.
    """

    name: str
    at: int
    outcome: str
    address: str
    etag: str = ""
    size: int = 0
    agent: str = ""
    link: str = ""
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a device sent. `body` is encrypted, `size` how many bytes were sent."""

    name: str
    at: int
    file: str
    size: int
    body: str


class Gate(Protocol):
    """What the door needs to remember."""

    def accept(self, attempt: Attempt, event: Event, *, keep: bool = True, sent: Sent | None = None) -> Verdict:
        """Right credentials: pass, unless the nonce was used before or the address is slowed down. A pass clears the
        name, and keeps the event and what was sent.
        """

    def refuse(self, attempt: Attempt, event: Event) -> Verdict:
        """Wrong credentials: count them. SLOWED when there were too many, else PASS (to the plain 401)."""


_ACCEPT = """
local names, addresses = tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(redis.call('GET', KEYS[2]) or '0')
if names > tonumber(ARGV[1]) or addresses > tonumber(ARGV[2]) then return 2 end
if ARGV[3] ~= '' then
    if tonumber(ARGV[3]) <= tonumber(redis.call('GET', KEYS[3]) or '0') then return 1 end
    redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4])
end
if names > 0 then redis.call('DEL', KEYS[1]) end
if ARGV[5] ~= '' then
    redis.call('LPUSH', KEYS[4], ARGV[5])
    redis.call('LTRIM', KEYS[4], 0, ARGV[6])
end
if ARGV[7] ~= '' then
    redis.call('LPUSH', KEYS[5], ARGV[7])
    redis.call('LTRIM', KEYS[5], 0, ARGV[8])
end
return 0
"""
_REFUSE = """
local names, addresses = redis.call('INCR', KEYS[1]), redis.call('INCR', KEYS[2])
if names == 1 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
if addresses == 1 then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
if names > tonumber(ARGV[1]) or addresses > tonumber(ARGV[2]) then return 2 end
redis.call('LPUSH', KEYS[3], ARGV[4])
redis.call('LTRIM', KEYS[3], 0, ARGV[5])
return 0
"""
_VERDICTS: Final = (Verdict.PASS, Verdict.REPLAYED, Verdict.SLOWED)


class ValkeyGate:
    """The gate of all web processes together."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._client = client
        self._prefix = f"{prefix}:provision"
        self._accept = client.register_script(_ACCEPT)
        self._refuse = client.register_script(_REFUSE)

    @property
    def queue(self) -> str:
        """The list of events, newest first."""
        return f"{self._prefix}:events"

    @property
    def files(self) -> str:
        """The list of files that devices sent, newest first."""
        return f"{self._prefix}:files"

    def accept(self, attempt: Attempt, event: Event, *, keep: bool = True, sent: Sent | None = None) -> Verdict:
        """See Gate."""
        count = "" if not attempt.nonce else str(attempt.count or SPENT)
        keys = [*self._failures(attempt), f"{self._prefix}:nonce:{attempt.nonce}", self.queue, self.files]
        limits: list[str | int] = [FAILURES_OF_A_NAME, FAILURES_OF_AN_ADDRESS, count, attempt.lifetime]
        packed: list[str | int] = [_packed(event) if keep else "", MAX_EVENTS - 1]
        packed += [_packed(sent) if sent else "", MAX_SENT - 1]
        return _VERDICTS[int(self._accept(keys=keys, args=[*limits, *packed]))]

    def refuse(self, attempt: Attempt, event: Event) -> Verdict:
        """See Gate."""
        keys = [*self._failures(attempt), self.queue]
        limits: list[str | int] = [FAILURES_OF_A_NAME, FAILURES_OF_AN_ADDRESS, WINDOW]
        return _VERDICTS[int(self._refuse(keys=keys, args=[*limits, _packed(event), MAX_EVENTS - 1]))]

    def take_events(self, most: int) -> list[Event]:
        """Remove and return the oldest events, oldest first."""
        return [Event(**fields) for fields in self._take(self.queue, most)]

    def take_sent(self, most: int) -> list[Sent]:
        """Remove and return the oldest files that devices sent, oldest first."""
        return [Sent(**fields) for fields in self._take(self.files, most)]

    def _take(self, queue: str, most: int) -> list[dict[str, Any]]:
        packed = self._client.rpop(queue, most)
        return [json.loads(entry) for entry in packed] if isinstance(packed, list) else []

    def _failures(self, attempt: Attempt) -> tuple[str, str]:
        # Names come from outside and may be long or hold anything, so a key has their hash.
        network = network_of(attempt.address)
        name = sha256(attempt.name.encode()).hexdigest()[:32]
        return f"{self._prefix}:failed:{network}:{name}", f"{self._prefix}:failed:{network}"


def network_of(address: str) -> str:
    """Whom failures are counted for: an IPv4 address, or the /64 that an IPv6 customer has to himself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "local"  # a unix socket has no address
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _packed(entry: Event | Sent) -> str:
    return json.dumps(asdict(entry))

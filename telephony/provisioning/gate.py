"""What is remembered of requests: nonces that were used, failures to slow guessing down, and a queue of what phones
did.

Everything of one request is one round trip to Valkey. Nothing here depends on whether a name or an address exists,
and a challenge without credentials does not come here at all.
"""

import functools
import ipaddress
import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

import redis

from telephony.provisioning.digest import NONCE_LIFETIME
from telephony.provisioning.script import Script
from telephony.provisioning.waiting import Waiting

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


class Event(NamedTuple):
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


class Sent(NamedTuple):
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


_ACCEPT: Final = f"""
local names, addresses = tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(redis.call('GET', KEYS[2]) or '0')
if names > {FAILURES_OF_A_NAME} or addresses > {FAILURES_OF_AN_ADDRESS} then return 2 end
if ARGV[1] ~= '' then
    if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[3]) or '0') then return 1 end
    redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
end
if names > 0 then redis.call('DEL', KEYS[1]) end
if ARGV[3] ~= '' then
    redis.call('LPUSH', KEYS[4], ARGV[3])
    redis.call('LTRIM', KEYS[4], 0, {MAX_EVENTS - 1})
end
if ARGV[4] ~= '' then
    redis.call('LPUSH', KEYS[5], ARGV[4])
    redis.call('LTRIM', KEYS[5], 0, {MAX_SENT - 1})
end
return 0
"""
_REFUSE: Final = f"""
local names, addresses = redis.call('INCR', KEYS[1]), redis.call('INCR', KEYS[2])
if names == 1 then redis.call('EXPIRE', KEYS[1], {WINDOW}) end
if addresses == 1 then redis.call('EXPIRE', KEYS[2], {WINDOW}) end
if names > {FAILURES_OF_A_NAME} or addresses > {FAILURES_OF_AN_ADDRESS} then return 2 end
redis.call('LPUSH', KEYS[3], ARGV[1])
redis.call('LTRIM', KEYS[3], 0, {MAX_EVENTS - 1})
return 0
"""
_VERDICTS: Final = (Verdict.PASS, Verdict.REPLAYED, Verdict.SLOWED)


class ValkeyGate:
    """The gate of all web processes together."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._prefix = f"{prefix}:provision"
        self._accept = Script(client, _ACCEPT, keys=5)
        self._refuse = Script(client, _REFUSE, keys=3)
        self.events = Waiting(client, f"{self._prefix}:events", Event)
        self.files = Waiting(client, f"{self._prefix}:files", Sent)

    def accept(self, attempt: Attempt, event: Event, *, keep: bool = True, sent: Sent | None = None) -> Verdict:
        """See Gate."""
        count = str(attempt.count or SPENT) if attempt.nonce else ""
        kept = (_packed(event) if keep else "", _packed(sent) if sent else "")
        nonce = f"{self._prefix}:nonce:{attempt.nonce}"
        keys = (*self._failures(attempt), nonce, self.events.name, self.files.name)
        return _VERDICTS[self._accept(*keys, count, str(attempt.lifetime), *kept)]

    def refuse(self, attempt: Attempt, event: Event) -> Verdict:
        """See Gate."""
        return _VERDICTS[self._refuse(*self._failures(attempt), self.events.name, _packed(event))]

    def _failures(self, attempt: Attempt) -> tuple[str, str]:
        # Names come from outside and may be long or hold anything, so a key has their hash.
        network = network_of(attempt.address)
        name = sha256(attempt.name.encode()).hexdigest()[:32]
        return f"{self._prefix}:failed:{network}:{name}", f"{self._prefix}:failed:{network}"


@functools.lru_cache(maxsize=4096)
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
    return json.dumps(entry._asdict())

"""What phones did and sent, as it waits in Valkey: a batch leaves it only once it is stored, whatever ends a worker."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import redis

log = logging.getLogger(__name__)

LEASE: Final = 60  # seconds that one batch may take, and that others wait for a worker that was killed
MOST_TRIES: Final = 200  # a quarter of an hour and more: the database may be away that long, and nothing is lost
_TAKE: Final = """
if redis.call('LLEN', KEYS[2]) == 0 then
    redis.call('DEL', KEYS[3])
    for _ = 1, tonumber(ARGV[1]) do
        if not redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'RIGHT') then break end
    end
end
local held = redis.call('LRANGE', KEYS[2], 0, -1)
if #held == 0 then return {0, held} end
return {redis.call('INCR', KEYS[3]), held}
"""


class Store[T](Protocol):
    """Keeps entries and says how many. `again` when it got them before and may have kept some."""

    def __call__(self, entries: Sequence[T], /, *, again: bool) -> int: ...


class Waiting[T]:
    """A list, newest first, that requests fill and one worker at a time empties."""

    def __init__(self, client: redis.Redis, name: str, read: Callable[..., T]) -> None:
        """`name` is its key; `read` makes an entry of what was packed, by names."""
        self.name = name
        self._client, self._read = client, read
        self._held, self._tries = f"{name}:held", f"{name}:tries"
        self._take = client.register_script(_TAKE)

    def drain(self, most: int, store: Store[T]) -> int:
        """Have `store` keep batches of at most so many entries, the oldest first; how many it says were kept.

        An error of `store`, or the death of a worker, leaves the batch for the next time. After MOST_TRIES it is given
        up, for what comes behind it.
        """
        lock = self._client.lock(f"{self.name}:lock", timeout=LEASE, blocking=False)
        if not lock.acquire():
            return 0  # another worker is at it
        kept = 0
        try:
            while entries := self._batch(most):
                tries, packed = entries
                if tries > MOST_TRIES:
                    log.error("what phones did could not be stored", extra={"entries": len(packed), "of": self.name})
                else:
                    kept += store([self._read(**json.loads(entry)) for entry in packed], again=tries > 1)
                lock.reacquire()  # else the batch may be another worker's by now
                self._client.delete(self._held, self._tries)
                if tries == 1 and len(packed) < most:
                    break  # there were no more
        finally:
            if lock.owned():
                lock.release()
        return kept

    def _batch(self, most: int) -> tuple[int, list[str]] | None:
        """The batch that is held, else the next one, and how often it was taken."""
        answer: Any = self._take(keys=[self.name, self._held, self._tries], args=[most])
        tries, packed = answer
        return (tries, packed) if packed else None

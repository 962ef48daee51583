"""What a running load tells and is told while its transaction is open: nobody sees its rows then, and its batch is locked.

A transaction holds some hundred thousand rows. Without this, the page would stand still meanwhile, and who stops the load
would wait for its end. It is kept in the cache, where losing it costs nothing: the load goes on as without it.
"""

from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

from cdr.models import Batch

KEPT_SECONDS = 86_400


def _key(what: str, batch: Batch) -> str:
    return f"cdr-batch-{what}:{batch.pk}"


def tell_read(batch: Batch, done: int) -> None:
    """Say how many bytes of the file are read."""
    with suppress(RedisError):
        cache.set(_key("read", batch), done, KEPT_SECONDS)


def read_of(batch: Batch) -> int:
    """How many bytes of the file are read, written or not."""
    told = 0
    with suppress(RedisError):
        told = int(cache.get(_key("read", batch)) or 0)
    return max(batch.done_bytes, told)


def ask_to_stop(batch: Batch) -> None:
    """Let the load stop after the rows that it is at."""
    cache.set(_key("stop", batch), True, KEPT_SECONDS)


def is_asked_to_stop(batch: Batch) -> bool:
    """Whether somebody stopped a load that has not ended yet."""
    if batch.cancel_asked or batch.state != Batch.State.RUNNING:
        return batch.cancel_asked
    with suppress(RedisError):
        return bool(cache.get(_key("stop", batch)))
    return False


def forget(batch: Batch) -> None:
    """A load begins: what was told of an earlier one holds no more."""
    with suppress(RedisError):
        cache.delete_many([_key("read", batch), _key("stop", batch)])

"""A script that Valkey runs, asked by one connection a thread that is kept: nothing else stands in a phone's way to it."""

import threading
from hashlib import sha1
from typing import Any

import redis
from redis.exceptions import NoScriptError


class Script:
    """Called with its keys and then its arguments; gives back a number."""

    def __init__(self, client: redis.Redis, source: str, *, keys: int) -> None:
        self._pool = client.connection_pool
        self._source = source.encode()
        self._start = (sha1(self._source, usedforsecurity=False).hexdigest().encode(), b"%d" % keys)
        self._of_thread = threading.local()

    def __call__(self, *words: str) -> int:
        """One round trip. A connection that broke while it lay idle is made again; RedisError when Valkey is away."""
        encoded = [word.encode() for word in words]
        try:
            return self._run(encoded)
        except (redis.ConnectionError, redis.TimeoutError):
            return self._run(encoded)

    def _run(self, words: list[bytes]) -> int:
        connection = self._connection()
        try:
            return int(_ask(connection, b"EVALSHA", *self._start, *words))
        except NoScriptError:  # Valkey started anew
            return int(_ask(connection, b"EVAL", self._source, self._start[1], *words))

    def _connection(self) -> Any:
        connection = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = self._pool.make_connection()
        return connection


def _ask(connection: Any, *words: bytes) -> Any:
    """Without a connection it makes one; one that breaks is closed by redis-py and made again at the next call."""
    packed = [b"*%d\r\n" % len(words)]
    packed += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    connection.send_packed_command([b"".join(packed)], check_health=False)
    return connection.read_response()

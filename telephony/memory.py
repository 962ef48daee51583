"""What all web processes and workers remember together about phones: the gate on the project's Valkey."""

import functools

import redis
from django.conf import settings

from telephony.provisioning.gate import ValkeyGate


@functools.cache
def _gate(url: str, prefix: str) -> ValkeyGate:
    return ValkeyGate(redis.Redis.from_url(url, decode_responses=True), prefix)


def gate() -> ValkeyGate:
    """The gate; connections are made when it is first used and kept."""
    cache = settings.CACHES["default"]
    return _gate(cache["LOCATION"], cache["KEY_PREFIX"])

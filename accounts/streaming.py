"""A door for what outlives its request: a connection of its own with one customer's rooms open, in one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection as current

from accounts.tenancy import SETTING

_DJANGOS_OWN = frozenset({"context", "cursor_factory", "prepare_threshold"})


@contextmanager
def tenant_connection(customer: int) -> Iterator[psycopg.Connection]:
    """Open the rooms of one customer for reading, in a transaction that sees one moment; closed at the end of the block, whatever ends it.

    It belongs to no thread: a server may run a response in several. The role is that of the web, so the policies hold.
    """
    options = {name: value for name, value in current.get_connection_params().items() if name not in _DJANGOS_OWN}
    own = psycopg.connect(**options, application_name="centrale stream")
    try:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        own.execute("SELECT set_config(%s, %s, true), set_config('TimeZone', 'UTC', true)", [SETTING, str(customer)])
        yield own
    finally:
        own.close()

"""What stands ready for a phone, read by one statement that the database plans once a connection and not once a phone."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections


class Stored(NamedTuple):
    """A row of ProvisioningAnswer. `ha1`, `ha1_previous` and `body` are encrypted by telephony.vault."""

    login: str
    mac: str | None
    vendor: str
    basic_allowed: bool
    ha1: str
    ha1_previous: str
    previous_until: dt.datetime | None
    body: str
    content_type: str
    etag: str
    customer_id: int
    device_id: int


_SELECT: Final = f"SELECT {', '.join(Stored._fields)} FROM telephony_provisioninganswer WHERE "  # noqa: S608 - our own names
_BY_LOGIN: Final = f"{_SELECT}login = %s"
_BY_MAC: Final = f"{_SELECT}mac = %s"
_BY_LINK: Final = f"{_SELECT}token_hash = %s AND token_until > %s"


def by_login(login: str) -> Stored | None:
    """Of a login as somebody claims it, which may hold anything."""
    return _one(_BY_LOGIN, (login.replace("\0", "\N{REPLACEMENT CHARACTER}"),))


def by_mac(mac: str) -> Stored | None:
    """Of an address; for whoever proved it by a certificate."""
    return _one(_BY_MAC, (mac,))


def by_link(token_hash: str, now: dt.datetime) -> Stored | None:
    """Behind a one-time link that still works."""
    return _one(_BY_LINK, (token_hash, now))


class _Prepared(psycopg.Cursor[tuple[Any, ...]]):
    """Django's own cursors write values into the statement, which is another one each time."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> "_Prepared":
        return super().execute(query, params, prepare=True)


def _one(statement: str, values: Sequence[object]) -> Stored | None:
    """One row. A connection that broke while it lay idle is opened again, where Django would ask before each request
    whether it still lives.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        return _read(statement, values)
    database.close_if_unusable_or_obsolete()
    try:
        return _read(statement, values)
    except OperationalError:
        database.close()
        return _read(statement, values)


def _read(statement: str, values: Sequence[object]) -> Stored | None:
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    cursor = _Prepared(database.connection)
    wrap = database.make_debug_cursor if database.queries_logged else database.make_cursor
    with wrap(cursor) as wrapped:
        wrapped.execute(statement, values)
        row = wrapped.fetchone()
    database.health_check_done = True  # whatever else this request asks for
    return Stored(*row) if row else None

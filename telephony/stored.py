"""What stands ready for a phone, read by one statement that the database plans once a connection and not once a phone."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult


class Stored(NamedTuple):
    """A row of ProvisioningAnswer, with nothing where it has NULL. `ha1`, `ha1_previous` and `body` are encrypted by
    telephony.vault; `previous_until` is in seconds since 1970.
    """

    login: str
    mac: str
    vendor: str
    basic_allowed: bool
    ha1: str
    ha1_previous: str
    previous_until: float
    body: str
    content_type: str
    etag: str
    customer_id: int
    device_id: int


def _select(condition: str, body: str) -> str:
    known = {"previous_until": "extract(epoch FROM previous_until)", "body": body}
    columns = ", ".join(known.get(name, name) for name in Stored._fields)
    return f"SELECT {columns} FROM telephony_provisioninganswer WHERE {condition}"  # noqa: S608 - our own words


_UNLESS_KEPT: Final = "CASE WHEN strpos($2, etag) > 0 THEN '' ELSE body END"


class _Statement(NamedTuple):
    """A name, and the statement that a connection knows by it once it was prepared there."""

    name: str
    text: str


_BY_LOGIN: Final = _Statement("phone_by_login", _select("login = $1", _UNLESS_KEPT))
_BY_MAC: Final = _Statement("phone_by_mac", _select("mac = $1", _UNLESS_KEPT))
_BY_LINK: Final = _Statement("phone_by_link", _select("token_hash = $1 AND token_until > $2::timestamptz", "body"))
_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[str]] = WeakKeyDictionary()


def by_login(login: str, keeps: str = "") -> Stored | None:
    """Of a login as somebody claims it, which may hold anything. Without the body, if its ETag is among what the phone
    keeps.
    """
    return _one(_BY_LOGIN, login.replace("\0", "\N{REPLACEMENT CHARACTER}"), keeps)


def by_mac(mac: str, keeps: str = "") -> Stored | None:
    """Of an address; for whoever proved it by a certificate. The body as with a login."""
    return _one(_BY_MAC, mac, keeps)


def by_link(token_hash: str, now: dt.datetime) -> Stored | None:
    """Behind a one-time link that still works."""
    return _one(_BY_LINK, token_hash, now.isoformat())


def _one(statement: _Statement, *values: str) -> Stored | None:
    """One row. A connection that broke while it lay idle is opened again, where Django would ask before each request
    whether it still lives.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        return _read(database, statement, values)
    database.close_if_unusable_or_obsolete()
    try:
        return _read(database, statement, values)
    except OperationalError:
        database.close()
        return _read(database, statement, values)


def _read(database: Any, statement: _Statement, values: Sequence[str]) -> Stored | None:
    """Straight through libpq: what cursors do for a statement costs more than the statement."""
    database.ensure_connection()
    raw: psycopg.Connection[Any] = database.connection
    with database.wrap_database_errors:
        known = _prepared.setdefault(raw, set())
        if statement.name not in known:
            _checked(raw.pgconn.prepare(statement.name.encode(), statement.text.encode()))
            known.add(statement.name)
        result = _checked(raw.pgconn.exec_prepared(statement.name.encode(), [value.encode() for value in values]))
    database.health_check_done = True  # whatever else this request asks for
    if database.queries_logged:
        database.queries_log.append({"sql": f"{statement.text} {values}", "time": "0.000"})
    return _row(result) if result.ntuples else None


def _checked(result: PGresult) -> PGresult:
    if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        raise psycopg.errors.error_from_result(result)
    return result


def _row(result: PGresult) -> Stored:
    texts = [(result.get_value(0, column) or b"").decode() for column in range(len(Stored._fields))]
    login, mac, vendor, basic, ha1, previous, until, body, kind, etag, customer, device = texts
    open_until = float(until or 0)
    ids = int(customer), int(device)
    return Stored(login, mac, vendor, basic == "t", ha1, previous, open_until, body, kind, etag, *ids)

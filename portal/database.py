"""Work as the owner of the database for as long as it takes: everything else connects as the web role."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections

from portal.roles import OWNER


@contextmanager
def as_owner(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Connect as centrale_owner inside; the connection is closed on the way in and out.

    Raises ImproperlyConfigured where DATABASE_OWNER_URL is not set, and RuntimeError inside a transaction, which
    closing the connection would silently end.
    """
    connection = connections[alias]
    if connection.in_atomic_block:
        raise RuntimeError("as_owner() opens another connection and cannot stand inside a transaction.")
    owner = _owner_settings()
    before = {name: connection.settings_dict[name] for name in owner}
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _owner_settings() -> dict[str, str]:
    """User and password of DATABASE_OWNER_URL; host and database stay those of DATABASE_URL."""
    url = str(settings.DATABASE_OWNER_URL or "")
    if not url:
        raise ImproperlyConfigured(
            f"DATABASE_OWNER_URL is not set: this needs the role {OWNER}, which owns the tables."
        )
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ImproperlyConfigured(
            "DATABASE_OWNER_URL cannot be read as postgresql://user:password@host/name."
        ) from None
    return {"USER": str(parts.get("user", "")), "PASSWORD": str(parts.get("password", ""))}

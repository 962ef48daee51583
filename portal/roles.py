"""The database's roles, and the SQL that makes them: the embedded servers and `manage.py setup` use the same.

Knows nothing of Django, so that it can run before there are settings.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

OWNER = "centrale_owner"  # owns every table; migrations and test set-up
WEB = "centrale_web"  # pages, API and workers; row-level security applies
CROSSING = "centrale_crossing"  # taken for one transaction by what must see all customers; no log-in
PROVISION = "centrale_provision"  # the phone-facing process; reads provisioning answers and nothing else
SIP = "centrale_sip"  # the registrar; reads its own schema
LOGIN_ROLES = (OWNER, WEB, PROVISION, SIP)
DATABASE = "centrale"

_ALL_ROLES = (*LOGIN_ROLES, CROSSING)


class RolesError(Exception):
    """The roles cannot be what tenancy needs; the message says why."""


def prepare(connection: psycopg.Connection, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Make the roles and the database, or bring what exists into the same state; safe to run again.

    `connection` is an autocommit connection as a superuser, or as a role with CREATEROLE and CREATEDB (as managed
    PostgreSQL gives). Roles without an entry in `passwords` keep theirs.
    """
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    superuser = bool(row and row[0])
    for role in _ALL_ROLES:
        _make_role(connection, role, passwords.get(role), superuser=superuser)
    connection.execute(f"GRANT {CROSSING} TO {WEB} WITH INHERIT FALSE, SET TRUE")
    connection.execute(f"ALTER ROLE {SIP} SET search_path = sip")  # the registrar names its tables without a schema
    if not superuser:  # giving a database to a role takes membership in it
        connection.execute(f"GRANT {OWNER} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")
    _check(connection)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        name = sql.Identifier(database)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    close_to_public(connection, database)


def close_to_public(connection: psycopg.Connection, database: str) -> None:
    """Only our roles connect to the database, and only its owner makes anything in it, temporary tables included."""
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in (WEB, PROVISION, SIP):
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))


def _make_role(connection: psycopg.Connection, role: str, password: str | None, *, superuser: bool) -> None:
    name = sql.Identifier(role)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    options = ["NOLOGIN" if role == CROSSING else "LOGIN", "CREATEDB" if role == OWNER else "NOCREATEDB"]
    if superuser:  # nobody else may even say so, and _check looks at what is
        options += ["NOSUPERUSER", "NOBYPASSRLS", "NOCREATEROLE", "NOREPLICATION"]
    connection.execute(sql.SQL("ALTER ROLE {} {}").format(name, sql.SQL(" ".join(options))))
    if password is not None:
        # Hashed here, so that the password itself reaches no server log.
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(verifier)))


def _check(connection: psycopg.Connection) -> None:
    mighty = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole)",
        [list(_ALL_ROLES)],
    ).fetchall()
    if mighty:
        names = ", ".join(sorted(row[0] for row in mighty))
        raise RolesError(
            f"These roles may not be superuser, BYPASSRLS or CREATEROLE: {names}. Take that from them first."
        )

"""`manage.py setup` on servers where nothing is: roles, database, tables, brand and first operator."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import sql

from portal import roles
from portal.embedded import Servers
from portal.embedded.postgres import url
from portal.embedded.removing import remove_servers

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a-long-word-for-olga"
ASK = ("--host", "portal.example", "--operator", "olga", "--email", "olga@centrale.example")


class Blank:
    """A cluster without our roles and database, and its superuser."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.admin = url(servers.where, "postgres", servers.passwords["postgres"], "postgres")
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(roles.DATABASE)))
            for role in (*roles.LOGIN_ROLES, roles.CROSSING):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))

    def url(self, role: str, password: str) -> str:
        return url(self.servers.where, role, password, roles.DATABASE)

    def environment(self) -> dict[str, str]:
        """What an operator sets; the passwords are new."""
        return {
            "PATH": os.environ["PATH"],
            "CENTRALE_HOME": str(self.servers.where.home),
            "SECRET_KEY": "for-this-test-only",
            "CENTRALE_KEYS": Fernet.generate_key().decode(),
            "DATABASE_ADMIN_URL": self.admin,
            "DATABASE_URL": self.url(roles.WEB, "web-word"),
            "DATABASE_OWNER_URL": self.url(roles.OWNER, "owner-word"),
            "DATABASE_PROVISION_URL": self.url(roles.PROVISION, "provision-word"),
            "REDIS_URL": self.servers.environment()["REDIS_URL"],
            "SELLER_NAME": "Example Telecom B.V.",
            "OPERATOR_PASSWORD": PASSWORD,
        }

    def manage(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in (self.environment() | changed).items() if value}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(roles.OWNER, "owner-word")) as connection:
            return connection.execute(question.encode()).fetchall()


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Blank]:
    servers = Servers.start(tmp_path / "home", fsync=False)
    try:
        yield Blank(servers)
    finally:
        servers.stop()
        remove_servers(tmp_path / "home")
        shutil.rmtree(servers.where.base, ignore_errors=True)


def test_one_command_makes_an_installation_and_a_second_run_changes_nothing(blank: Blank) -> None:
    first = blank.manage("setup", *ASK)
    assert first.returncode == 0, first.stderr
    assert PASSWORD not in first.stdout + first.stderr
    people = "SELECT username, operates FROM accounts_user u JOIN accounts_membership m ON m.user_id = u.id"
    brands = "SELECT name, host, is_default FROM accounts_brand b JOIN accounts_brandhost h ON h.brand_id = b.id"
    assert blank.ask(people) == [("olga", True)]
    assert blank.ask(brands) == [("Example Telecom B.V.", "portal.example", True)]
    assert blank.ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [("centrale_owner",)]
    with psycopg.connect(blank.url(roles.WEB, "web-word")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("centrale_web",)

    second = blank.manage("setup", *ASK)
    assert second.returncode == 0, second.stderr
    assert "there already" in second.stdout
    assert blank.ask(people) == [("olga", True)]
    assert blank.ask(brands) == [("Example Telecom B.V.", "portal.example", True)]


def test_a_managed_server_without_a_superuser_will_do(blank: Blank) -> None:
    with psycopg.connect(blank.admin, autocommit=True) as connection:
        connection.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'word'")
    manager = url(blank.servers.where, "manager", "word", "postgres")
    words = {roles.OWNER: "owner-word", roles.WEB: "web-word"}
    for _ in range(2):
        with psycopg.connect(manager, autocommit=True) as connection:
            roles.prepare(connection, words)
    assert blank.ask("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'centrale'") == [
        ("centrale_owner",)
    ]
    with psycopg.connect(blank.url(roles.WEB, "web-word")) as connection:
        connection.execute("SET LOCAL ROLE centrale_crossing")


def test_a_role_that_is_too_mighty_is_refused(blank: Blank) -> None:
    with psycopg.connect(blank.admin, autocommit=True) as connection:
        connection.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'word'")
        connection.execute("CREATE ROLE centrale_web LOGIN BYPASSRLS")
        connection.execute("GRANT centrale_web TO manager WITH ADMIN TRUE")
    manager = url(blank.servers.where, "manager", "word", "postgres")
    with psycopg.connect(manager, autocommit=True) as connection, pytest.raises(roles.RolesError, match="centrale_web"):
        roles.prepare(connection, {})


def test_what_is_missing_is_said_in_one_sentence(blank: Blank) -> None:
    nowhere = "postgresql://postgres:S3CRET@/postgres?host=/nowhere"
    for words, changed, sentence in [
        (ASK, {"DATABASE_ADMIN_URL": nowhere}, "DATABASE_ADMIN_URL does not answer"),
        ((), {}, "Give --host"),
        (ASK[:2], {}, "Give --operator"),
        (ASK, {"OPERATOR_PASSWORD": ""}, "Set OPERATOR_PASSWORD"),
        (ASK, {"OPERATOR_PASSWORD": "short"}, "at least 12 characters"),
    ]:
        done = blank.manage("setup", *words, **changed)
        assert done.returncode == 1, sentence
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert "S3CRET" not in done.stderr


def test_a_url_of_another_role_is_refused(blank: Blank) -> None:
    swapped = blank.url(roles.OWNER, "owner-word")
    done = blank.manage("setup", *ASK, DATABASE_URL=swapped)
    assert done.returncode == 1
    assert "DATABASE_URL must be the URL of the role centrale_web" in done.stderr
    assert urlsplit(swapped).password not in (None, *done.stderr.split())


def test_make_key_makes_keys_that_work() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql:///",
        "REDIS_URL": "unix:///",
        "SECRET_KEY": "x",
    }
    command = [sys.executable, "manage.py", "make_key"]
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    Fernet(made)

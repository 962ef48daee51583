"""What a load balancer and an operator learn from /healthz and /readyz."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from portal import health, tasks
from portal.database import as_owner


def _checks(client: Client, status: int) -> dict[str, str]:
    answer = client.get("/readyz")
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body["ready"] is (status == 200)
    checks: dict[str, str] = body["checks"]
    return checks


@pytest.fixture
def worker(db: None) -> None:
    tasks.heartbeat()


def test_the_process_is_well_without_a_database(client: Client) -> None:
    """No database fixture: pytest-django would refuse any query."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


def test_everything_up_is_ready(client: Client, worker: None) -> None:
    assert set(_checks(client, 200).values()) == {"ok"}


def test_nothing_is_ready_without_a_worker(client: Client, db: None) -> None:
    health.no_longer()
    assert _checks(client, 503)["worker"] == "no heartbeat in the last 60 seconds"


def test_nothing_is_ready_without_the_broker(client: Client, worker: None, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    assert _checks(client, 503)["broker"] == "no answer"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_ready_before_the_migrations(client: Client) -> None:
    tasks.heartbeat()
    newest = next(name for app, name in health._newest_migrations() if app == "accounts")
    with as_owner():
        MigrationRecorder(connection).record_unapplied("accounts", newest)
    try:
        assert _checks(client, 503)["migrations"] == f"not yet run: accounts.{newest}"
    finally:
        with as_owner():
            MigrationRecorder(connection).record_applied("accounts", newest)
    assert _checks(client, 200)["migrations"] == "ok"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_ready_without_the_database(client: Client) -> None:
    tasks.heartbeat()
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({"HOST": "/nowhere", "PASSWORD": "S3CRET"})
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict.update(before)
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "no answer"
    assert b"S3CRET" not in answer.content
    assert b"nowhere" not in answer.content


def test_only_reading_is_allowed(client: Client, db: None) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_only_the_owner_inside() -> None:
    def role() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            return str(cursor.fetchone()[0])

    assert role() == "centrale_web"
    with as_owner():
        assert role() == "centrale_owner"
    assert role() == "centrale_web"


def test_the_owner_is_refused_inside_a_transaction(db: None) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), as_owner():
        pytest.fail("opened")

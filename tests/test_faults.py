"""Servers that are away: each page says so kindly, and at once."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
import django, json, sys
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
for path in ("/accounts/login/", "/api/v1/lines/", "/provision/805ec0aabbcc.cfg", "/healthz"):
    headers = {"Authorization": "Bearer x"} if path.startswith("/api") else {}
    if path.startswith("/provision"):
        import base64
        headers = {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()}
    answer = client.get(path, headers=headers, secure=path.startswith("/provision"))
    print(json.dumps([path, answer.status_code, answer.headers["Content-Type"], answer.headers.get("Retry-After"), answer.content.decode()[:4000]]))
"""


def answers(**environment: str) -> dict[str, tuple[int, str, str | None, str]]:
    """What a process of its own answers where its servers are what ``environment`` names."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings", "ALLOWED_HOSTS": "*"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {path: (status, kind, retry, body) for path, status, kind, retry, body in rows}


@pytest.fixture(scope="module")
def without_a_database() -> dict[str, tuple[int, str, str | None, str]]:
    return answers(DATABASE_URL="postgres://centrale_web:x@127.0.0.1:1/centrale")


def test_a_page_without_a_database_asks_to_come_back(
    without_a_database: dict[str, tuple[int, str, str | None, str]],
) -> None:
    status, kind, retry, body = without_a_database["/accounts/login/"]
    assert (status, retry) == (503, "30")
    assert kind.startswith("text/html")
    assert "<h1" in body
    assert "Traceback" not in body


def test_the_api_without_a_database_answers_a_problem_document(
    without_a_database: dict[str, tuple[int, str, str | None, str]],
) -> None:
    status, kind, _, _ = without_a_database["/api/v1/lines/"]
    assert (status, kind) == (503, "application/problem+json")


def test_a_phone_without_a_database_is_told_to_come_back_and_keeps_what_it_has(
    without_a_database: dict[str, tuple[int, str, str | None, str]],
) -> None:
    status, kind, _, body = without_a_database["/provision/805ec0aabbcc.cfg"]
    assert (status, kind, body) == (503, "text/plain", "")


def test_the_process_lives_without_a_database(without_a_database: dict[str, tuple[int, str, str | None, str]]) -> None:
    assert without_a_database["/healthz"][0] == 200


def test_a_page_before_its_migration_asks_to_come_back() -> None:
    # The cluster's own maintenance database has none of our tables.
    empty = settings.DATABASE_OWNER_URL.replace("/centrale?", "/template1?")
    found = answers(DATABASE_URL=empty)
    assert found["/accounts/login/"][0] == 503

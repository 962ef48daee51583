"""Fixtures that several files of tests share: calls that look like fraud, and files that are delivered on the page and over the API."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from cdr.models import Source
from cdr.tests.delivering import Upload
from cdr.tests.fraud_worlds import NIGHT, habits, rows_of
from cdr.tests.worlds import a_source, a_tariff, load, write


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "cdr-uploads"


@pytest.fixture
def source(acme: Customer, birch: Customer) -> Source:
    a_tariff()
    return a_source()


@pytest.fixture
def upload(client: Client, olga: User, source: Source) -> Upload:
    """Send files as the operator does on the page."""

    def send(*files: tuple[str, bytes], who: User | None = None) -> HttpResponse:
        client.force_login(who or olga)
        given = [SimpleUploadedFile(name, content, "text/csv") for name, content in files]
        return client.post("/operate/batches/upload/", {"source": source.pk, "uploads": given})  # type: ignore[return-value]

    return send


@pytest.fixture
def send(client: Client, olga: User, source: Source) -> Upload:
    """Send a file as a switch does over the API, the file itself as the body."""
    token = create_token(actor=system(door=Door.COMMAND), user=olga, name="switch")[1]

    def post(content: bytes, *, key: str = "", **headers: str) -> HttpResponse:
        given = {"Authorization": f"Bearer {token}", **headers}
        if key:
            given["Idempotency-Key"] = key
        url = f"/api/v1/calls/batches/?source={source.name}"
        return client.post(url, content, content_type="text/csv", headers=given)  # type: ignore[return-value]

    return post


@pytest.fixture
def api(client: Client, olga: User) -> Callable[..., HttpResponse]:
    """Ask the API as the operator."""
    token = create_token(actor=system(door=Door.COMMAND), user=olga, name="olga")[1]

    def ask(method: str, path: str, data: dict[str, object] | None = None) -> HttpResponse:
        call = getattr(client, method)
        answer: HttpResponse = call(f"/api/v1/calls/batches/{path}", data, headers={"Authorization": f"Bearer {token}"})
        return answer

    return ask


@pytest.fixture
def burst(source: Source, tmp_path: Path) -> None:
    """Acme, which never called Morocco, calls it twelve times in a night."""
    load(write(tmp_path, [*habits(), *rows_of(12, "0021253726801", NIGHT, seconds=120)]), source)

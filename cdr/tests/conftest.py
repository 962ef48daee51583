"""Fixtures that several files of tests share: calls that look like fraud, and files that are delivered on the page and over the API."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.tenancy import tenant
from cdr.models import CallRecord, Source
from cdr.selectors import calls
from cdr.tests.delivering import Upload
from cdr.tests.fraud_worlds import NIGHT, habits, rows_of
from cdr.tests.made_files import CALLS
from cdr.tests.worlds import ARRIVAL, FORWARD, a_source, a_tariff, asterisk_row, load, october_rows, write
from telephony.models import PhoneNumber


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "cdr-uploads"


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def forty_calls(acme: Customer, settings: Settings, tmp_path: Path) -> None:
    """Acme's calls of a month, with room for files beside them."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    a_tariff()
    load(write(tmp_path, october_rows(CALLS)), a_source())


@pytest.fixture
def forwarded(acme: Customer, tmp_path: Path) -> CallRecord:
    """A call from Amsterdam that the main number forwards to a mobile."""
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164="+31887654000")
    rows = [
        asterisk_row(ARRIVAL, src="0201234567", unique="1.1", linked="1.1", sequence=1),
        asterisk_row(FORWARD, src="0201234567", unique="1.2", linked="1.1", sequence=2),
    ]
    load(write(tmp_path, rows), a_source())
    with tenant(acme):
        [call] = calls.records(calls.Selection(date(2026, 10, 1), date(2026, 11, 1)))
    return call


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

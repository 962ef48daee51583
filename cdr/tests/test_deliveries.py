"""Files through the upload page and the API."""

import gzip
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.access import Door, system
from accounts.models import AuditEntry, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing
from cdr.models import Batch, Source
from cdr.services.deliveries import load_queue
from cdr.tasks import load_queue as load_queue_task
from cdr.tests.delivering import Upload, kept, rows, stored
from cdr.tests.worlds import counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

State = Batch.State


# --- the page ---


def test_an_uploaded_file_waits_and_is_loaded_by_the_worker(upload: Upload, source: Source, olga: User) -> None:
    answer = upload(("calls.csv", rows(3)))
    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/operate/batches/{batch.pk}/"
    assert (batch.state, batch.file_name, batch.user, batch.door) == (State.QUEUED, "calls.csv", olga, Door.PAGE)
    assert load_queue_task(source.pk) == 1
    batch.refresh_from_db()
    assert (batch.state, counts(batch)) == (State.DONE, (3, 3, 0, 0, 0))
    with crossing(Crossing.OPERATE):
        assert AuditEntry.objects.filter(verb="batch.upload", user=olga).exists()


def test_several_files_are_loaded_in_the_order_in_which_they_came(upload: Upload, source: Source) -> None:
    assert upload(("b.csv", rows(2)), ("a.csv", rows(2, 1))).headers["Location"] == "/operate/batches/"
    assert load_queue(source=source) == 2
    found = Batch.objects.order_by("pk")
    assert [(one.file_name, one.loaded, one.duplicate) for one in found] == [("b.csv", 2, 0), ("a.csv", 1, 1)]


def test_a_file_that_was_delivered_before_doubles_nothing_and_says_so(
    upload: Upload, source: Source, client: Client
) -> None:
    upload(("calls.csv", rows(3)))
    upload(("again.csv", rows(3)))
    load_queue(source=source)
    second = Batch.objects.order_by("-pk")[0]
    assert counts(second) == (3, 0, 3, 0, 0)
    assert "eerder aangeleverd" in client.get(f"/operate/batches/{second.pk}/").content.decode()
    assert stored() == 3


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\calls\\x.csv", "\x07bell.csv"])
def test_a_file_is_never_written_where_its_name_says(upload: Upload, media: Path, name: str) -> None:
    upload((name, rows(1)))
    batch = Batch.objects.get()
    assert "/" not in batch.file_name
    assert "\\" not in batch.file_name
    assert [path.parent for path in kept(media)] == [media]


def test_a_file_that_is_too_large_is_refused_with_the_limit_and_leaves_nothing(
    upload: Upload, media: Path, settings: Settings
) -> None:
    settings.CDR_UPLOAD_MAX_BYTES = 100_000
    page = upload(("small.csv", rows(1)), ("huge.csv", b"x" * 300_000)).content.decode()
    assert "huge.csv is groter dan" in page
    assert not Batch.objects.exists()
    assert kept(media) == []


def test_an_empty_file_is_refused(upload: Upload, media: Path) -> None:
    assert "calls.csv is leeg" in upload(("calls.csv", b"")).content.decode()
    assert kept(media) == []


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond 64 kB: the system answers as a full disk does, with an error of write()."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_said_to_be_full_and_leaves_nothing(upload: Upload, media: Path, full_disk: None) -> None:
    page = upload(("calls.csv", rows(2_000))).content.decode()
    assert "De schijf is vol" in page
    assert not Batch.objects.exists()
    assert kept(media) == []


def test_a_folder_that_cannot_be_made_is_said_to_be_a_full_disk(
    upload: Upload, media: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("in the way")
    assert "De schijf is vol" in upload(("calls.csv", rows(1))).content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a;b\n1;2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n1,2\n", "geen bestand van Asterisk cdr_csv: de rijen hebben 2 kolommen, verwacht worden er 16, 18, 21"),
        (b"\0" * 1000, "begint met bytes die geen tekst zijn"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "ingepakt"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_the_loader_and_the_page_says_why(
    upload: Upload, source: Source, client: Client, content: bytes, sentence: str
) -> None:
    upload(("calls.csv", content))
    load_queue(source=source)
    batch = Batch.objects.get()
    assert batch.state == State.REFUSED
    assert sentence in client.get(f"/operate/batches/{batch.pk}/").content.decode()


def test_who_is_no_operator_meets_no_upload_page_and_leaves_no_file(upload: Upload, alice: User, media: Path) -> None:
    assert upload(("calls.csv", rows(1)), who=alice).status_code == 404
    assert kept(media) == []


def test_a_forged_form_is_refused_and_leaves_no_file(olga: User, source: Source, media: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(olga)
    given = SimpleUploadedFile("calls.csv", rows(1))
    assert client.post("/operate/batches/upload/", {"source": source.pk, "uploads": given}).status_code == 403
    assert kept(media) == []


# --- the API ---


def test_a_switch_sends_a_file_and_reads_what_became_of_it(send: Upload, source: Source, client: Client) -> None:
    answer = send(rows(4), **{"Content-Disposition": 'attachment; filename="cdr-1.csv"'})
    assert answer.status_code == 201
    made = answer.json()  # type: ignore[attr-defined]
    assert (made["state"], made["file_name"], made["source"], made["door"]) == (
        "queued",
        "cdr-1.csv",
        source.name,
        "api",
    )
    load_queue(source=source)
    batch = Batch.objects.get()
    assert (batch.state, batch.loaded) == (State.DONE, 4)


def test_the_same_key_with_the_same_file_is_the_same_delivery(send: Upload, media: Path) -> None:
    first, second = send(rows(2), key="2026-11-22"), send(rows(2), key="2026-11-22")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]  # type: ignore[attr-defined]
    assert len(kept(media)) == 1


def test_the_same_key_with_another_file_is_refused(send: Upload, media: Path) -> None:
    send(rows(2), key="2026-11-22")
    answer = send(rows(3), key="2026-11-22")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("idempotency_key_used")  # type: ignore[attr-defined]
    assert len(kept(media)) == 1


def test_a_key_that_is_too_long_is_refused_in_words(send: Upload, media: Path) -> None:
    answer = send(rows(1), key="k" * 121)
    assert answer.status_code == 400
    assert answer.json()["errors"]["Idempotency-Key"] == ["Gebruik 1 tot en met 120 gewone letters, cijfers of tekens."]  # type: ignore[attr-defined]
    assert kept(media) == []


def test_a_form_with_a_file_works_as_well(api: Upload, source: Source) -> None:
    given = SimpleUploadedFile("cdr-2.csv", rows(1))
    assert api("post", "", {"source": source.name, "file": given}).status_code == 201
    assert Batch.objects.get().file_name == "cdr-2.csv"


def test_what_is_missing_is_named_and_nothing_is_kept(api: Upload, source: Source, media: Path) -> None:
    given = SimpleUploadedFile("cdr-2.csv", rows(1))
    assert "source" in api("post", "", {"source": "nobody", "file": given}).json()["errors"]  # type: ignore[attr-defined]
    assert "file" in api("post", "", {"source": source.name}).json()["errors"]  # type: ignore[attr-defined]
    assert kept(media) == []


def test_a_file_that_is_too_large_for_the_api_says_so(send: Upload, media: Path, settings: Settings) -> None:
    settings.CDR_UPLOAD_MAX_BYTES = 1_000
    answer = send(rows(100))
    assert answer.status_code == 400
    assert "is groter dan" in answer.json()["errors"]["file"][0]  # type: ignore[attr-defined]
    assert kept(media) == []


def test_a_full_disk_is_said_to_the_switch_too(send: Upload, media: Path, full_disk: None) -> None:
    answer = send(rows(2_000))
    assert (answer.status_code, kept(media)) == (507, [])
    assert answer.json()["type"].endswith(":disk_full")  # type: ignore[attr-defined]
    assert "schijf is vol" in answer.json()["detail"]  # type: ignore[attr-defined]


def test_deliveries_are_listed_filtered_and_shown(api: Upload, send: Upload, source: Source) -> None:
    made = send(rows(1)).json()  # type: ignore[attr-defined]
    assert [one["id"] for one in api("get", "?state=queued").json()["results"]] == [made["id"]]  # type: ignore[attr-defined]
    assert api("get", "?state=done").json()["results"] == []  # type: ignore[attr-defined]
    assert api("get", f"?source={source.name}&q=calls").json()["results"] != []  # type: ignore[attr-defined]
    assert api("get", f"{made['id']}/").json()["state"] == "queued"  # type: ignore[attr-defined]


def test_a_customers_key_meets_nothing_there(alice: User, source: Source, client: Client, media: Path) -> None:
    token = create_token(actor=system(door=Door.COMMAND), user=alice, name="alice")[1]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"/api/v1/calls/batches/?source={source.name}"
    assert client.post(url, rows(1), content_type="text/csv", headers=headers).status_code == 404
    assert client.get(url, headers=headers).status_code == 404
    assert kept(media) == []

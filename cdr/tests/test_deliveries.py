"""Files through the upload page and the API, and what becomes of them when workers die."""

import resource
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing
from cdr.models import Batch, CallRecord, Source
from cdr.services import deliveries
from cdr.services.deliveries import GAVE_UP, MOST_TRIES, load_queue, tend
from cdr.tasks import load_queue as load_queue_task
from cdr.tasks import tend_deliveries
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, counts

pytestmark = pytest.mark.django_db

TODAY = timezone.now().strftime("%Y-%m-%d")
State = Batch.State


def rows(count: int, first: int = 0) -> bytes:
    """Rows of today, so that no clock rejects them."""
    made = (
        asterisk_row(
            unique=f"1792048320.{n}",
            sequence=n,
            start=f"{TODAY} 00:12:00",
            end=f"{TODAY} 00:13:05",
        )
        for n in range(first, first + count)
    )
    return "".join(row + "\n" for row in made).encode()


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "cdr-uploads"


@pytest.fixture
def source(acme: Customer) -> Source:
    a_tariff()
    return a_source()


type Upload = Callable[..., HttpResponse]


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


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stored() -> int:
    with crossing(Crossing.OPERATE):
        return CallRecord.objects.count()


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
        (b"a,b\n1,2\n", "not a file of Asterisk"),
        (b"\0" * 1000, "not a file of Asterisk"),
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


@pytest.fixture
def api(client: Client, olga: User) -> Callable[..., HttpResponse]:
    """Ask the API as the operator."""
    token = create_token(actor=system(door=Door.COMMAND), user=olga, name="olga")[1]

    def ask(method: str, path: str, data: dict[str, object] | None = None) -> HttpResponse:
        call = getattr(client, method)
        answer: HttpResponse = call(f"/api/v1/calls/batches/{path}", data, headers={"Authorization": f"Bearer {token}"})
        return answer

    return ask


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
    assert (answer.status_code, kept(media)) == (400, [])
    assert "schijf is vol" in answer.json()["errors"]["file"][0]  # type: ignore[attr-defined]


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


# --- stopping, resuming, and dead workers ---


def test_a_delivery_that_waits_is_stopped_at_once_and_can_be_resumed(api: Upload, send: Upload, source: Source) -> None:
    made = send(rows(2)).json()  # type: ignore[attr-defined]
    assert api("post", f"{made['id']}/cancel/").json()["state"] == "cancelled"  # type: ignore[attr-defined]
    assert load_queue(source=source) == 0
    assert api("post", f"{made['id']}/resume/").json()["state"] == "queued"  # type: ignore[attr-defined]
    assert load_queue(source=source) == 1
    assert stored() == 2


def test_a_running_delivery_is_asked_to_stop(upload: Upload, olga: User, client: Client) -> None:
    upload(("calls.csv", rows(2)))
    batch = Batch.objects.get()
    Batch.objects.update(state=State.RUNNING)
    client.post(f"/operate/batches/{batch.pk}/cancel/")
    batch.refresh_from_db()
    assert (batch.state, batch.cancel_asked) == (State.RUNNING, True)


def test_what_is_loaded_can_neither_be_stopped_nor_resumed(api: Upload, send: Upload, source: Source) -> None:
    made = send(rows(2)).json()  # type: ignore[attr-defined]
    load_queue(source=source)
    assert api("post", f"{made['id']}/cancel/").status_code == 409
    assert api("post", f"{made['id']}/resume/").status_code == 409


def test_a_delivery_whose_file_is_gone_is_not_resumed(api: Upload, send: Upload, media: Path) -> None:
    made = send(rows(2)).json()  # type: ignore[attr-defined]
    api("post", f"{made['id']}/cancel/")
    for path in kept(media):
        path.unlink()
    assert api("post", f"{made['id']}/resume/").json()["type"].endswith("file_not_kept")  # type: ignore[attr-defined]


def test_what_a_dead_worker_left_is_taken_up_again_and_doubles_nothing(upload: Upload, source: Source) -> None:
    upload(("calls.csv", rows(3)))
    load_queue(source=source)
    Batch.objects.update(state=State.RUNNING, loaded=1, read=1)  # as a worker leaves it that is killed
    assert tend_deliveries() == 1
    assert Batch.objects.get().state == State.QUEUED
    load_queue(source=source)
    batch = Batch.objects.get()
    assert (batch.state, counts(batch), stored()) == (State.DONE, (3, 0, 3, 0, 0), 3)


def test_what_another_worker_is_loading_is_left_alone(upload: Upload, source: Source) -> None:
    upload(("calls.csv", rows(1)), ("next.csv", rows(1)))
    Batch.objects.filter(file_name="calls.csv").update(state=State.RUNNING)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", [deliveries.LOADING, source.pk])
        tend(now=timezone.now())
        assert load_queue(source=source) == 0
    finally:
        other.close()
    assert {one.file_name: one.state for one in Batch.objects.all()} == {
        "calls.csv": State.RUNNING,
        "next.csv": State.QUEUED,
    }


def test_a_file_that_somebody_took_away_is_refused_and_the_next_one_loaded(
    upload: Upload, source: Source, media: Path
) -> None:
    upload(("gone.csv", rows(1)), ("next.csv", rows(1, 1)))
    (media.parent / Batch.objects.get(file_name="gone.csv").kept_file).unlink()
    assert load_queue(source=source) == 2
    assert Batch.objects.get(file_name="gone.csv").state == State.REFUSED
    assert Batch.objects.get(file_name="next.csv").loaded == 1


def test_after_three_dead_workers_somebody_must_look(upload: Upload, source: Source, client: Client) -> None:
    upload(("calls.csv", rows(1)))
    Batch.objects.update(state=State.RUNNING, tries=MOST_TRIES)
    assert tend(now=timezone.now()) == 0
    batch = Batch.objects.get()
    assert (batch.state, batch.problem) == (State.INTERRUPTED, GAVE_UP)
    assert "Drie workers" in client.get(f"/operate/batches/{batch.pk}/").content.decode()
    client.post(f"/operate/batches/{batch.pk}/resume/")
    load_queue(source=source)
    batch.refresh_from_db()
    assert (batch.state, batch.tries) == (State.DONE, 1)


def test_a_dead_worker_that_was_asked_to_stop_is_not_replaced(upload: Upload) -> None:
    upload(("calls.csv", rows(1)))
    Batch.objects.update(state=State.RUNNING, cancel_asked=True)
    assert tend(now=timezone.now()) == 0
    assert Batch.objects.get().state == State.CANCELLED


def test_files_that_were_loaded_long_ago_are_cleared_away(upload: Upload, source: Source, media: Path) -> None:
    upload(("calls.csv", rows(1)))
    load_queue(source=source)
    later = timezone.now() + timedelta(days=deliveries.KEPT_DAYS)
    tend(now=later - timedelta(minutes=1))
    assert len(kept(media)) == 1
    tend(now=later + timedelta(minutes=1))
    assert kept(media) == []
    assert Batch.objects.get().kept_file == ""


# --- looking at it ---


def test_the_progress_is_asked_for_again_while_it_runs_and_the_page_anew_at_the_end(
    upload: Upload, source: Source, client: Client
) -> None:
    upload(("calls.csv", rows(2)))
    batch = Batch.objects.get()
    started = timezone.now() - timedelta(seconds=10)
    Batch.objects.update(state=State.RUNNING, started_at=started, read=100, loaded=100, done_bytes=batch.size // 2)
    answer = client.get(f"/operate/batches/{batch.pk}/progress/")
    text = answer.content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert "nog ongeveer 10 seconden" in text
    assert "10 rijen per seconde" in text
    assert 'hx-swap-oob="true"' in text  # the word beside the name of the file follows
    Batch.objects.update(cancel_asked=True)
    text = client.get(f"/operate/batches/{batch.pk}/progress/").content.decode()
    assert "Het stopt na de rijen waar het mee bezig is" in text
    assert "nog ongeveer" not in text
    Batch.objects.update(state=State.DONE, finished_at=timezone.now())
    answer = client.get(f"/operate/batches/{batch.pk}/progress/")
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in answer.content.decode()


def test_the_list_is_filtered_by_source_state_and_file(upload: Upload, source: Source, client: Client) -> None:
    upload(("monday.csv", rows(1)), ("tuesday.csv", rows(1)))
    for query, shown in (
        ("q=tues", ["tuesday.csv"]),
        ("state=queued", ["monday.csv", "tuesday.csv"]),
        ("state=done", []),
        (f"source={source.name}&q=mon", ["monday.csv"]),
        ("source=nobody", ["monday.csv", "tuesday.csv"]),
        ("after=nonsense", ["monday.csv", "tuesday.csv"]),
    ):
        page = client.get(f"/operate/batches/?{query}").content.decode()
        assert [name for name in ("monday.csv", "tuesday.csv") if f">{name}<" in page] == shown, query

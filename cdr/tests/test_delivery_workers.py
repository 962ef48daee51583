"""What becomes of deliveries that are stopped, resumed, watched, or left behind by dead workers."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import Crossing, crossing
from cdr.ingest.problems import GAVE_UP
from cdr.models import Batch, CallRecord, Source
from cdr.services import deliveries
from cdr.services.deliveries import MOST_TRIES, load_queue, tend
from cdr.tasks import tend_deliveries
from cdr.tests.delivering import Upload, kept, rows, stored
from cdr.tests.worlds import counts
from cdr.vocabulary import Leg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

State = Batch.State


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


def test_what_is_loaded_again_after_its_source_was_mended_corrects_what_was_loaded(
    upload: Upload, source: Source, media: Path
) -> None:
    upload(("calls.csv", rows(3)))
    load_queue(source=source)
    Batch.objects.update(state=State.RUNNING, loaded=1, read=1)
    [path] = kept(media)
    path.write_bytes(path.read_bytes().replace(b"0201234567", b"0201234568"))  # as another reading of the rows would
    tend_deliveries()
    load_queue(source=source)
    batch = Batch.objects.get()
    assert (batch.state, batch.corrected) == (State.DONE, 3)
    with crossing(Crossing.OPERATE):
        last = CallRecord.objects.filter(leg=Leg.CALL, revision=2)
        assert {call.other for call in last} == {"+31201234568"}


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


def test_the_hash_of_a_file_that_was_sent_is_not_taken_again(upload: Upload, source: Source) -> None:
    upload(("a.csv", rows(2)))
    Batch.objects.update(sha256="0" * 64)
    load_queue(source=source)
    assert (Batch.objects.get().state, Batch.objects.get().sha256) == (State.DONE, "0" * 64)


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

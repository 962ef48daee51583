"""A load that writes: its batch is locked for as long, and yet it can be watched and stopped."""

import errno
import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.access import system
from cdr.ingest import problems
from cdr.models import Batch, Source
from cdr.services import deliveries, live, loading
from cdr.services.deliveries import load_queue, tend
from cdr.services.loading import run_batch
from cdr.tests.delivering import Upload, rows, stored
from tests.other import Other

pytestmark = pytest.mark.usefixtures("media")

State = Batch.State


@pytest.fixture
def running(upload: Upload) -> Batch:
    upload(("calls.csv", rows(4)))
    Batch.objects.update(state=State.RUNNING)
    return Batch.objects.get()


@pytest.mark.django_db(transaction=True)
def test_who_stops_a_load_need_not_wait_for_what_it_writes(running: Batch, client: Client) -> None:
    written = threading.Event()
    begun = threading.Event()

    def write() -> None:
        with transaction.atomic():
            Batch.objects.filter(pk=running.pk).update(read=2, loaded=2)
            begun.set()
            written.wait(60)
        connection.close()

    worker = threading.Thread(target=write)
    worker.start()
    try:
        assert begun.wait(60)
        live.tell_read(running, running.size // 2)
        page = client.get(f"/operate/batches/{running.pk}/").content.decode()
        assert (
            "<b>49&nbsp;%</b>" in page or "<b>50&nbsp;%</b>" in page
        )  # though nothing of it is written for others to see
        assert client.post(f"/operate/batches/{running.pk}/cancel/").status_code == 302
        assert "Laden stoppen" not in client.get(f"/operate/batches/{running.pk}/").content.decode()
        assert "Stopt" in client.get(f"/operate/batches/{running.pk}/progress/").content.decode()
    finally:
        written.set()
        worker.join(60)
    # Its worker dies before it sees that.
    tend(now=timezone.now())
    assert Batch.objects.get().state == State.CANCELLED


@pytest.mark.django_db
def test_a_load_that_is_asked_to_stop_while_it_writes_goes_no_further_and_can_be_resumed(
    running: Batch, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as early:
        early.setattr(live, "forget", live.ask_to_stop)  # somebody is quick
        stopped = run_batch(batch=running, actor=system(), chunk_rows=1)
    assert stopped.state == State.CANCELLED
    assert stopped.loaded < 4
    deliveries.resume_batch(batch=stopped, actor=system())
    load_queue(source=source)
    assert (Batch.objects.get().state, stored()) == (State.DONE, 4)


@pytest.mark.django_db
def test_without_a_cache_a_load_goes_on(running: Batch, settings: object) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert run_batch(batch=running, actor=system()).state == State.DONE


@pytest.mark.django_db
def test_a_load_that_fails_after_it_was_asked_to_stop_is_not_taken_up_again(
    running: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_given: object, **_named: object) -> None:
        live.ask_to_stop(running)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(loading, "load_parts", break_off)
        with pytest.raises(OSError, match="Input/output error"):
            run_batch(batch=running, actor=system())
    tend(now=timezone.now())
    found = Batch.objects.get()
    assert (found.state, found.problem) == (State.CANCELLED, problems.UNREADABLE)


@pytest.mark.django_db
def test_a_load_that_is_stopped_after_a_worker_took_it_from_the_queue_is_not_begun(upload: Upload) -> None:
    upload(("calls.csv", rows(4)))
    taken = Batch.objects.get()
    deliveries.cancel_batch(batch=taken, actor=system())
    assert run_batch(batch=taken, actor=system()).state == State.CANCELLED
    assert (Batch.objects.get().state, stored()) == (State.CANCELLED, 0)


@pytest.mark.django_db(transaction=True)
def test_who_stops_a_load_while_a_worker_takes_it_from_the_queue_waits_for_that_moment(upload: Upload) -> None:
    upload(("calls.csv", rows(4)))
    batch = Batch.objects.get()
    other = Other(lambda: deliveries.cancel_batch(batch=batch, actor=system()))
    with transaction.atomic():
        Batch.objects.select_for_update().get()
        other.start()
        other.until_it_waits()
    other.end()
    assert run_batch(batch=batch, actor=system()).state == State.CANCELLED

"""What a delivery says when its loading ends in an error."""

import errno
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, DataError, OperationalError, connection
from django.test import Client
from django.utils import timezone
from psycopg import errors

from accounts.models import User
from accounts.tenancy import Crossing, crossing
from cdr.ingest import problems
from cdr.models import Batch, Source
from cdr.services import storing
from cdr.services.deliveries import MOST_TRIES, load_queue, tend
from cdr.services.failures import sentence_for
from cdr.services.reading import DIED, ReaderDiedError
from cdr.tests.delivering import Upload, rows

State = Batch.State


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), problems.DISK_FULL),
        (
            caused(OperationalError("could not extend file"), errors.DiskFull("could not extend file")),
            problems.DISK_FULL,
        ),
        (MemoryError(), problems.NO_MEMORY),
        (ReaderDiedError(DIED), problems.NO_MEMORY),
        (OperationalError("the connection is closed"), problems.NO_DATABASE),
        (PermissionError(errno.EACCES, "Permission denied"), problems.UNREADABLE),
        (DataError("value too long"), problems.FAULT % {"kind": "DataError"}),
        (KeyError("x"), problems.FAULT % {"kind": "KeyError"}),
    ],
)
def test_each_failure_says_what_happened(error: Exception, sentence: str) -> None:
    assert sentence_for(error) == sentence


@pytest.mark.django_db
def test_what_copy_refuses_is_an_error_of_django_like_that_of_every_other_statement() -> None:
    with pytest.raises(DatabaseError), crossing(Crossing.INGEST), connection.cursor() as cursor:
        storing.copy_into(cursor, date(2026, 10, 1), b"no such format")


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_a_failed_delivery_tells_its_failure_in_the_readers_language_on_the_page_and_in_the_api(
    upload: Upload, api: Upload, source: Source, client: Client, media: Path
) -> None:
    upload(("calls.csv", rows(1)))
    batch = Batch.objects.get()
    path = media.parent / batch.kept_file
    kept = path.rename(path.with_suffix(".away"))
    path.symlink_to("/proc/self/mem")  # a file that can be opened, and not be read
    with pytest.raises(OSError, match="Input/output error"):
        load_queue(source=source)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (State.INTERRUPTED, problems.UNREADABLE)
    page = client.get(f"/operate/batches/{batch.pk}/").content.decode()
    assert "Het bestand was niet tot het einde te lezen." in page
    assert "Het wordt binnen een minuut weer opgepakt" in page
    told = [api("get", f"{batch.pk}/").json()["problem"]]  # type: ignore[attr-defined]
    User.objects.update(language="en")
    told += [api("get", f"{batch.pk}/").json()["problem"]]  # type: ignore[attr-defined]
    assert told[0].startswith("Het bestand was niet tot het einde te lezen.")
    assert told[1] == problems.UNREADABLE
    # After the last try the failure itself stays, and not that workers ended.
    Batch.objects.update(tries=MOST_TRIES)
    assert tend(now=timezone.now()) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (State.INTERRUPTED, problems.UNREADABLE)
    assert "within a minute" not in client.get(f"/operate/batches/{batch.pk}/").content.decode()
    kept.replace(path)
    client.post(f"/operate/batches/{batch.pk}/resume/")
    load_queue(source=source)
    batch.refresh_from_db()
    assert (batch.state, batch.problem, batch.loaded) == (State.DONE, "", 1)

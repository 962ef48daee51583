"""What becomes of rejected rows: loaded again once their cause is mended, or dismissed."""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.access import Actor
from accounts.audit import record
from cdr import rules
from cdr.ingest.again import as_file
from cdr.models import Batch, Reject, Source
from cdr.selectors.rejects import open_rejects, parts
from cdr.services.deliveries import enqueue
from cdr.uploads import FOLDER

MOST = 100_000  # rows at a time


@transaction.atomic
def load_again(*, source: Source, reason: str, actor: Actor) -> list[Batch]:
    """Queue the open rows of a source that were rejected for a reason as files of their own; mostly one.

    Rows that load are open no more when the file is done; those that are rejected again stay, with the reason of today.
    """
    rules.can_be_loaded_again(reason)
    group = open_rejects().filter(source=source, reason=reason)
    loading = group.filter(again__state__in=Batch.LIVE).exists()
    found = group.exclude(again__state__in=Batch.LIVE).select_related("batch").order_by("batch", "line")[:MOST]
    made = parts(source, found.iterator(chunk_size=2_000))
    rules.rows_can_be_had(len(made), loading=loading)
    batches = []
    name = f"rejected-{reason.replace('_', '-')}-{timezone.localtime():%Y%m%d-%H%M}.csv"
    for part in made:
        path, sha256 = _write(b"".join(as_file(part.header, part.rows)))
        batch = enqueue(source=source, path=path, name=name, sha256=sha256, actor=actor, again=True)
        for start in range(0, len(part.ids), 10_000):
            Reject.objects.filter(pk__in=part.ids[start : start + 10_000]).update(again=batch)
        batches.append(batch)
    count = sum(len(part.ids) for part in made)
    record(actor=actor, verb="rejects.again", obj=source, note=f"{reason}: {count}")
    return batches


def _write(content: bytes) -> tuple[Path, str]:
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    path = folder / uuid4().hex
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise rules.disk_is_full() from error
    return path, hashlib.sha256(content).hexdigest()


@transaction.atomic
def dismiss(*, source: Source, reason: str, upto: int, why: str, actor: Actor) -> int:
    """Say of the open rows of a group, up to the newest that was seen, that they need nobody's attention; how many."""
    rules.says_why(why)
    count = (
        open_rejects()
        .filter(source=source, reason=reason, pk__lte=upto)
        .update(dismissed_at=timezone.now(), dismissed_by=actor.user, dismissed_why=why.strip()[:200])
    )
    if count:
        record(actor=actor, verb="rejects.dismiss", obj=source, note=f"{reason}: {count}. {why.strip()[:200]}")
    return count

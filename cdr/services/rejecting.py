"""Rows that are not loaded: why, under what name each waits, and when it waits no more."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from cdr.ingest.calls import Calls
from cdr.ingest.columns import back_name
from cdr.ingest.parse import BadRow
from cdr.ingest.read import SENTENCES
from cdr.models import Reject
from cdr.services.groups import Load


def rejected(calls: Calls, row: int, reason: str) -> BadRow:
    """A row that could be read and is not loaded for this reason."""
    name = calls.record_id.text(row)
    return BadRow(
        line=int(calls.lines[row]),
        raw=calls.rows[row].as_py(),
        reason=reason,
        sentence=SENTENCES[reason],
        record_id=back_name(name) if calls.taken_back[row] else name,
    )


def _names(calls: Calls) -> Any:
    """By what name each row is known while it is rejected."""
    names, taken_back = calls.record_id.arrow(), calls.taken_back
    if not taken_back.any():
        return names
    rows = range(len(calls))
    return pa.array([back_name(names[row].as_py()) if taken_back[row] else names[row].as_py() for row in rows])


def resolve(load: Load, calls: Calls) -> None:
    """Rows that were rejected before and are loaded now need nobody's attention any more."""
    if not load.open_rejects:
        return
    record_ids = _names(calls)
    found = pc.filter(record_ids, pc.is_in(record_ids, value_set=pa.array(sorted(load.open_rejects), pa.string())))
    if len(found):
        Reject.objects.filter(source=load.source, resolved_at=None, record_id__in=found.to_pylist()).update(
            resolved_at=timezone.now()
        )


def keep_rejects(load: Load, rejects: Sequence[BadRow]) -> None:
    """Write down what is not loaded, each row once."""
    now = timezone.now()
    Reject.objects.bulk_create(
        [
            Reject(
                source=load.source,
                batch=load.batch,
                last_batch=load.batch,
                line=bad.line,
                raw=_readable(bad.raw),
                fingerprint=load.reject_ordinals.name(bad.raw),
                reason=bad.reason,
                sentence=bad.sentence,
                record_id=bad.record_id,
                created_at=now,
            )
            for bad in rejects
        ],
        # A row that was rejected before stays one row; it says what is wrong with it today, and is open again.
        update_conflicts=True,
        unique_fields=["source", "fingerprint"],
        update_fields=["last_batch", "reason", "sentence", "record_id", "resolved_at"],
        batch_size=1_000,
    )


def _readable(raw: bytes) -> str:
    """The row as text; bytes that are no UTF-8 are read as Latin-1, and NUL, which PostgreSQL refuses, is shown."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\0", "\u2400")

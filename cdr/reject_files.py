"""Rejected rows as a file: for the operators' page and the API alike."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils import timezone

from cdr.ingest.again import as_file
from cdr.models import Source
from cdr.selectors import rejects as waiting
from cdr.services import rejects as services


def rows_file(source: Source, reason: str) -> HttpResponse | None:
    """The open rows as they were delivered, byte for byte, below the line that names their columns; None without any."""
    found = waiting.open_rejects().filter(source=source, reason=reason).select_related("batch")
    made = waiting.parts(source, found.order_by("batch", "line")[: services.MOST].iterator(chunk_size=2_000))
    if not made:
        return None

    def lines() -> Iterator[bytes]:
        for part in made:
            yield from as_file(part.header, part.rows)

    # No .csv: the rows are what somebody sent, and a spreadsheet would reckon what begins with = in them.
    name = f"{source.name}-{reason.replace('_', '-')}-{timezone.localdate():%Y%m%d}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(lines(), content_type="application/octet-stream", headers=headers)

"""Rows that could not be loaded and wait for somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from cdr.dialects import dialects
from cdr.ingest.again import delivered, shape
from cdr.models import Reject, Source


@dataclass(frozen=True, slots=True)
class Group:
    """The open rejects of one source for one reason."""

    source: Source
    reason: str
    count: int
    oldest: datetime
    newest: datetime
    example: Reject
    last: int  # the newest row's id: what was seen when somebody decides about all of them


def open_rejects() -> QuerySet[Reject]:
    """Rows that are neither loaded since nor dismissed."""
    return Reject.objects.filter(resolved_at=None, dismissed_at=None)


def groups(**only: object) -> list[Group]:
    """By source and reason, most rows first; in three queries."""
    found = list(
        open_rejects()
        .filter(**only)
        .order_by()
        .values("source", "reason")
        .annotate(
            count=Count("pk"),
            oldest=Min("created_at"),
            newest=Max("created_at"),
            example=Min("pk"),
            last=Max("pk"),
        )
        .order_by("-count", "source", "reason")
    )
    examples = Reject.objects.select_related("source").in_bulk([one["example"] for one in found])
    return [
        Group(
            source=examples[one["example"]].source,
            reason=one["reason"],
            count=one["count"],
            oldest=one["oldest"],
            newest=one["newest"],
            example=examples[one["example"]],
            last=one["last"],
        )
        for one in found
    ]


@dataclass(slots=True)
class Part:
    """Rows that may stand in one file, and the line that names their columns."""

    header: str
    rows: list[bytes]
    ids: list[int]


def parts(source: Source, found: Iterable[Reject]) -> list[Part]:
    """Rejects as files of the source, each row as it was delivered; rows of which the bytes or the header are gone are left out.

    `found` has its batch selected.
    """
    dialect = dialects()[source.dialect]
    made: dict[tuple[str, int], Part] = {}
    for reject in found:
        header = reject.batch.header
        row = delivered(reject.raw, reject.fingerprint)
        if row is None or (dialect.header and not header):
            continue
        part = made.setdefault((header, 0 if header else shape(row, dialect)), Part(header, [], []))
        part.rows.append(row)
        part.ids.append(reject.pk)
    return list(made.values())

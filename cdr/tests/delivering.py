"""Deliveries of files as tests make them. The fixtures are in conftest.py."""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse
from django.utils import timezone

from accounts.tenancy import Crossing, crossing
from cdr.models import Batch, CallRecord
from cdr.tests.worlds import asterisk_row

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


type Upload = Callable[..., HttpResponse]


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stored() -> int:
    with crossing(Crossing.OPERATE):
        return CallRecord.objects.count()

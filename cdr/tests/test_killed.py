"""A worker that is killed loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db.models import Count, Sum

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Batch, CallRecord, DailyTotal, MonthlyTotal
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import Leg

ROWS = 4_000
PROGRAM = """
import django; django.setup()
from pathlib import Path
from accounts.access import system
from cdr.models import Source
from cdr.services import load_file
from cdr.tests.worlds import NOW
load_file(path=Path({path!r}), source=Source.objects.get(), actor=system(), now=NOW, chunk_rows=100)
"""


def environment() -> dict[str, str]:
    """The environment of another process that works on this test's database."""
    name = str(settings.DATABASES["default"]["NAME"])
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_in_the_middle_is_completed_by_the_next_one(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    path = write(tmp_path, [asterisk_row(unique=f"1792048320.{n}", sequence=n) for n in range(ROWS)])
    worker = subprocess.Popen([sys.executable, "-c", PROGRAM.format(path=str(path))], env=environment())
    limit = time.monotonic() + 60
    while not Batch.objects.filter(loaded__gt=0).exists():
        assert worker.poll() is None, "the worker ended before it could be killed"
        assert time.monotonic() < limit
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    kept = Batch.objects.get()
    assert 0 < kept.loaded < ROWS
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.count() == kept.loaded
    assert counts(load(path, source)) == (ROWS, ROWS - kept.loaded, kept.loaded, 0, 0)
    with tenant(acme):
        found = CallRecord.objects.filter(leg=Leg.CALL).aggregate(calls=Count("leg"), micros=Sum("micros"))
        assert found == {"calls": ROWS, "micros": ROWS * 60_250}
        assert DailyTotal.objects.aggregate(calls=Sum("calls"), micros=Sum("micros")) == found
        assert MonthlyTotal.objects.aggregate(calls=Sum("calls"), micros=Sum("micros")) == found

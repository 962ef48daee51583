"""A worker that is killed, at whatever instruction, loses nothing and doubles nothing. `make soak` kills more often."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db.models import Count, Sum

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import Batch, CallRecord, DailyTotal, KeptRows, MonthlyTotal
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, counts, load, write
from cdr.vocabulary import Leg

ROWS = 2_000
KILLS = int(os.environ.get("SOAK_KILLS", "10"))
# The two halves: what reads in a thread of the worker, and what has a process of its own for it.
PROGRAM = """
import sys
import django; django.setup()
from pathlib import Path
from accounts.access import system
from cdr.models import Source
from cdr.services import load_file, reading
from cdr.tests.worlds import NOW
source, path = Source.objects.get(), Path(sys.argv[1])
reading.BIG_BYTES = int(sys.argv[2])
print("ready", flush=True)
load_file(path=path, source=source, actor=system(), now=NOW, chunk_rows=100)
print("done", flush=True)
"""


def environment() -> dict[str, str]:
    """The environment of another process that works on this test's database."""
    name = str(settings.DATABASES["default"]["NAME"])
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parents[2]), "LOG_LEVEL": "ERROR"}


def load_and_kill(path: Path, *, after: float, big_bytes: int) -> bool:
    """Load in another process and kill it some seconds after it begins; whether it was killed before it had finished."""
    command = [sys.executable, "-c", PROGRAM, str(path), str(big_bytes)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        timer = threading.Timer(after, worker.kill)
        timer.start()
        finished = worker.stdout.read() == "done\n"
        timer.cancel()
    return not finished


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_again_and_again_loads_every_row_once(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    chance = random.Random(KILLS)
    path = write(tmp_path, [asterisk_row(unique=f"1792048320.{n}", sequence=n) for n in range(ROWS)])
    began = time.monotonic()
    load(path, source, chunk_rows=100)
    whole = time.monotonic() - began
    with crossing(Crossing.OPERATE):
        for model in (CallRecord, DailyTotal, MonthlyTotal, KeptRows):
            model.objects.all().delete()
    killed = 0
    for number in range(KILLS):
        killed += load_and_kill(path, after=chance.uniform(0, whole / 2), big_bytes=chance.choice((0, 1 << 30)))
        if number % 10 == 9:  # begin anew before all is loaded, so that every kill hits a load that works
            _holds(acme, at_most=ROWS)
            path = write(tmp_path, [asterisk_row(unique=f"{number}.{n}", sequence=n) for n in range(ROWS)])
            with crossing(Crossing.OPERATE):
                for model in (CallRecord, DailyTotal, MonthlyTotal, KeptRows):
                    model.objects.all().delete()
    assert killed >= KILLS / 2
    load_and_kill(path, after=chance.uniform(whole / 2, whole), big_bytes=0)
    kept = _holds(acme, at_most=ROWS)
    batch = load(path, source)
    assert counts(batch) == (ROWS, ROWS - kept, kept, 0, 0)
    assert _holds(acme, at_most=ROWS) == ROWS
    assert set(Batch.objects.values_list("state", flat=True)) <= {"done", "interrupted"}


def _holds(customer: Customer, *, at_most: int) -> int:
    """How many calls are loaded; the totals say the same, and each is known once."""
    with tenant(customer):
        found = CallRecord.objects.filter(leg=Leg.CALL).aggregate(calls=Count("leg"), micros=Sum("micros"))
        assert found["calls"] <= at_most
        assert found["micros"] == (found["calls"] * 60_250 or None)
        for model in (DailyTotal, MonthlyTotal):
            assert model.objects.aggregate(calls=Sum("calls"), micros=Sum("micros")) == found | (
                {} if found["calls"] else {"calls": None}
            )
    assert (KeptRows.objects.aggregate(rows=Sum("count"))["rows"] or 0) == found["calls"]
    return int(found["calls"])

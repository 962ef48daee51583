"""Big files are read by a process of its own; nothing else is different."""

from pathlib import Path

import pytest

from accounts.models import Customer
from cdr.dialects import dialects
from cdr.ingest import problems
from cdr.models import Batch, Source
from cdr.services import reading
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, counts, load, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_file_is_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BIG_BYTES", 0)


def test_a_big_file_is_loaded_as_a_small_one_is(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    rows = [asterisk_row(unique=f"1792048{n:03}.{n}", sequence=n) for n in range(50)]
    rows += [rows[0], "broken,row", asterisk_row(account="nobody", unique="1792049000.1")]
    batch = load(write(tmp_path, rows), a_source(), chunk_rows=20)
    assert counts(batch) == (53, 50, 1, 2, 0)
    assert batch.done_bytes == batch.size


def test_a_big_file_that_is_of_another_kind_is_refused_with_its_reason(acme: Customer, tmp_path: Path) -> None:
    batch = load(write(tmp_path, ["one,two"]), a_source())
    assert (batch.state, "columns" in batch.problem) == (Batch.State.REFUSED, True)


def test_a_reader_that_dies_interrupts_the_loading_and_says_so(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.services.reading.sys.executable", "/bin/false")
    with pytest.raises(reading.ReaderDiedError):
        load(write(tmp_path, [asterisk_row()]), a_source())
    batch = Batch.objects.get()
    assert (batch.state, batch.problem) == (Batch.State.INTERRUPTED, problems.NO_MEMORY)


@pytest.mark.parametrize("dialect", sorted(dialects()))
def test_every_dialect_goes_to_another_process(acme: Customer, tmp_path: Path, dialect: str) -> None:
    source: Source = a_source(dialect, name=dialect)
    batch = load(write(tmp_path, ["neither,this;nor that"]), source)
    assert batch.state in {Batch.State.REFUSED, Batch.State.DONE}

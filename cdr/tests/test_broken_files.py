"""Files with rows that cannot be read, in another encoding, cut off, or of another source."""

import gzip
from pathlib import Path

import pytest

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.ingest.parse import FileProblem
from cdr.models import Batch, CallRecord, Reject
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, counts, load, write

pytestmark = pytest.mark.django_db


def records() -> list[CallRecord]:
    with crossing(Crossing.OPERATE):
        return list(CallRecord.objects.order_by("start", "id"))


def test_broken_rows_are_kept_with_their_reason_and_stored_once(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    rows: list[str | bytes] = [
        asterisk_row(),
        asterisk_row(account="nobody", sequence=2),
        asterisk_row(start="2026-02-30 10:00:00", sequence=3),
        "only,three,columns",
        '"acme","unclosed',
        asterisk_row(dst="3,16123E+10", sequence=5),
        asterisk_row(start="2019-01-01 10:00:00", sequence=6),
        asterisk_row(start="2027-01-01 10:00:00", sequence=7),
        asterisk_row(unique="", sequence=8),
        "",
        asterisk_row(clid="Zo\u00eb", sequence=9).encode("latin-1"),
    ]
    assert counts(load(write(tmp_path, rows), source)) == (10, 2, 0, 8, 0)
    assert dict(Reject.objects.values_list("line", "reason")) == {
        2: "unknown_customer",
        3: "time",
        4: "columns",
        5: "quotes",
        6: "number",
        7: "too_old",
        8: "future",
        9: "id",
    }
    assert counts(load(write(tmp_path, rows), source)) == (10, 0, 2, 8, 0)
    assert Reject.objects.count() == 8


def test_a_latin_1_file_is_loaded_and_said_to_be_one(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    row = asterisk_row(clid="Zo\u00eb").encode("latin-1")
    batch = load(write(tmp_path, [row, asterisk_row(sequence=2)]), a_source())
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert batch.problem == "Rows that are not UTF-8 and were read as Latin-1: 1."


def test_a_rejected_row_loads_once_its_customer_exists(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source()
    path = write(tmp_path, [asterisk_row(), asterisk_row(account="oak", sequence=2)])
    assert counts(load(path, source)) == (2, 1, 0, 1, 0)
    Customer.objects.create(reference="oak", name="Oak")
    assert counts(load(path, source)) == (2, 1, 1, 0, 0)
    assert Reject.objects.get().resolved_at is not None


def test_a_file_cut_off_in_the_middle_loads_what_is_whole_and_the_whole_file_completes_it(
    acme: Customer, tmp_path: Path
) -> None:
    a_tariff()
    source = a_source()
    whole = write(tmp_path, [asterisk_row(unique=f"1792048{n:03}.{n}", sequence=n) for n in range(10)])
    content = whole.read_bytes()
    cut = tmp_path / "cut.csv"
    cut.write_bytes(content[: len(content) // 2 + 50])
    first = load(cut, source)
    assert (first.read, first.rejected) == (first.loaded + 1, 1)
    assert Reject.objects.get().reason == "cut_off"
    assert load(whole, source).loaded == 10 - first.loaded
    assert len(records()) == 10


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("a,b,c\n1,2,3\n".encode("utf-16"), "UTF-16"),
        ("a,b,c\n1,2,3\n".encode("utf-16-le"), "UTF-16"),
        ("a,b,c\n1,2,3\n".encode("utf-16-be"), "UTF-16"),
        (b"\x7fELF\0\0", "no text"),
        (gzip.compress(b"a,b,c\n1,2,3\n", mtime=0), "packed"),
        (b"PK\x03\x04\x14\0", "packed"),
        (b"id,account,start\n1,acme,2026\n", "not a file of Asterisk"),
    ],
)
def test_a_file_that_is_no_file_of_the_source_is_refused_with_one_sentence(
    acme: Customer, tmp_path: Path, content: bytes, part: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    batch = load(path, a_source())
    assert batch.state == Batch.State.REFUSED
    assert part in batch.problem
    assert counts(batch) == (0, 0, 0, 0, 0)


def test_a_missing_file_is_said_to_be_missing(acme: Customer, tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="There is no file"):
        load(tmp_path / "none.csv", a_source())


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    path = tmp_path / "bom.csv"
    path.write_bytes(b"\xef\xbb\xbf" + asterisk_row().encode() + b"\r\n")
    assert counts(load(path, a_source())) == (1, 1, 0, 0, 0)

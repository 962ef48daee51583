"""Columns of a file out of blocks of CSV, each value that differs written once."""

import csv
import io
from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cdr.exporting.writing import Column, Rows, dutch_moments, iso_moments, lines
from portal.lib.csvsafe import CsvForm, cell, field, guard
from portal.lib.periods import to_local

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=9)


def block(rows: list[tuple[str, ...]]) -> bytes:
    """Rows as COPY writes them."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=30))
def test_every_text_arrives_in_the_cell_of_its_row(rows: list[tuple[str, ...]]) -> None:
    written = Rows(["a", "b"], [Column("b", lambda text: field(text, CsvForm.ISO)), Column("a", lambda _text: "1")])
    made = lines(list(written.columns(block(rows))), ",").decode()
    assert list(csv.reader(io.StringIO(made, newline=""))) == [
        [guard(second, CsvForm.ISO), "1"] for _first, second in rows
    ]


def test_a_column_without_words_for_it_is_there_as_it_is() -> None:
    columns = list(
        Rows(["start", "seconds"], [Column("seconds"), Column("start")]).columns(b"2026-10-15 09:00,12\n,\n")
    )
    assert [column.to_pylist() for column in columns] == [["12", ""], ["2026-10-15 09:00", ""]]
    assert lines(columns, ";") == b"12;2026-10-15 09:00\r\n;\r\n"


def test_a_cell_without_anything_is_empty_and_its_line_stays() -> None:
    assert lines([pa.array(["1", None]), pa.array(["a", None])], ",") == b"1,a\r\n,\r\n"


def test_a_value_is_written_once_however_often_it_is_there() -> None:
    asked: list[str] = []

    def write(number: str) -> str:
        asked.append(number)
        return number.lower()

    rows = Rows(["number"], [Column("number", write)])
    for _block in range(3):
        assert next(rows.columns(b"A\nB\nA\nA\n")).to_pylist() == ["a", "b", "a", "a"]
    assert sorted(asked) == ["A", "B"]


def test_one_column_of_the_database_makes_several_of_the_file() -> None:
    rows = Rows(["number"], [Column("number", str.lower), Column("number", lambda _number: "Acme")])
    assert lines(list(rows.columns(b"A\n")), ",") == b"a,Acme\r\n"


MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC))


@given(moments=st.lists(MOMENTS | MOMENTS.map(lambda at: at.replace(microsecond=0)), min_size=1, max_size=20))
def test_moments_are_written_as_in_every_other_file(moments: list[datetime]) -> None:
    written = Rows(["local", "utc"], [Column("local", shape=dutch_moments), Column("utc", shape=iso_moments)])
    dutch, iso = written.columns(
        block([(as_the_database_writes(to_local(at)), as_the_database_writes(at)) for at in moments])
    )
    assert dutch.to_pylist() == [cell(at, CsvForm.DUTCH) for at in moments]
    assert iso.to_pylist() == [cell(at, CsvForm.ISO) for at in moments]


def as_the_database_writes(at: datetime) -> str:
    """A timestamp without time zone."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}".rstrip("0").rstrip(".") if at.microsecond else f"{at:%Y-%m-%d %H:%M:%S}"

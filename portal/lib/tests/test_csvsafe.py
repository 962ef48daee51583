import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.csvsafe import Cell, CsvForm, guard, stream

TEXT = st.text(max_size=12)
DUTCH, ISO = CsvForm.DUTCH, CsvForm.ISO


def read(data: bytes, form: CsvForm) -> list[list[str]]:
    encoding = "utf-8-sig" if form is DUTCH else "utf-8"
    text = io.StringIO(data.decode(encoding), newline="")
    return list(csv.reader(text, delimiter=";" if form is DUTCH else ",", strict=True))


ROW: list[Cell] = [
    "Bäckerei; Zoon",
    Decimal("-1234.5600"),
    datetime(2026, 10, 15, 14, 42, 3, tzinfo=UTC),
    date(2026, 10, 15),
    1800,
    True,
    None,
    "+31887654000",
]


def test_the_dutch_form_opens_in_dutch_excel() -> None:
    data = b"".join(stream(["Naam", "Bedrag"], [ROW], DUTCH))
    assert data.startswith(b"\xef\xbb\xbfNaam;Bedrag\r\n")
    [line] = data.decode("utf-8-sig").splitlines()[1:]
    assert line == '"Bäckerei; Zoon";"-1234,5600";15-10-2026 16:42:03;15-10-2026;1800;ja;;"\'+31887654000"'


def test_the_iso_form_is_for_programs() -> None:
    [_header, row] = read(b"".join(stream(["name"], [ROW], ISO)), ISO)
    assert row == [
        "Bäckerei; Zoon",
        "-1234.5600",
        "2026-10-15T14:42:03Z",
        "2026-10-15",
        "1800",
        "true",
        "",
        "+31887654000",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+31 6",
        "-x",
        "@sum",
        "\t=1",
        "\r=1",
        "＝1",
        "\x00=1",
        "+31887654000",
        "0612345678",
        "8931040000000000001",
    ],
)
def test_a_cell_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert guard(text).startswith("'")


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), max_size=6), st.sampled_from(CsvForm))
def test_every_row_comes_back_and_no_cell_is_a_formula(rows: list[list[str]], form: CsvForm) -> None:
    read_back = read(b"".join(stream(["a", "b"], rows, form, rows_at_once=2)), form)
    assert read_back[1:] == [[guard(text, form) for text in row] for row in rows]
    for row in read_back[1:]:
        assert not any(text[:1] in set("=-@\t\r\n") for text in row)


@given(TEXT)
def test_a_file_opened_with_the_other_separator_has_no_formula_either(text: str) -> None:
    data = b"".join(stream(["a", "b"], [[text, "x"]], DUTCH)).decode("utf-8-sig").splitlines(keepends=True)[1:]
    for row in csv.reader(data, delimiter=","):
        assert not any(part[:1] in set("=@\t") for part in row)


def test_what_has_no_exact_form_is_refused() -> None:
    with pytest.raises(ValueError, match="float"):
        list(stream(["a"], [[0.1]], ISO))  # type: ignore[list-item] # what a caller may hand over by mistake
    for form in CsvForm:
        with pytest.raises(ValueError, match="time zone"):
            list(stream(["a"], [[datetime.fromisoformat("2026-10-15 16:42")]], form))

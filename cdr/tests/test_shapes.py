"""Numbers that PostgreSQL writes, held against the functions that write them on pages."""

import json
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

import portal.lib
from cdr.asking import shown
from cdr.exporting import shapes
from portal.lib.csvsafe import CsvForm, cell
from portal.lib.numbers import AREA_CODES, display, mask
from portal.lib.numbers.abroad import written

CASES = json.loads((Path(portal.lib.__file__).parent / "tests" / "data" / "numbers.json").read_text())
KNOWN = [
    *(case["e164"] for case in CASES if case.get("e164")),
    *(f"+31{start}{'9' * (9 - len(start))}" for start in (*sorted(AREA_CODES), "6", "66", "84", "85", "87", "88", "91", "97")),
    *(f"+31{start}{tail}" for start in ("800", "900", "906", "909", "970") for tail in ("0410", "1234567", "5", "0123456789")),
    *("short:112", "short:14020", "short:140591", "short:1850", "ext:101", "ext:0", "", "+", "+3", "+31", "+316", "31612345678"),
    *("+" + "9" * size for size in range(1, 20)),
]  # fmt: skip
stored = st.one_of(
    st.from_regex(r"\+31[0-9]{0,14}", fullmatch=True),
    st.from_regex(r"\+316[0-9]{8}", fullmatch=True),
    st.from_regex(r"\+[1-9][0-9]{0,16}", fullmatch=True),
    st.from_regex(r"short:[0-9]{2,6}", fullmatch=True),
    st.from_regex(r"ext:[0-9]{1,4}", fullmatch=True),
)


def _masked(number: str) -> str:
    return mask(shown(number))


def _guarded(number: str) -> str:
    return cell(shown(number), CsvForm.DUTCH)


def _masked_and_guarded(number: str) -> str:
    return cell(_masked(number), CsvForm.DUTCH)


def _for_programs(number: str) -> str:
    return cell(number, CsvForm.ISO)


def _masked_for_programs(number: str) -> str:
    return cell(mask(number), CsvForm.ISO)


MARK = shapes.OTHER_MARK
WAYS: dict[Callable[[str], str], str] = {
    shown: shapes.for_people("n", shown, MARK),
    _masked: shapes.for_people("n", _masked, MARK),
    _guarded: shapes.for_people("n", _guarded, MARK),
    _masked_and_guarded: shapes.for_people("n", _masked_and_guarded, MARK),
    _for_programs: shapes.for_programs("n", MARK, masked=False),
    _masked_for_programs: shapes.for_programs("n", MARK, masked=True),
}


def written_by_the_database(numbers: list[str], expression: str) -> list[str]:
    with connection.cursor() as cursor:
        given = "unnest(%s::text[]) WITH ORDINALITY AS given(n, place) ORDER BY place"
        cursor.execute(f"SELECT {expression} FROM {given}", [numbers])  # noqa: S608 - what is tested
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.parametrize("write", WAYS, ids=lambda write: write.__name__.strip("_"))
def test_every_kind_of_number_is_written_as_on_the_pages(write: Callable[[str], str]) -> None:
    expand = shapes.expander({MARK: write})
    found = written_by_the_database(KNOWN, WAYS[write])
    assert [expand(text.encode()).decode() for text in found] == [write(number) for number in KNOWN]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(stored, min_size=50, max_size=200))
def test_any_number_is_written_as_on_the_pages(numbers: list[str]) -> None:
    for write, expression in WAYS.items():
        expand = shapes.expander({MARK: write})
        found = written_by_the_database(numbers, expression)
        assert [expand(text.encode()).decode() for text in found] == [write(number) for number in numbers]


@pytest.mark.django_db
def test_the_database_writes_every_dutch_subscriber_number_itself() -> None:
    dutch = [number for number in KNOWN if number.startswith("+31") and len(number) == 12]
    assert not any(MARK in text for text in written_by_the_database(dutch, WAYS[_guarded]))


def test_a_cell_that_does_not_spell_its_number_has_no_shape() -> None:
    with pytest.raises(ValueError, match="does not spell"):
        shapes.shape_of("+31612345678", "06 99 34 56 78")
    with pytest.raises(ValueError, match="not all of"):
        shapes.shape_of("+31612345678", "06 12")


def test_text_is_quoted_for_sql_and_for_csv() -> None:
    assert shapes.sql_text("Bakker's") == "'Bakker''s'"
    assert shapes.expander({MARK: lambda number: f'"{number}'})(f"a;{MARK}7{MARK};b".encode()) == b'a;""7;b'


@given(number=st.from_regex(r"\+[1-9][0-9]{4,16}", fullmatch=True))
def test_a_number_abroad_is_written_as_phonenumbers_does(number: str) -> None:
    assert written(number) == slowly(number)


def slowly(number: str) -> str:
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def test_pages_use_the_quick_way_abroad() -> None:
    assert display("+212537268011") == "+212 5 37 26 80 11"

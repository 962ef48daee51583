"""Numbers as switches write them."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import portal.lib
from cdr.ingest.numbers import BROKEN_NUMBER, NumberFormat, read_number, read_numbers

CASES = json.loads((Path(portal.lib.__file__).parent / "tests" / "data" / "numbers.json").read_text())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0031201234567", "+31201234567"),
        ("31201234567", "+31201234567"),
        ("0201234567", "+31201234567"),
        ("201234567", "+31201234567"),
        ("+31 (0)20-1234567", "+31201234567"),
        ("0612345678", "+31612345678"),
        ("+31612345678;phone-context=example.nl", "+31612345678"),
        ("08000410", "+318000410"),
        ("09061234567", "+319061234567"),
        ("004930901820", "+4930901820"),
        ("+390612345678", "+390612345678"),
        ("0080012345678", "+80012345678"),
        ("#31#0612345678", "+31612345678"),
        ("112", "short:112"),
        ("0112", "short:112"),
        ("911", "short:112"),
        ("1 1 2", "short:112"),
        ("112#", "short:112"),
        ("113", "short:113"),
        ("116117", "short:116117"),
        ("1801", "short:1801"),
        ("14020", "short:14020"),
        ("101", "ext:101"),
        ("999", "ext:999"),
        ("sip:615@pbx.example.nl", "ext:615"),
        ("s", ""),
        ("h", ""),
        ("unavailable", ""),
        ("Restricted", ""),
        ("*21*0612345678#", ""),
        ("", ""),
        ("3,16123E+10", None),
        ('="31201234567"', "+31201234567"),
        ("'+31201234567", "+31201234567"),
        ('="3,16123E+10"', None),
        ('=""', ""),
        ("+31112", "short:112"),
        ("0031112", "short:112"),
        ("31116117", "short:116117"),
        ("+3114020", "short:14020"),
        ("+31\u0661", ""),
        ("\uff10\uff12\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "+31201234567"),
    ],
)
def test_a_number_of_a_dutch_switch_is_read(text: str, number: str | None) -> None:
    assert read_number(text, "national") == number


def test_digits_mean_what_the_source_declares() -> None:
    assert read_number("314123456", "national") == "+31314123456"
    assert read_number("314123456", "international") == "+314123456"


@pytest.mark.parametrize("case", [case for case in CASES if case["context"] == "cdr/NL" and case["e164"]], ids=str)
def test_every_known_number_of_a_switch_is_read_as_the_plan_reads_it(case: dict[str, str]) -> None:
    forms: tuple[NumberFormat, ...] = ("national", "international")
    assert case["e164"] in {read_number(case["input"], form) for form in forms}


WRITTEN = st.one_of(
    st.from_regex(r"0[0-9]{4,11}|\+?[0-9]{1,17}|sip:0[1-9][0-9]{8}@host|[0-9],[0-9]+E\+10", fullmatch=True), st.text()
)


@given(texts=st.lists(WRITTEN, max_size=20), form=st.sampled_from(["national", "international"]))
def test_a_column_of_numbers_is_read_as_each_of_them(texts: list[str], form: NumberFormat) -> None:
    one_by_one = [read_number(text, form) for text in texts]
    column = read_numbers(pa.array(texts, pa.string()), form).to_pylist()
    assert column == [BROKEN_NUMBER if number is None else number for number in one_by_one]

"""Columns of coded texts do what lists of texts do."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.dialects import dialects
from cdr.ingest.calls import Coded, _kept
from cdr.ingest.lines import _are_plain, _sort_out

TEXTS = st.lists(st.sampled_from(["", "a", "b", "+31201234567", "ext:101", "é"]), max_size=30)
LINES = st.lists(st.text(st.sampled_from('a",; \t\r\0'), max_size=6).map(str.encode), min_size=1, max_size=12)


def coded(texts: list[str]) -> Coded:
    return Coded.of(pa.array(texts, pa.string()))


def listed(column: Coded) -> list[str]:
    found: list[str] = column.arrow().to_pylist()
    return found


@given(TEXTS, TEXTS)
def test_one_column_followed_by_another_has_the_texts_of_both(first: list[str], second: list[str]) -> None:
    joined = coded(first).followed_by(coded(second))
    assert listed(joined) == first + second
    assert sorted(joined.values) == sorted(set(first) | set(second))


@given(TEXTS, st.data())
def test_a_compact_column_has_each_of_its_texts_once(texts: list[str], data: st.DataObject) -> None:
    stays = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))), dtype=np.bool_)
    left = [text for text, kept in zip(texts, stays.tolist(), strict=True) if kept]
    compact = coded(texts).keep(stays).compact()
    assert (listed(compact), sorted(compact.values)) == (left, sorted(set(left)))


@given(TEXTS)
def test_the_rows_that_are_filled_are_those_with_a_text(texts: list[str]) -> None:
    assert coded(texts).filled().tolist() == [bool(text) for text in texts]


@pytest.mark.parametrize("length", [0, 1, 50, 500])
@pytest.mark.parametrize("every", [1, 2, 50, 499])
def test_rows_that_are_kept_are_kept_in_their_order(length: int, every: int) -> None:
    values = [str(number).encode() for number in range(length)]
    stays = np.arange(length) % every != every - 1
    kept = _kept(pa.array(values, pa.binary()), stays)
    assert kept.to_pylist() == [value for value, stay in zip(values, stays.tolist(), strict=True) if stay]


@given(LINES)
def test_lines_that_are_plain_need_no_sorting_out(lines: list[bytes]) -> None:
    dialect = dialects()["asterisk"]
    good: list[bytes] = []
    for number, line in enumerate(lines, start=1):
        _sort_out(number, line.removesuffix(b"\r"), dialect, good, [], [])
    plain = _are_plain(b"\n".join(lines) + b"\n", dialect)
    assert not plain or good == lines
    assert plain or good != lines or any(b"\r" in line or line[:1].isspace() for line in lines)

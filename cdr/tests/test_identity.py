"""Numbers that stand for texts: the same whichever way they are made, and the same for ever."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest.identity import _one, numbers_of

TEXTS = st.text(max_size=90)


@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_a_text_has_the_same_number_in_any_company(texts: list[str]) -> None:
    assert numbers_of(pa.array(texts, pa.string())).tolist() == [_one(text) for text in texts]


@given(st.lists(st.text(st.characters(max_codepoint=127), max_size=40), unique=True, max_size=50))
def test_different_texts_have_different_numbers(texts: list[str]) -> None:
    assert len(set(numbers_of(pa.array(texts, pa.string())).tolist())) == len(texts)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", -2152535657050944081),
        ("main-1792048320.1|1", -1761931638450786946),
        ("a\0", -1304579202447773482),
        ("e\u0301", 7894974504798537530),
    ],
)
def test_the_numbers_of_yesterday_are_those_of_today(text: str, number: int) -> None:
    assert numbers_of(pa.array([text], pa.string())).tolist() == [number]

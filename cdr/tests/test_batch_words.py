"""What there is to say of a file, in Dutch."""

import pytest
from django.utils.translation import override

from cdr.batch_words import problem_words
from cdr.ingest.problems import ALL, NO_COLUMNS, OTHER_COUNTS, TOO_FEW_COLUMNS

VALUES = {
    "path": "/a",
    "name": "b.csv",
    "title": "Generic CSV",
    "missing": "id, start",
    "found": 3,
    "wanted": 16,
    "count": 2,
    "kind": "ValueError",
}


@pytest.mark.parametrize("sentence", ALL)
def test_every_sentence_is_said_in_the_readers_language_with_its_values(sentence: str) -> None:
    stored = sentence % VALUES
    with override("nl"):
        dutch = problem_words(stored)
    assert dutch != stored
    assert all(str(value) in dutch for name, value in VALUES.items() if f"%({name})s" in sentence)
    with override("en"):
        assert problem_words(stored) == stored


def test_sentences_that_are_alike_are_told_apart() -> None:
    with override("nl"):
        assert "minstens 16" in problem_words(TOO_FEW_COLUMNS % VALUES)
        assert "minstens" not in problem_words(OTHER_COUNTS % VALUES)
        assert "<b>" in problem_words(NO_COLUMNS % {**VALUES, "missing": "<b>"})


def test_what_is_none_of_ours_stays_as_it_is() -> None:
    assert problem_words("100 % other") == "100 % other"

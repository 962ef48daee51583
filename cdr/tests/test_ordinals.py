"""Rows without an id are told apart by what they say and how often they came, in bounded memory."""

import tracemalloc
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest import ordinals
from cdr.ingest.ordinals import Ordinals


@given(rows=st.lists(st.integers(0, 30).map(lambda number: b"row %d" % number)), size=st.integers(1, 7))
def test_the_second_and_each_further_row_of_the_same_words_has_a_name_of_its_own(rows: list[bytes], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordinals, "MOST_RECENT", 3)
        counted = Ordinals()
        found = [name for start in range(0, len(rows), size) for name in counted.names(rows[start : start + size])]
    seen: Counter[bytes] = Counter()
    expected = []
    for row in rows:
        seen[row] += 1
        [plain] = Ordinals().names([row])
        expected.append(plain if seen[row] == 1 else f"{plain}#{seen[row]}")
    assert found == expected


def test_rows_are_remembered_in_a_few_bytes_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordinals, "MOST_RECENT", 10_000)
    counted = Ordinals()
    tracemalloc.start()
    for start in range(0, 200_000, 20_000):
        counted.names([b"%d" % number for number in range(start, start + 20_000)])
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000 * 20
    assert counted.name(b"7").endswith("#2")

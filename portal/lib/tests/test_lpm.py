import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.lpm import NO_MATCH, PrefixTable, encode, encode_one

# Few digits, zero and nine among them, so that nesting, padding and the ends of ranges are met often.
DIGITS = st.text(alphabet="0139", max_size=17)
PREFIXES = st.dictionaries(st.text(alphabet="0139", max_size=6), st.integers(0, 99), max_size=30)


def oracle(prefixes: dict[str, int], number: str) -> int:
    for length in range(min(len(number), 15), -1, -1):
        if number[:length] in prefixes:
            return prefixes[number[:length]]
    return NO_MATCH


@given(PREFIXES, st.lists(DIGITS, max_size=40))
def test_matching_agrees_with_a_plain_loop_over_all_lengths(prefixes: dict[str, int], numbers: list[str]) -> None:
    table = PrefixTable.build(prefixes.items())
    expected = [oracle(prefixes, number) for number in numbers]
    assert table.match(np.array(numbers, dtype=object)).tolist() == expected
    assert table.match(pd.Series(numbers, dtype="str")).tolist() == expected
    assert [table.match_one(number) for number in numbers] == expected


def test_a_number_shorter_than_a_prefix_does_not_match_it_by_its_zeros() -> None:
    table = PrefixTable.build([("31", 1), ("3100", 2)])
    assert table.match(np.array(["31", "310", "3100", "31000"])).tolist() == [1, 1, 2, 2]


def test_numbers_rank_above_generic_prefixes() -> None:
    table = PrefixTable.build([("31", 0), ("316", 1), ("31970", 2), ("1", 3), ("1876", 4), ("44", 5), ("441534", 6)])
    numbers = np.array(
        ["31201234567", "31612345678", "3197012345678", "12025550123", "18765551234", "441534123456", "49"]
    )
    assert table.match(numbers).tolist() == [0, 1, 2, 3, 4, 6, NO_MATCH]


def test_what_is_not_digits_matches_nothing() -> None:
    table = PrefixTable.build([("", 7)])
    odd = np.array(["+31", "31 6", "3x", "٣١", "3\x001", "", "31"], dtype=object)
    assert table.match(odd).tolist() == [NO_MATCH] * 5 + [7, 7]
    assert [table.match_one(number) for number in odd] == [NO_MATCH] * 5 + [7, 7]
    assert table.match(pd.Series(["31", None], dtype="str")).tolist() == [7, 7]


@given(st.lists(DIGITS, min_size=2))
def test_codes_sort_as_the_numbers_do(numbers: list[str]) -> None:
    cut = [number[:15] for number in numbers]
    assert encode(np.array(cut)).tolist() == [encode_one(number) for number in cut]
    assert sorted(cut) == sorted(cut, key=encode_one)


def test_an_empty_table_and_an_empty_list_are_fine() -> None:
    assert PrefixTable.build([]).match(np.array(["31"])).tolist() == [NO_MATCH]
    assert PrefixTable.build([("3", 1)]).match(np.array([], dtype=object)).tolist() == []


@pytest.mark.parametrize("pairs", [[("31", 1), ("31", 2)], [("3a", 1)], [("1" * 16, 1)], [("31", -1)]])
def test_a_table_that_cannot_be_right_is_refused(pairs: list[tuple[str, int]]) -> None:
    with pytest.raises(ValueError, match="prefix"):
        PrefixTable.build(pairs)

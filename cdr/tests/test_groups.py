import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest.groups import groups

KEY = st.integers(0, 3) | st.integers(0, 2**40)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[KEY] * width), min_size=1, max_size=30)))
def test_rows_with_equal_keys_stand_together_in_the_order_of_the_keys(rows: list[tuple[int, ...]]) -> None:
    order, starts = groups([np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)])
    pieces = [[rows[place] for place in piece] for piece in np.split(order, starts[1:])]
    assert [row for piece in pieces for row in piece] == sorted(rows)
    assert [piece[0] for piece in pieces] == sorted(set(rows))

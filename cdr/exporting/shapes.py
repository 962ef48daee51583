"""How numbers are written, as SQL that writes each number to the letter as the pages do.

What `portal.lib.numbers` makes of a Dutch number depends on its first digits and its length only, so each shape is
asked of it once and becomes an expression. Every other number (abroad, short codes, extensions) leaves the database
between two marks, and Python writes it in passing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from portal.lib.csvsafe import GUARD
from portal.lib.numbers.plan import LONGEST
from portal.lib.numbers.showing import MASKED_DIGITS

OWN_MARK, OTHER_MARK = "\x02", "\x03"  # in no value: the guard against formulas drops control characters
MARKS = (OWN_MARK.encode(), OTHER_MARK.encode())
DUTCH = "+31"
FIRST_DIGITS = 3  # behind +31; the numbering plan looks no further
LENGTHS = range(len(DUTCH) + FIRST_DIGITS, 19)  # of the stored form
DIGITS = "0123456789"
FEWEST_MASKED = 7  # digits; `mask` leaves shorter ones as they are
NUMBERS_KEPT = 20_000

type Shape = tuple[str | int, ...]  # text as it is, and places (from 1) in the stored number
type Write = Callable[[str], str]  # a stored number as its cell


def sql_text(text: str) -> str:
    """A text as SQL writes it; standard_conforming_strings is on, as psycopg requires."""
    return "'" + text.replace("'", "''") + "'"


def _left_to_python(column: str, mark: str) -> str:
    return f"'{mark}' || {column} || '{mark}'"


def _is_e164(column: str) -> str:
    return f"left({column}, 1) = '+' AND ltrim(substr({column}, 2), '{DIGITS}') = ''"


def for_people(column: str, write: Write, mark: str) -> str:
    """An expression that writes the number in `column` as `write` does, or leaves it to Python."""
    by_length: dict[int, dict[Shape, list[str]]] = {}
    for length in LENGTHS:
        shapes = _shapes(length, write)
        if any(shape[0] == "0" for shape in shapes):  # else the plan knows no number of this length
            by_length[length] = shapes
    branches = " ".join(f"WHEN {length} THEN {_of_shapes(column, found)}" for length, found in by_length.items())
    rest = _left_to_python(column, mark)
    dutch = f"left({column}, {len(DUTCH)}) = '{DUTCH}' AND {_is_e164(column)}"
    return f"CASE WHEN {dutch} THEN CASE length({column}) {branches} ELSE {rest} END ELSE {rest} END"


def for_programs(column: str, mark: str, *, masked: bool) -> str:
    """An expression that writes an E.164 number as it is stored, or masked as `mask` does and guarded as `cell` does."""
    rest = _left_to_python(column, mark)
    if not masked:
        return f"CASE WHEN {_is_e164(column)} AND length({column}) BETWEEN 2 AND {LONGEST + 1} THEN {column} ELSE {rest} END"
    hidden = f"'{GUARD * 2}' || left({column}, -{MASKED_DIGITS}) || '{'x' * MASKED_DIGITS}'"
    long = f"length({column}) BETWEEN {FEWEST_MASKED + 1} AND {LONGEST + 1}"
    return f"CASE WHEN {_is_e164(column)} AND {long} THEN {hidden} ELSE {rest} END"


def _shapes(length: int, write: Write) -> dict[Shape, list[str]]:
    """Which first digits have which shape, the most usual shape last."""
    found: dict[Shape, list[str]] = defaultdict(list)
    for number in range(10**FIRST_DIGITS):
        first = f"{number:0{FIRST_DIGITS}}"
        stored = f"{DUTCH}{first}".ljust(length, "1")
        found[shape_of(stored, write(stored))].append(first)
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def shape_of(stored: str, cell: str) -> Shape:
    """The places of the stored digits in a cell: `+31612345678` in `06 12 34 56 78`. ValueError where they do not fit."""
    place = 1 if "+" in cell[:2] else len(DUTCH)
    shape: list[str | int] = []
    for at, character in enumerate(cell):
        if character in DIGITS and not (at == 0 and place == len(DUTCH)):
            if stored[place] != character:
                raise ValueError(f"{cell} does not spell {stored}")
            shape.append(place + 1)
            place += 1
        else:
            place += character == "x"  # a masked digit
            shape.append(character)
    if place != len(stored):
        raise ValueError(f"{cell} is not all of {stored}")
    return tuple(shape)


def _of_shapes(column: str, shapes: dict[Shape, list[str]]) -> str:
    first = f"substr({column}, {len(DUTCH) + 1}, {FIRST_DIGITS})"
    *special, usual = shapes.items()
    branches = " ".join(
        f"WHEN {first} = ANY ('{{{','.join(digits)}}}') THEN {_spelled(column, shape)}" for shape, digits in special
    )
    last = _spelled(column, usual[0])
    return f"CASE {branches} ELSE {last} END" if branches else last


def _spelled(column: str, shape: Shape) -> str:
    return " || ".join(_pieces(column, shape))


def _pieces(column: str, shape: Shape) -> Iterator[str]:
    for kind, group in groupby(
        enumerate(shape), key=lambda pair: pair[1] - pair[0] if isinstance(pair[1], int) else ""
    ):
        parts = [part for _, part in group]
        if kind == "":
            yield sql_text("".join(map(str, parts)))
        else:
            yield f"substr({column}, {parts[0]}, {len(parts)})"


def expander(writes: Mapping[str, Write]) -> Callable[[bytes], bytes]:
    """Writes what the database left between marks in a block of rows; `writes` gives the cell of each mark.

    COPY has quoted a cell where it must, and nothing that Python adds to a number makes quotes necessary.
    """

    @lru_cache(NUMBERS_KEPT)
    def spelled(mark: bytes, stored: bytes) -> bytes:
        return writes[mark.decode()](stored.decode().replace('""', '"')).replace('"', '""').encode()

    def expand(block: bytes) -> bytes:
        for mark in MARKS:
            pieces = block.split(mark)  # text, number, text, number, text
            if len(pieces) > 1:
                pieces[1::2] = [spelled(mark, number) for number in pieces[1::2]]
                block = b"".join(pieces)
        return block

    return expand

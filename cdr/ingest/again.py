"""Rejected rows as a file that can be loaded: the bytes that were delivered, below the line that names their columns."""

import csv
import hashlib
from collections.abc import Iterator

from cdr.dialects import Dialect

NUL = "\u2400"  # how a NUL is kept, which PostgreSQL refuses
# Rows of which a part is missing: loaded by themselves they would pass for something else.
NEVER = frozenset({"cut_off", "too_long"})
# Halves of calls that came in different files: each is mended by the other, when it comes.
HALVES = frozenset({"no_begin", "no_end"})


def delivered(raw: str, fingerprint: str) -> bytes | None:
    """The row as it was delivered; None when it cannot be had any more.

    What is kept is text, read as UTF-8 or else as Latin-1; the fingerprint of the row tells which of them it was. It
    matters: a source without ids names its records by their bytes.
    """
    wanted = fingerprint.partition("#")[0]
    for encoding in ("utf-8", "latin-1"):
        for text in (raw, raw.replace(NUL, "\0")):
            try:
                row = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            if hashlib.blake2b(row, digest_size=12).hexdigest() == wanted:
                return row
    return None


def shape(row: bytes, dialect: Dialect) -> int:
    """What rows without a header have in common in one file: the number of cells, which tells the layouts of a dialect apart."""
    if dialect.format != "csv":
        return 0
    return len(next(csv.reader([row.decode("latin-1")], delimiter=dialect.delimiter), []))


def as_file(header: str, rows: list[bytes]) -> Iterator[bytes]:
    """The lines of a file."""
    if header:
        yield header.encode("latin-1") + b"\n"
    for row in rows:
        yield row + b"\n"

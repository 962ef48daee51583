"""JSON documents, however they follow each other."""

import io
import json

import pytest

from cdr.dialects import dialects
from cdr.ingest.parse import Chunk, FileProblem, read_chunks

DIALECT = dialects()["freeswitch-json"]


def read(content: bytes, rows: int = 1000) -> list[Chunk]:
    return list(read_chunks(io.BytesIO(content), DIALECT, rows=rows))


def document(number: int, **variables: str) -> dict[str, object]:
    return {"variables": {"uuid": f"u-{number}", "call_uuid": "", **variables}}


def ids(chunks: list[Chunk]) -> list[bytes]:
    return [cell for chunk in chunks for cell in chunk.cells["variables.uuid"].to_pylist()]


DOCUMENTS = [document(number) for number in range(5)]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, DOCUMENTS)),
        "\r\n".join(map(json.dumps, DOCUMENTS)) + "\r\n",
        "".join(map(json.dumps, DOCUMENTS)),
        json.dumps(DOCUMENTS),
        json.dumps(DOCUMENTS, indent=2),
        "\ufeff" + json.dumps(DOCUMENTS[:2]) + "\n" + json.dumps(DOCUMENTS[2:], indent=2),
    ],
    ids=["a line each", "with carriage returns", "after each other", "an array", "indented", "two arrays and a mark"],
)
@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_every_document_is_one_row_however_they_follow_each_other(content: str, rows: int) -> None:
    chunks = read(content.encode(), rows)
    assert ids(chunks) == [f"u-{number}".encode() for number in range(5)]
    assert [line for chunk in chunks for line in chunk.lines.tolist()] == [1, 2, 3, 4, 5]
    assert all(len(chunk.rows) <= rows for chunk in chunks)


def test_a_document_that_is_read_in_two_pieces_is_whole() -> None:
    many = [document(number, filler="x" * 997) for number in range(9_000)]
    assert len(set(ids(read(json.dumps(many).encode())))) == 9_000


def test_a_broken_document_costs_only_itself() -> None:
    whole = json.dumps(DOCUMENTS[0])
    chunks = read(f"{whole}\n{whole[:-5]}\n{whole}\n[1, 2]\n{whole[:-1]}".encode())
    assert len(ids(chunks)) == 2
    assert [(bad.line, bad.reason) for chunk in chunks for bad in chunk.bad] == [
        (2, "document"),
        (4, "document"),
        (5, "document"),
        (6, "cut_off"),
    ]


def test_values_are_decoded_and_bytes_that_are_no_text_are_latin_1() -> None:
    [chunk] = read(b'{"variables": {"uuid": "Zo\xeb", "accountcode": "a%20b%2Bc", "billmsec": 61500}}')
    assert chunk.foreign == 1
    assert chunk.cells["variables.uuid"].to_pylist() == [b"Zo\xeb"]
    assert chunk.cells["variables.accountcode"].to_pylist() == [b"a b+c"]
    assert chunk.cells["variables.billmsec"].to_pylist() == [b"61500"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"[]", "empty"),
        (b'"a","b"\n', "wrong_dialect"),
        ('{"variables": {}}'.encode("utf-16"), "encoding"),
    ],
)
def test_a_file_that_is_something_else_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileProblem) as refused:
        read(content)
    assert refused.value.code == code

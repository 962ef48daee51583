"""Files as a whole: what tells that one is of its source's kind."""

import io
import pickle

import pytest

from cdr.dialects import dialects, read_dialect
from cdr.ingest.parse import Chunk, FileProblem, header_of, read_chunks

WITH_HEADER = sorted(name for name, dialect in dialects().items() if dialect.header)
FREESWITCH = "uuid,caller_id_number,destination_number,start_stamp,answer_stamp,end_stamp,billsec,accountcode,extra"
BROADWORKS = (
    "recordId,type,userNumber,direction,callingNumber,calledNumber,startTime,answerIndicator,answerTime,releaseTime,"
    "chargeIndicator,localCallId,"
)


def read(name: str, content: str | bytes) -> list[Chunk]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(read_chunks(io.BytesIO(raw), dialects()[name], rows=100))


def refusal(name: str, content: str | bytes) -> str:
    with pytest.raises(FileProblem) as refused:
        read(name, content)
    return refused.value.code


@pytest.mark.parametrize("name", WITH_HEADER)
def test_a_file_whose_header_is_missing_is_refused_as_a_whole(name: str) -> None:
    assert refusal(name, "1;acme;0887654000;0201234567\n") == "wrong_dialect"


@pytest.mark.parametrize("name", sorted(dialects()))
def test_a_file_in_utf_16_is_refused_as_a_whole(name: str) -> None:
    assert refusal(name, "id,account\n1,acme\n".encode("utf-16")) == "encoding"


@pytest.mark.parametrize("name", sorted(dialects()))
def test_an_empty_file_and_one_of_another_kind_are_refused_as_a_whole(name: str) -> None:
    assert refusal(name, "") == "empty"
    assert refusal(name, "one,two\nthree,four\n") == "wrong_dialect"


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("freeswitch", FREESWITCH, "u-1,1,2,s,a,e,60,acme,x"),
        ("broadworks", BROADWORKS, "u-1,Normal,1,Originating,1,2,s,Yes,a,r,y,L1,"),
    ],
)
def test_a_first_line_may_name_the_columns_of_a_dialect_that_goes_by_position(name: str, header: str, row: str) -> None:
    content = f"\ufeff{header}\n{row}\n"
    [chunk] = read(name, content)
    [identity, *_] = dialects()[name].identity[0]
    assert chunk.cells[identity].to_pylist() == [b"u-1"]
    assert header_of(io.BytesIO(content.encode()), dialects()[name]) == header.encode()
    assert header_of(io.BytesIO(f"{row}\n".encode()), dialects()[name]) == b""


def test_a_line_that_is_no_row_is_skipped_wherever_it_stands() -> None:
    row = "u-1,Normal,1,Originating,1,2,s,Yes,a,r,y,L1,"
    [chunk] = read("broadworks", f"version=21.0\n{BROADWORKS}\nversion=21.0\n{row}\n")
    assert (chunk.lines.tolist(), chunk.bad) == ([4], ())


def test_a_comma_in_a_value_of_broadworks_is_none_between_values() -> None:
    row = 'u-1,Normal,1,Originating,1,2,s,Yes,a,r,y,L1,Bakker\\, "Zn'
    [chunk] = read("broadworks", f"{BROADWORKS}\n{row}\n")
    assert (len(chunk.rows), chunk.bad) == (1, ())


def test_a_dialect_with_an_unknown_converter_is_no_dialect() -> None:
    text = 'name = "x"\ntitle = "x"\nlegs = "plain"\n[identity]\n0 = ["id"]\n[fields]\nstart = { column = "s", as = "time" }'
    with pytest.raises(ValueError, match="no converter time"):
        read_dialect(text)


@pytest.mark.parametrize("name", sorted(dialects()))
def test_a_dialect_goes_to_another_process(name: str) -> None:
    assert pickle.loads(pickle.dumps(dialects()[name])) == dialects()[name]  # noqa: S301 - our own

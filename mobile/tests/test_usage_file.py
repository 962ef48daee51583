"""Reading usage files: every row is a reading or a reject with its reason, and a wrong file is refused whole."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.usage_file import COLUMNS, Cause, Counter, NotAUsageFile, Reading, Reason, Reject, parse
from portal.lib.periods import Month

HEAD = ",".join(COLUMNS)
GOOD = "+31612345601,8931081700000000012,2026-11,data,4200.5,MB,2026-11-20T13:40:00+01:00,,"


def read(*rows: str, head: str = HEAD) -> list[Reading | Reject]:
    return list(parse("\n".join([head, *rows]).encode()))


def test_a_counter_is_read_in_base_units_and_utc() -> None:
    (row,) = read(GOOD)
    assert row == Reading(
        line=2,
        raw=GOOD,
        msisdn="+31612345601",
        iccid="8931081700000000012",
        period=Month(2026, 11),
        counter=Counter.DATA,
        used=4_200_500_000,
        as_of=datetime(2026, 11, 20, 12, 40, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("bundle", "used", "unit", "base"),
    [
        ("data", "1", "GB", 10**9),
        ("data", "1", "kb", 1000),
        ("voice", "2.5", "min", 150),
        ("voice", "61", "s", 61),
        ("sms", "12", "sms", 12),
        ("cost", "31.2", "EUR", 31_200_000),
        ("cost", "0.0000005", "EUR", 1),
    ],
)
def test_each_bundle_has_its_units(bundle: str, used: str, unit: str, base: int) -> None:
    (row,) = read(f"0612345601,,2026-11,{bundle},{used},{unit},2026-11-20T13:40+01:00,,")
    assert isinstance(row, Reading)
    assert row.used == base


def test_a_cost_names_its_cause_and_its_country() -> None:
    (row,) = read("0612345601,,2026-11,cost,31.20,EUR,2026-11-20T13:40Z,data_abroad,ch")
    assert isinstance(row, Reading)
    assert (row.cause, row.country) == (Cause.DATA_ABROAD, "CH")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0612345601,,2026-11,data,1,MB", Reason.COLUMNS),
        ('0612345601,,2026-11,data,1,MB,2026-11-20T13:40Z,,"', Reason.COLUMNS),
        ("12,,2026-11,data,1,MB,2026-11-20T13:40Z,,", Reason.NUMBER),
        ("112,,2026-11,data,1,MB,2026-11-20T13:40Z,,", Reason.NUMBER),
        ("0612345601,89A,2026-11,data,1,MB,2026-11-20T13:40Z,,", Reason.SIM),
        ("0612345601,,2026-13,data,1,MB,2026-11-20T13:40Z,,", Reason.PERIOD),
        ("0612345601,,nov,data,1,MB,2026-11-20T13:40Z,,", Reason.PERIOD),
        ("0612345601,,2026-11,fax,1,MB,2026-11-20T13:40Z,,", Reason.BUNDLE),
        ("0612345601,,2026-11,data,-1,MB,2026-11-20T13:40Z,,", Reason.USED),
        ("0612345601,,2026-11,data,1e9,MB,2026-11-20T13:40Z,,", Reason.USED),
        ("0612345601,,2026-11,data,٣,MB,2026-11-20T13:40Z,,", Reason.USED),
        ("0612345601,,2026-11,data," + "9" * 40 + ",GB,2026-11-20T13:40Z,,", Reason.USED),
        ("0612345601,,2026-11,data,1,min,2026-11-20T13:40Z,,", Reason.UNIT),
        ("0612345601,,2026-11,data,1,MB,2026-11-20T13:40,,", Reason.AS_OF),
        ("0612345601,,2026-11,data,1,MB,2026-10-20T13:40Z,,", Reason.AS_OF),
        ("0612345601,,2026-11,data,1,MB,yesterday,,", Reason.AS_OF),
        ("0612345601,,2026-11,cost,1,EUR,2026-11-20T13:40Z,because,", Reason.CAUSE),
        ("0612345601,,2026-11,cost,1,EUR,2026-11-20T13:40Z,premium,Peru", Reason.CAUSE),
    ],
)
def test_a_row_that_cannot_be_read_is_put_aside_with_its_reason(row: str, reason: Reason) -> None:
    assert read(row, GOOD) == [Reject(2, row, reason), *read("", GOOD)]


def test_a_counter_of_the_last_month_may_come_in_later() -> None:
    (row,) = read("0612345601,,2026-10,data,1,MB,2026-11-03T13:40Z,,")
    assert isinstance(row, Reading)


def test_semicolons_a_byte_order_mark_and_another_order_of_columns_are_read_as_well() -> None:
    content = "\ufeffperiod;msisdn;iccid;bundle;unit;used;as_of\r\n2026-11;0612345601;;sms;sms;3;2026-11-20T13:40Z\r\n"
    (row,) = parse(content.encode())
    assert isinstance(row, Reading)
    assert row.used == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        ("msisdn,naïef\n".encode("latin-1"), "encoding"),
        (b"src,dst,billsec\n1,2,3\n", "header"),
        (b"%PDF-1.7", "header"),
        ((HEAD + ",used\n").encode(), "header"),
    ],
)
def test_a_file_that_is_something_else_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(NotAUsageFile) as caught:
        parse(content)
    assert caught.value.code == code


def test_a_file_cut_off_in_the_middle_loses_only_its_last_row() -> None:
    whole = f"{HEAD}\n{GOOD}\n{GOOD}".encode()
    cut = list(parse(whole[:-30]))
    assert isinstance(cut[0], Reading)
    assert isinstance(cut[1], Reject)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=10))
def test_no_content_stops_a_file(rows: list[str]) -> None:
    made = read(*rows)
    assert all(isinstance(row, Reading | Reject) for row in made)

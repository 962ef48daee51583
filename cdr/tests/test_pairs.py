"""Rows of Kamailio that are one call, in whatever order and pieces they come."""

import io
import random
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer, Partner
from accounts.tenancy import Crossing, crossing
from cdr.dialects import dialects
from cdr.ingest import legs_kamailio
from cdr.ingest.parse import Chunk, read_chunks
from cdr.ingest.read import Ordinals, Reading, read_calls, window_around
from cdr.models import CallRecord, Reject
from cdr.services import pipeline
from cdr.services.deliveries import load_queue
from cdr.services.rejects import load_again
from cdr.tests.worlds import a_source, a_tariff, counts, load, write
from cdr.vocabulary import Flag, Leg

DIALECT = dialects()["kamailio"]
HEADER = "method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,dst_user,account"


def row(method: str, call: int, *, code: int = 200, minute: int = 0, swapped: bool = False, tag: str = "t") -> str:
    tags = (f"{tag}{call}", f"f{call}") if swapped else (f"f{call}", f"{tag}{call}")
    return f"{method},{tags[0]},{tags[1]},c{call},{code},x,2026-10-15 09:{minute:02d}:00,0887654000,0201234567,acme"


def read(rows: list[str], size: int = 1000) -> list[Chunk]:
    content = "\n".join([HEADER, *rows]) + "\n"
    return list(read_chunks(io.BytesIO(content.encode()), DIALECT, rows=size))


def talks(chunks: list[Chunk]) -> set[tuple[bytes, bytes, bytes]]:
    """Dialog, answer and end of every call."""
    columns = ("dialog", "answer", "end")
    found = [zip(*(chunk.cells[name].to_pylist() for name in columns), strict=True) for chunk in chunks]
    return {talk for chunk in found for talk in chunk}


def reasons(chunks: list[Chunk]) -> list[str]:
    return sorted(bad.reason for chunk in chunks for bad in chunk.bad)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 30),
    st.randoms(use_true_random=False),
)
def test_calls_are_paired_in_any_order_and_over_any_chunks(
    kinds: list[tuple[bool, bool]], size: int, chance: random.Random
) -> None:
    rows = []
    for call, (swapped, ended) in enumerate(kinds):
        rows.append(row("INVITE", call, minute=call))
        if ended:
            rows.append(row("BYE", call, minute=call + 1, swapped=swapped))
    chance.shuffle(rows)
    chunks = read(rows, size)
    expected = {
        (
            f"c{call}|f{call}|t{call}".encode(),
            f"2026-10-15 09:{call:02d}:00".encode(),
            f"2026-10-15 09:{call + 1:02d}:00".encode(),
        )
        for call, (_, ended) in enumerate(kinds)
        if ended
    }
    assert talks(chunks) == expected
    assert reasons(chunks) == ["no_end"] * sum(not ended for _, ended in kinds)


def test_the_same_call_id_with_other_tags_is_another_call() -> None:
    chunks = read([row("INVITE", 1), row("INVITE", 1, tag="u"), row("BYE", 1, minute=5)])
    assert len(talks(chunks)) == 1
    assert reasons(chunks) == ["no_end"]


def test_an_invite_that_is_repeated_within_a_call_and_a_second_bye_change_nothing_but_the_end() -> None:
    rows = [
        row("INVITE", 1),
        row("INVITE", 1, minute=3),
        row("BYE", 1, minute=5),
        row("BYE", 1, minute=6, swapped=True),
    ]
    [(_, answer, end)] = talks(read(rows))
    assert (answer, end) == (b"2026-10-15 09:00:00", b"2026-10-15 09:06:00")


@pytest.mark.django_db
def test_a_bye_that_comes_again_long_after_its_call_changes_nothing(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legs_kamailio, "MOST_DONE", 2)
    monkeypatch.setattr(pipeline, "WAITING_LINES", 1)  # calls are loaded long before as many are whole
    a_tariff()
    rows = [line for call in range(9) for line in (row("INVITE", call), row("BYE", call, minute=1))]
    path = write(tmp_path, [HEADER, *rows, row("BYE", 0, minute=1), row("BYE", 8, minute=1)])
    batch = load(path, a_source("kamailio", time_zone="UTC"), chunk_rows=4)
    assert (batch.loaded, batch.rejected) == (9, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("order", [("INVITE", "BYE"), ("BYE", "INVITE")])
def test_the_halves_of_a_call_find_each_other_in_two_files(
    acme: Customer, tmp_path: Path, order: tuple[str, str]
) -> None:
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    rows = {"INVITE": row("INVITE", 1), "BYE": row("BYE", 1, minute=2, swapped=True)}
    other = row("INVITE", 2)
    first = write(tmp_path, [HEADER, rows[order[0]], other], "a.csv")
    second = write(tmp_path, [HEADER, rows[order[1]]], "b.csv")
    assert counts(load(first, source)) == (2, 0, 0, 2, 0)
    assert counts(load(second, source)) == (1, 1, 0, 0, 0)
    with crossing(Crossing.OPERATE):
        assert [(record.seconds, record.micros) for record in CallRecord.objects.all()] == [(120, 75_000)]
    assert list(Reject.objects.filter(resolved_at=None).values_list("record_id", flat=True)) == ["c2|f2|t2"]


@pytest.mark.django_db
def test_files_that_overlap_and_files_that_come_again_load_a_call_once(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    invite, bye = row("INVITE", 1), row("BYE", 1, minute=2)
    load(write(tmp_path, [HEADER, invite], "a.csv"), source)
    assert counts(load(write(tmp_path, [HEADER, invite, bye], "b.csv"), source)) == (1, 1, 0, 0, 0)
    assert counts(load(write(tmp_path, [HEADER, bye, invite], "c.csv"), source)) == (1, 0, 1, 0, 0)
    for number, half in enumerate((invite, bye)):
        assert counts(load(write(tmp_path, [HEADER, half], f"half-{number}.csv"), source)) == (1, 0, 1, 0, 0)
    assert not Reject.objects.filter(resolved_at=None).exists()
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.count() == 1


def lengths() -> list[tuple[int, int]]:
    """Leg and seconds of every record, in the order in which they were booked."""
    with crossing(Crossing.OPERATE):
        return list(CallRecord.objects.order_by("revision").values_list("leg", "seconds"))


@pytest.mark.django_db
def test_an_export_that_begins_within_a_call_does_not_shorten_it(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    again, bye = row("INVITE", 1, minute=3, swapped=True), row("BYE", 1, minute=5)
    load(write(tmp_path, [HEADER, row("INVITE", 1), again, bye], "a.csv"), source)
    for name, size in (("b.csv", 1000), ("c.csv", 1)):
        assert counts(load(write(tmp_path, [HEADER, again, bye], name), source, chunk_rows=size)) == (1, 0, 1, 0, 0)
    assert lengths() == [(Leg.CALL, 300)]
    # What is really new still counts: a later end.
    later = row("BYE", 1, minute=6)
    assert counts(load(write(tmp_path, [HEADER, again, later], "d.csv"), source)) == (1, 1, 0, 0, 0)
    assert lengths() == [(Leg.CALL, 300), (Leg.REVERSAL, -300), (Leg.CALL, 360)]
    assert counts(load(write(tmp_path, [HEADER, again, bye], "e.csv"), source)) == (1, 0, 1, 0, 0)
    assert len(lengths()) == 3


@pytest.mark.django_db
def test_a_call_of_which_the_first_invite_comes_late_gets_its_whole_length_and_keeps_it(
    acme: Customer, tmp_path: Path
) -> None:
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    first, again, bye = row("INVITE", 1), row("INVITE", 1, minute=3), row("BYE", 1, minute=5)
    load(write(tmp_path, [HEADER, again, bye], "a.csv"), source)
    assert counts(load(write(tmp_path, [HEADER, first, bye], "b.csv"), source)) == (1, 1, 0, 0, 0)
    assert lengths() == [(Leg.CALL, 120), (Leg.REVERSAL, -120), (Leg.CALL, 300)]
    assert counts(load(write(tmp_path, [HEADER, again, bye], "c.csv"), source)) == (1, 0, 1, 0, 0)


@pytest.mark.django_db
def test_a_refused_invite_of_the_same_call_does_not_come_twice(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    refused = row("INVITE", 1, code=407)
    again, bye = row("INVITE", 1, minute=3), row("BYE", 1, minute=5)
    load(write(tmp_path, [HEADER, refused, row("INVITE", 1), again, bye], "a.csv"), source)
    assert counts(load(write(tmp_path, [HEADER, again, bye], "b.csv"), source)) == (1, 0, 1, 0, 0)
    assert lengths() == [(Leg.LEG, 0), (Leg.CALL, 300)]


@pytest.mark.parametrize(
    ("answer", "end", "start", "guessed"),
    [
        ("02:10", "03:20", 0, True),  # 70 minutes or 130
        ("02:10", "02:50", 0, True),
        ("02:50", "02:10", 0, False),  # only so the end is behind the answer
        ("01:50", "02:10", -1, False),
    ],
)
def test_a_call_in_the_doubled_hour_is_marked_as_guessed_where_only_the_guess_tells_its_length(
    answer: str, end: str, start: int, guessed: bool
) -> None:
    rows = [
        row(method, 1).replace("2026-10-15 09:00", f"2026-10-25 {time}")
        for method, time in (("INVITE", answer), ("BYE", end))
    ]
    reading = Reading(dialect=DIALECT, zone=ZoneInfo("Europe/Amsterdam"), number_format="national")
    window = window_around(1_795_000_000_000_000)
    [calls] = [read_calls(chunk, reading, window, Ordinals())[0] for chunk in read(rows) if chunk.rows]
    began = datetime.fromtimestamp(int(calls.start[0]) / 1_000_000, UTC)
    assert (began.hour, began.minute) == (start % 24, int(answer[3:]))
    assert bool(calls.flags[0] & Flag.TIME_GUESSED) is guessed


@pytest.mark.django_db
def test_both_halves_are_loaded_again_together_once_their_customer_exists(
    acme: Customer, north: Partner, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    a_tariff()
    source = a_source("kamailio", name="kamailio")
    for name, half in (("a.csv", row("INVITE", 1)), ("b.csv", row("BYE", 1, minute=2))):
        load(write(tmp_path, [HEADER, half.replace("acme", "cedar")], name), source)
    Customer.objects.create(
        reference="cedar", name="Cedar", partner=north, street="Bos 3", postcode="1011 AA", city="Amsterdam"
    )
    [again] = load_again(source=source, reason="unknown_customer", actor=system())
    load_queue(source=source)
    again.refresh_from_db()
    assert counts(again) == (1, 1, 0, 0, 0)
    assert not Reject.objects.filter(resolved_at=None).exists()

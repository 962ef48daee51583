"""Which legs are calls, and whose."""

import io
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.dialects import dialects
from cdr.ingest.attribute import Directory, attribute
from cdr.ingest.calls import Calls
from cdr.ingest.legs import Legs, choose_legs, is_trunk, number_in_dial, ways_of
from cdr.ingest.parse import read_chunks
from cdr.ingest.read import Ordinals, Reading, Window, read_calls
from cdr.tests.worlds import Cells, asterisk_row
from cdr.vocabulary import Direction
from portal.lib.periods import AMSTERDAM

DIRECTORY = Directory({"acme": 1, "birch": 2}, {"+31887654000": 1, "+31887654121": 1, "+31134440000": 2})
READING = Reading(dialects()["asterisk"], AMSTERDAM, "national")
ALWAYS = Window(0, 2**62)


def read(rows: list[str]) -> tuple[Calls, Legs]:
    """The calls and legs of these rows, without any database."""
    [chunk] = read_chunks(io.BytesIO("".join(row + "\n" for row in rows).encode()), READING.dialect, rows=10_000)
    calls, bad = read_calls(chunk, READING, ALWAYS, Ordinals())
    assert not bad
    customers = attribute(calls, DIRECTORY, ways_of("asterisk", calls, ()))
    return calls, choose_legs("asterisk", calls, customers, DIRECTORY, trunks=(), form="national")


legs = st.builds(
    lambda group, peer, called, billsec, answered: Cells(
        linked=f"1792048320.{group}",
        peer=f"{peer}-0000001b" if peer else "",
        dst=called,
        billsec=billsec,
        disposition="ANSWERED" if answered else "NO ANSWER",
    ),
    st.integers(0, 4),
    st.sampled_from(["PJSIP/trunk", "SIP/other", "PJSIP/102", "Local/x@y", ""]),
    st.sampled_from(["0201234567", "0612345678", "102", "s", "0887654000", "112"]),
    st.integers(0, 500),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(legs, min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_each_call_is_one_leg_and_the_same_one_in_whatever_order_the_rows_come(
    cells: list[Cells], chance: random.Random
) -> None:
    rows = [asterisk_row(cell, sequence=number, unique=f"9.{number}") for number, cell in enumerate(cells)]
    calls, found = read(rows)
    chosen = {calls.record_id.text(row) for row in np.flatnonzero(found.is_call).tolist()}
    assert len(chosen) == len({cell["linked"] for cell in cells})
    chance.shuffle(rows)
    calls, found = read(rows)
    assert {calls.record_id.text(row) for row in np.flatnonzero(found.is_call).tolist()} == chosen


@settings(max_examples=60)
@given(st.lists(legs, min_size=1, max_size=25))
def test_a_call_that_left_through_a_trunk_is_never_shown_by_a_leg_that_did_not(cells: list[Cells]) -> None:
    rows = [asterisk_row(cell, sequence=number, unique=f"9.{number}") for number, cell in enumerate(cells)]
    calls, found = read(rows)
    left = {calls.group.text(row) for row in np.flatnonzero(found.left).tolist()}
    billed = {calls.group.text(row) for row in np.flatnonzero(found.left & found.is_call).tolist()}
    assert billed == left


@pytest.mark.parametrize(
    ("channel", "trunk"),
    [
        ("PJSIP/trunk-0000001b", True),
        ("SIP/voip-provider-0000001b", True),
        ("IAX2/upstream-4242", True),
        ("PJSIP/101-0000001b", False),
        ("SIP/101-acme-0000001b", False),
        ("Local/0612345678@fwd-0000001b;2", False),
        ("", False),
    ],
)
def test_a_trunk_is_told_from_an_extension(channel: str, trunk: bool) -> None:
    assert is_trunk(channel, ()) is trunk


def test_named_trunks_are_the_only_ones() -> None:
    assert is_trunk("PJSIP/kpn-01-0000001b", ("kpn-*",))
    assert not is_trunk("PJSIP/trunk-0000001b", ("kpn-*",))


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("PJSIP/0612345678@trunk,30,T", "+31612345678"),
        ("SIP/trunk/0612345678,30", "+31612345678"),
        ("PJSIP/+4930901820@trunk", "+4930901820"),
        ("PJSIP/101,30", ""),
        ("PJSIP/805ec04a1b22,30", ""),
        ("", ""),
    ],
)
def test_the_number_is_read_from_the_arguments_of_dial(dialled: str, number: str) -> None:
    assert number_in_dial(dialled, "national") == number


def test_the_leg_of_an_extension_that_a_trunk_was_told_to_call_is_billed_to_the_number_it_called() -> None:
    _calls, found = read([asterisk_row(dst="201", dialled="PJSIP/0612345678@trunk,30")])
    assert (found.other.text(0), int(found.direction[0]), bool(found.left[0])) == (
        "+31612345678",
        int(Direction.OUTGOING),
        True,
    )

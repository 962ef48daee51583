"""Which leg of a call is the call, which way it went, and to whom.

One call of Asterisk is a row for each dialled leg and for halves of local channels. The customer sees one call and pays
for one: the leg that left through a trunk, once a group, whatever the dispositions say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
import pyarrow.compute as pc

from cdr.dialects import LegRule
from cdr.ingest.attribute import NOBODY, Directory, Ways, call_keys
from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.ingest.numbers import NumberFormat, read_number
from cdr.vocabulary import Direction, Product

_CHANNEL = re.compile(r"(?P<technology>[A-Za-z0-9_]+)/(?P<peer>.+)$")
# A channel's name ends in a number of its own and, for a local one, in its half.
_OWN_NUMBER = r"-[0-9a-fA-F]{6,16}(?:;[12])?$"
OUTSIDE = ("+", "short:")  # numbers in the telephone network, not within the company
_NO_TRUNK = frozenset({"local", "message", "confbridge", "bridge", "agent", "console", "parked", "announce", "async"})
_EXTENSION = re.compile(r"[0-9]{2,4}(?:[-_].*)?")
_DIALLED = re.compile(r"[A-Za-z0-9_]+/(?:[^,|/@]*/)?(?P<number>\+?[0-9]{8,15})(?:@|,|\||$)")


@dataclass(frozen=True, slots=True)
class Legs:
    """What the legs of a chunk are. `left` are the legs that went out to the telephone network."""

    direction: Integers
    left: Mask
    is_call: Mask
    own: Coded
    other: Coded


def is_trunk(channel: str, trunks: tuple[str, ...]) -> bool:
    """Whether a channel belongs to a trunk: one the source names (wildcards allowed), else any that is no extension."""
    found = _CHANNEL.fullmatch(re.sub(_OWN_NUMBER, "", channel))
    if not found or found["technology"].lower() in _NO_TRUNK:
        return False
    peer = found["peer"]
    if trunks:
        return any(fnmatchcase(peer, trunk) or fnmatchcase(channel, trunk) for trunk in trunks)
    return not _EXTENSION.fullmatch(peer)


def number_in_dial(dialled: str, form: NumberFormat) -> str:
    """The number in the arguments of Dial: `PJSIP/0612345678@trunk,30` or `SIP/trunk/0612345678`."""
    found = _DIALLED.match(dialled)
    return (read_number(found["number"], form) or "") if found else ""


def _trunk_rows(channels: Coded, trunks: tuple[str, ...]) -> Mask:
    """The rows whose channel is a trunk. The numbers are taken off first: after that there are few different names."""
    names = Coded.of(pc.replace_substring_regex(channels.arrow(), _OWN_NUMBER, ""))
    return names.where(lambda name: is_trunk(name, trunks))


def ways_of(rule: LegRule, calls: Calls, trunks: tuple[str, ...]) -> Ways:
    """What the source tells of the way of each row before it is known whose it is: its word, or the channels of Asterisk."""
    if rule != "asterisk":
        return Ways(calls.direction == Direction.INCOMING, calls.direction == Direction.FORWARDED)
    from_trunk, by_trunk = _trunk_rows(calls.channel, trunks), _trunk_rows(calls.peer_channel, trunks)
    return Ways(from_trunk & ~by_trunk, from_trunk & by_trunk)


def _targets(calls: Calls, outside: Mask, by_trunk: Mask, form: NumberFormat) -> Coded:
    """Whom each leg calls; the arguments of Dial tell where a trunk was given an extension or no number."""
    unclear = by_trunk & ~outside
    if not unclear.any():
        return calls.called
    dialled = ["", *(number_in_dial(calls.dialled.text(row), form) for row in np.flatnonzero(unclear).tolist())]
    place = np.where(unclear, np.cumsum(unclear), 0)
    return Coded.over(place, dialled).choose(unclear, calls.called)


def _belongs(column: Coded, customers: Integers, numbers: Mapping[str, int]) -> Mask:
    found: Mask = column.lookup(numbers, -1) == customers
    return found


def _first_of_group(keys: Integers, rows: Mask, order: Integers) -> Integers:
    """For each row the position of the first of `rows` in its group (lowest `order`), -1 where there is none."""
    candidates = np.flatnonzero(rows)
    if not len(candidates):
        return np.full(len(keys), -1, dtype=np.int64)
    candidates = candidates[np.argsort(order[candidates], kind="stable")]
    groups, first = np.unique(keys[candidates], return_index=True)
    place = np.minimum(np.searchsorted(groups, keys), len(groups) - 1)
    return np.where(groups[place] == keys, candidates[first][place], -1)


def _asterisk(
    calls: Calls, customers: Integers, directory: Directory, trunks: tuple[str, ...], form: NumberFormat
) -> Legs:
    keys = call_keys(calls)
    by_trunk, from_trunk = _trunk_rows(calls.peer_channel, trunks), _trunk_rows(calls.channel, trunks)
    outside = calls.called.starting(*OUTSIDE)
    target = _targets(calls, outside, by_trunk, form)
    own_called = _belongs(calls.called, customers, directory.numbers)
    own_caller = _belongs(calls.caller, customers, directory.numbers) | calls.caller.starting("ext:")
    # With trunks that are only guessed a leg without an outside number is taken for a phone, not for an unknown cost.
    reached = target.starting(*OUTSIDE) if not trunks else np.ones(len(calls), dtype=np.bool_)
    left = by_trunk & reached & ~_belongs(target, customers, directory.numbers)
    came_in = from_trunk & ~own_caller
    group_in = _first_of_group(keys, came_in, calls.sequence) >= 0
    direction = np.select(
        [left & group_in, left, came_in | (group_in & ~left)],
        [int(Direction.FORWARDED), int(Direction.OUTGOING), int(Direction.INCOMING)],
        default=int(Direction.INTERNAL),
    )
    arrival = _first_of_group(keys, own_called, calls.sequence)
    guess = _first_of_group(keys, (came_in | from_trunk) & ~left & (calls.called.filled()), calls.sequence)
    arrival = np.where(arrival >= 0, arrival, guess)
    inward = np.isin(direction, (Direction.INCOMING, Direction.FORWARDED))
    rows = np.arange(len(calls), dtype=np.int64)
    own = calls.called.at(np.where(arrival >= 0, arrival, rows)).choose(inward & ((arrival >= 0) | ~left), calls.caller)
    other = calls.caller.choose(direction == Direction.INCOMING, target)
    return Legs(direction, left, _chosen(calls, keys, customers, left), own, other)


def _plain(calls: Calls, customers: Integers, directory: Directory) -> Legs:
    """What the source says, except that a call to a number of the same customer never left: from the exchange that is
    internal, and forwarded to a colleague it costs nothing. Mobile phones call all numbers over their operator's network.
    """
    own_called = _belongs(calls.called, customers, directory.numbers) | calls.called.starting("ext:")
    stayed = own_called & (customers != NOBODY) & (calls.product != Product.MOBILE)
    direction = np.where(stayed & (calls.direction == Direction.OUTGOING), int(Direction.INTERNAL), calls.direction)
    left = np.isin(direction, (Direction.OUTGOING, Direction.FORWARDED)) & ~stayed
    incoming = direction == Direction.INCOMING
    own = calls.own.choose(calls.own.filled(), calls.called.choose(incoming, calls.caller))
    other = calls.caller.choose(incoming, calls.called)
    return Legs(direction, left, _chosen(calls, call_keys(calls), customers, left), own, other)


def _by_numbers(calls: Calls, customers: Integers, directory: Directory) -> Legs:
    """Directions from whose numbers they are, where the source does not tell; calls between colleagues are internal.

    A row with a sequence above 0 is the called leg of another row, and bills nothing unless it went on to somebody else.
    """
    keys = call_keys(calls)
    told = calls.direction > 0
    own_caller = _belongs(calls.caller, customers, directory.numbers) | calls.caller.starting("ext:")
    own_called = _belongs(calls.called, customers, directory.numbers) | calls.called.starting("ext:")
    guessed = np.where(own_called, int(Direction.INCOMING), int(Direction.OUTGOING))
    direction = np.where(told, calls.direction, guessed)
    direction = np.where(
        own_caller & own_called & (direction != Direction.FORWARDED), int(Direction.INTERNAL), direction
    )
    incoming = direction == Direction.INCOMING
    arrival = _first_of_group(keys, incoming & calls.called.starting(*OUTSIDE), calls.sequence)
    went_on = ~told & ~own_caller & (direction == Direction.OUTGOING) & calls.called.starting(*OUTSIDE)
    went_on &= _first_of_group(keys, incoming, calls.sequence) >= 0
    direction = np.where(went_on, int(Direction.FORWARDED), direction)
    second = (calls.sequence > 0) & (direction == Direction.OUTGOING)
    stayed = own_called & (direction == Direction.FORWARDED)  # a colleague took it
    left = np.isin(direction, (Direction.OUTGOING, Direction.FORWARDED)) & ~second & ~stayed
    # The called leg of a call that went out names itself, or nobody: the caller's own leg stands for both.
    weak = left & (direction == Direction.OUTGOING) & (~own_caller | ~calls.called.filled())
    left &= ~weak | (_first_of_group(keys, left & ~weak, calls.sequence) < 0)
    rank = np.maximum(calls.sequence, 0) + calls.called.starting("ext:")
    rows = np.arange(len(calls), dtype=np.int64)
    arrived = calls.called.at(np.where(arrival >= 0, arrival, rows))
    inward = incoming | (calls.direction == Direction.INCOMING)  # also of a colleague
    own = arrived.choose(went_on & (arrival >= 0), calls.called.choose(inward, calls.caller))
    own = calls.own.choose(calls.own.where(bool), own)
    other = calls.caller.choose(inward, calls.called)
    return Legs(direction, left, _chosen(replace(calls, sequence=rank), keys, customers, left), own, other)


def _chosen(calls: Calls, keys: Integers, customers: Integers, left: Mask) -> Mask:
    """Of each group and customer the leg that is the call: one that left, then the longest, then the first.

    What was taken back is never one.
    """
    order = np.lexsort((calls.lines, calls.sequence, -calls.seconds, ~left, calls.taken_back, customers, keys))
    sorted_keys, sorted_customers = keys[order], customers[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (sorted_keys[1:] != sorted_keys[:-1]) | (sorted_customers[1:] != sorted_customers[:-1])
    chosen = np.zeros(len(order), dtype=np.bool_)
    chosen[order[first]] = True
    return chosen & ~calls.taken_back


def choose_legs(
    rule: LegRule,
    calls: Calls,
    customers: Integers,
    directory: Directory,
    *,
    trunks: tuple[str, ...],
    form: NumberFormat,
) -> Legs:
    """Directions, parties and the leg that is the call."""
    if rule == "plain":
        return _plain(calls, customers, directory)
    if rule == "numbers":
        return _by_numbers(calls, customers, directory)
    return _asterisk(calls, customers, directory, trunks, form)

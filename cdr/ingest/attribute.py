"""Whose call it is: by account code, else by number, else as the other legs of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cdr.ingest.calls import Calls, Coded, Integers, Mask

NOBODY = 0


@dataclass(frozen=True, slots=True)
class Directory:
    """Customers (ids) by account code and by number (`+31887654000`), and the number behind an extension (`ext:101`)."""

    accounts: Mapping[str, int]
    numbers: Mapping[str, int]
    extensions: Mapping[tuple[int, str], str] = field(default_factory=dict)


def call_keys(calls: Calls) -> Integers:
    """A number for each call: legs of one group share it, a row without group is a call by itself."""
    alone = ~calls.group.filled()
    return np.where(alone, -1 - np.arange(len(calls), dtype=np.int64), calls.group.codes)


@dataclass(frozen=True, slots=True)
class Ways:
    """Which rows came in, and which came in and went on, as far as the source tells it whoever the numbers belong to."""

    came_in: Mask
    went_on: Mask


def attribute(calls: Calls, directory: Directory, ways: Ways) -> Integers:
    """The customer of each row, NOBODY where there is none.

    An account code that nobody has is not helped out by a number, nor an own number that nobody has by the caller's or
    the called one: the source said whose call it is. A call that came in is first of whom it came to, also where another
    customer called, and so is what went on of it.
    """
    named, told = calls.account.filled(), calls.own.starting("+")
    customers = calls.account.lookup(directory.accounts, NOBODY)
    settled = named
    near = calls.called.choose(ways.came_in, calls.caller)
    far = calls.caller.choose(ways.came_in, calls.called)
    for column in (calls.own, near, far):
        found = column.lookup(directory.numbers, NOBODY)
        customers = np.where(settled | (customers != NOBODY), customers, found)
        settled = named | told
    customers = _from_siblings(calls, customers, ~named & ~told & ways.went_on, ways.came_in)
    return _from_siblings(calls, customers, ~named & ~told & (customers == NOBODY), np.ones(len(calls), dtype=np.bool_))


def _from_siblings(calls: Calls, customers: Integers, lost: Mask, siblings: Mask) -> Integers:
    """Some rows take the customer of the first of these legs of their call that has one."""
    if not lost.any():
        return customers
    keys = call_keys(calls)
    known = np.flatnonzero(siblings & (customers != NOBODY))
    if not len(known):
        return customers
    groups, first = np.unique(keys[known], return_index=True)
    place = np.minimum(np.searchsorted(groups, keys), len(groups) - 1)
    found = lost & (groups[place] == keys)
    return np.where(found, customers[known[first]][place], customers)


def numbers_behind(own: Coded, customers: Integers, directory: Directory) -> Coded:
    """Extensions as the number of their owner, so that a person's internal calls stand with the others."""
    inside = own.starting("ext:") if directory.extensions else None
    if inside is None or not inside.any():
        return own
    theirs = own.keep(inside).compact()
    pairs, place = np.unique(np.stack([customers[inside], theirs.codes]), axis=1, return_inverse=True)
    texts = theirs.values
    found = [directory.extensions.get((customer, texts[code]), texts[code]) for customer, code in pairs.T.tolist()]
    places = np.zeros(len(inside), dtype=np.int64)
    places[inside] = place.reshape(-1)
    return Coded.over(places, found).choose(inside, own)

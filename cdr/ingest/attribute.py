"""Whose call it is: by account code, else by number, else as the other legs of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cdr.ingest.calls import Calls, Coded, Integers, Mask
from cdr.vocabulary import Direction

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


def attribute(calls: Calls, directory: Directory) -> Integers:
    """The customer of each row, NOBODY where there is none.

    An account code that nobody has is not helped out by a number, nor an own number that nobody has by the caller's or
    the called one: the source said whose call it is. A call that the source says came in is first of whom it came to, also
    where another customer called.
    """
    named, told = calls.account.filled(), calls.own.starting("+")
    customers = calls.account.lookup(directory.accounts, NOBODY)
    settled = named
    incoming = calls.direction == Direction.INCOMING
    near, far = calls.called.choose(incoming, calls.caller), calls.caller.choose(incoming, calls.called)
    for column in (calls.own, near, far):
        found = column.lookup(directory.numbers, NOBODY)
        customers = np.where(settled | (customers != NOBODY), customers, found)
        settled = named | told
    return _from_siblings(calls, customers, ~named & ~told & (customers == NOBODY))


def _from_siblings(calls: Calls, customers: Integers, lost: Mask) -> Integers:
    """Rows without account and without a known number take the customer of the first leg that has one."""
    if not lost.any():
        return customers
    keys = call_keys(calls)
    known = np.flatnonzero(customers != NOBODY)
    if not len(known):
        return customers
    groups, first = np.unique(keys[known], return_index=True)
    place = np.minimum(np.searchsorted(groups, keys), len(groups) - 1)
    sibling = np.where(groups[place] == keys, customers[known[first]][place], NOBODY)
    return np.where(lost, sibling, customers)


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

"""Why an invoice differs from the one before: causes that sum to the difference exactly. Pure; net amounts in cents."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from invoices.building import Kind, Unit


class Change(StrEnum):
    """What happened to a thing between two invoices."""

    NEW = "new"
    GONE = "gone"
    MORE = "more"
    LESS = "less"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it stands on an issued invoice."""

    key: str
    kind: Kind
    description: str
    amount_cents: int
    quantity: int = 1
    unit: Unit = Unit.PIECE


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that costs more or less; quantities are None where the thing was not on that invoice."""

    key: str
    kind: Kind | None
    description: str
    change: Change
    cents: int
    quantity: int | None = None
    previous_quantity: int | None = None
    unit: Unit = Unit.PIECE

    @property
    def quantity_change(self) -> int:
        """How many more (or fewer, negative) of it there are."""
        return (self.quantity or 0) - (self.previous_quantity or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole, largest cause first; `one_off_cents` is the part of the difference that one-off lines make."""

    causes: tuple[Cause, ...]
    cents: int
    one_off_cents: int
    by_key: dict[str, int]

    @property
    def lasting_cents(self) -> int:
        """The difference without what is paid only once."""
        return self.cents - self.one_off_cents


def difference(current: Iterable[Item], previous: Iterable[Item], *, most: int = 4) -> Difference:
    """Compare two invoices by key and keep at most `most` causes; smaller ones are summed in a last one, "rest"."""
    now, before = _by_key(current), _by_key(previous)
    causes = [_cause(now.get(key), before.get(key)) for key in dict.fromkeys([*now, *before])]
    by_key = {one.key: one.cents for one in causes}
    causes = sorted((one for one in causes if one.cents), key=lambda one: (-abs(one.cents), one.key))
    one_off = sum(one.cents for one in causes if one.kind is Kind.ONE_OFF)
    total = sum(one.cents for one in causes)
    if len(causes) > most:
        rest = sum(one.cents for one in causes[most - 1 :])
        causes = [*causes[: most - 1], Cause("rest", None, "", Change.REST, rest, quantity=len(causes) - most + 1)]
    return Difference(tuple(causes), total, one_off, by_key)


def _by_key(items: Iterable[Item]) -> dict[str, Item]:
    summed: dict[str, Item] = {}
    for one in items:
        seen = summed.get(one.key)
        if seen is None:
            summed[one.key] = one
        else:
            amount, quantity = seen.amount_cents + one.amount_cents, seen.quantity + one.quantity
            summed[one.key] = replace(seen, amount_cents=amount, quantity=quantity)
    return summed


def _cause(now: Item | None, before: Item | None) -> Cause:
    shown = now or before
    assert shown is not None  # noqa: S101 - a key comes from one of the two
    cents = (now.amount_cents if now else 0) - (before.amount_cents if before else 0)
    if before is None:
        change = Change.NEW
    elif now is None:
        change = Change.GONE
    else:
        change = Change.MORE if cents > 0 else Change.LESS
    return Cause(
        key=shown.key,
        kind=shown.kind,
        description=shown.description,
        change=change,
        cents=cents,
        quantity=now.quantity if now else None,
        previous_quantity=before.quantity if before else None,
        unit=shown.unit,
    )

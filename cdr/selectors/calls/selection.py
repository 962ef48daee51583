"""What is selected of the calls: the one definition behind rows, counts and sums."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import GreaterThanOrEqual

from cdr.models import CallRecord
from cdr.selectors.bundles import covered_seconds_of_record, discount_of_record, has_covered
from cdr.vocabulary import FIRST_HIDDEN, SHOWN_TYPES, Direction, Leg
from portal.lib.periods import days_bounds
from portal.queries import Among

SHOWN = tuple(int(kind) for kind in SHOWN_TYPES)


@dataclass(frozen=True, slots=True)
class Parties:
    """Numbers that were searched: `own` of the customer, `others` of whom it called or was called by.

    `start` stands for all others that begin with it, of which the last `hidden` digits are not looked at.
    `in_part` says that others were meant too, which are too many.
    """

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    start: str = ""
    hidden: int = 0
    in_part: bool = False

    def theirs(self, column: str) -> Q:
        """That a column holds one of the others."""
        found = Q(Among(F(column), sorted(self.others))) if self.others else Q(**{f"{column}__in": ()})
        if not self.start:
            return found
        starts = Q(**{f"{column}__gte": self.start, f"{column}__lt": after(self.start)})
        return found | starts & Q(GreaterThanOrEqual(Length(column), len(self.start) + self.hidden))


def after(start: str) -> str:
    """The first text, by bytes, behind all that begin with `start`."""
    return start[:-1] + chr(ord(start[-1]) + 1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls. `[first, end)` are days of the start in Amsterdam; empty sets and None do not restrict.

    `anyone` restricts to calls that have one of these numbers on either side, `caller` and `callee` to calls from and to
    them. `full_numbers` says whether the last digits of other parties may be seen.
    """

    first: date
    end: date
    billing_period: date | None = None
    products: frozenset[int] = frozenset()
    directions: frozenset[int] = frozenset()
    call_types: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    anyone: Parties | None = None
    caller: Parties | None = None
    callee: Parties | None = None
    least_micros: int | None = None
    most_micros: int | None = None
    least_seconds: int | None = None
    most_seconds: int | None = None
    full_numbers: bool = False

    @property
    def needs_records(self) -> bool:
        """Whether no total table can answer, so that the records themselves are added up."""
        bounds = (self.least_micros, self.most_micros, self.least_seconds, self.most_seconds)
        return any(each is not None for each in (self.anyone, self.caller, self.callee, *bounds))

    @property
    def days_need_records(self) -> bool:
        """Whether the daily totals cannot tell: they hold no numbers and no billing periods."""
        return bool(self.needs_records or self.numbers) or self.billing_period is not None

    @property
    def is_sparse(self) -> bool:
        """Whether calls may be left out, so that a page of them can lie anywhere in the period."""
        return bool(self.products or self.directions or self.call_types) or self.days_need_records

    @property
    def whole_months(self) -> bool:
        return self.first.day == 1 and self.end.day == 1

    def on(self, day: date) -> "Selection":
        """The same calls of one day."""
        return self.between(day, day + timedelta(days=1))

    def between(self, first: date, end: date) -> "Selection":
        """The same calls of the days `[first, end)`, as far as they are selected."""
        begin = min(max(first, self.first), self.end)
        return replace(self, first=begin, end=max(min(end, self.end), begin))


def kinds(selection: Selection) -> Q:
    """Conditions that records and totals share."""
    condition = Q(call_type__lt=FIRST_HIDDEN)
    if selection.call_types:
        condition = Q(call_type__in=sorted(set(SHOWN) & selection.call_types))
    if selection.products:
        condition &= Q(product__in=sorted(selection.products))
    if selection.directions:
        condition &= Q(direction__in=sorted(selection.directions))
    return condition


def _origins(parties: Parties) -> Q:
    """Hardly any call has an origin: whether there is one is told sooner than whether it is among many."""
    return ~Q(origin="") & parties.theirs("origin")


def _with(parties: Parties) -> Q:
    return Q(number__in=sorted(parties.own)) | parties.theirs("other") | _origins(parties)


def _from(parties: Parties) -> Q:
    """Calls that these numbers made: of a forwarded call who called, and who forwarded it and pays."""
    incoming = Q(direction=Direction.INCOMING)
    theirs = incoming & parties.theirs("other") | _origins(parties)
    return theirs | Q(number__in=sorted(parties.own)) & ~incoming


def _to(parties: Parties) -> Q:
    incoming = Q(direction=Direction.INCOMING)
    return incoming & Q(number__in=sorted(parties.own)) | ~incoming & parties.theirs("other")


def net_micros(selection: Selection) -> CombinedExpression | F:
    """The amount of a record after bundles; these are asked only where they cover anything in the selected days."""
    bounds = days_bounds(selection.first, selection.end)
    return F("micros") - discount_of_record() if has_covered(bounds.start, bounds.end) else F("micros")


def covered_seconds(selection: Selection) -> Coalesce | Value:
    """How much of a record's duration bundles cover, asked likewise."""
    bounds = days_bounds(selection.first, selection.end)
    return covered_seconds_of_record() if has_covered(bounds.start, bounds.end) else Value(0)


def records(selection: Selection) -> QuerySet[CallRecord]:
    """The calls, newest first; amounts are compared after bundles."""
    bounds = days_bounds(selection.first, selection.end)
    found = CallRecord.objects.filter(
        kinds(selection), ~Q(leg=Leg.LEG), start__gte=bounds.start, start__lt=bounds.end
    ).order_by("-start", "-id")
    if selection.billing_period is not None:
        found = found.filter(billing_period=selection.billing_period)
    if selection.numbers:
        found = found.filter(number__in=sorted(selection.numbers))
    for parties, condition in ((selection.anyone, _with), (selection.caller, _from), (selection.callee, _to)):
        if parties is not None:
            found = found.filter(condition(parties))
    limits = {
        "net__gte": selection.least_micros,
        "net__lte": selection.most_micros,
        "seconds__gte": selection.least_seconds,
        "seconds__lte": selection.most_seconds,
    }
    if selection.least_micros is not None or selection.most_micros is not None:
        found = found.alias(net=net_micros(selection))
    return found.filter(**{name: value for name, value in limits.items() if value is not None})

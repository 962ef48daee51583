"""What is selected of the calls: the one definition behind rows, counts and sums."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Greatest, Left, Length

from cdr.models import CallRecord
from cdr.selectors.bundles import discount_of_record, has_covered
from cdr.vocabulary import BOOKED, SHOWN_TYPES
from portal.lib.numbers import SearchKey
from portal.lib.numbers.showing import MASKED_DIGITS
from portal.lib.periods import days_bounds

SHOWN = tuple(int(kind) for kind in SHOWN_TYPES)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls. `[first, end)` are days of the start in Amsterdam; empty sets and None do not restrict.

    `needles` are ways in which a searched number can stand in a stored one, `needle_numbers` own numbers whose name was
    searched, `other_needles` ways in which the other party's number can stand. `full_numbers` says whether the last
    digits of other parties may be seen, and therefore searched.
    """

    first: date
    end: date
    billing_period: date | None = None
    products: frozenset[int] = frozenset()
    directions: frozenset[int] = frozenset()
    call_types: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    needles: tuple[SearchKey, ...] = ()
    needle_numbers: frozenset[str] = frozenset()
    other_needles: tuple[SearchKey, ...] = ()
    least_micros: int | None = None
    most_micros: int | None = None
    least_seconds: int | None = None
    most_seconds: int | None = None
    full_numbers: bool = False

    @property
    def needs_records(self) -> bool:
        """Whether no total table can answer, so that the records themselves are added up."""
        bounds = (self.least_micros, self.most_micros, self.least_seconds, self.most_seconds)
        return bool(self.needles or self.needle_numbers or self.other_needles) or any(
            bound is not None for bound in bounds
        )

    @property
    def whole_months(self) -> bool:
        return self.first.day == 1 and self.end.day == 1

    def on(self, day: date) -> "Selection":
        """The same calls of one day."""
        return replace(self, first=day, end=day + timedelta(days=1))


def kinds(selection: Selection) -> Q:
    """Conditions that records and totals share."""
    condition = Q(call_type__in=sorted(set(SHOWN) & selection.call_types) if selection.call_types else SHOWN)
    if selection.products:
        condition &= Q(product__in=sorted(selection.products))
    if selection.directions:
        condition &= Q(direction__in=sorted(selection.directions))
    return condition


def _visible(column: str) -> Case:
    """What of a number may be searched by who sees masked numbers: the same as `portal.lib.numbers.visible`."""
    left = Greatest(Length(column) - MASKED_DIGITS, Value(0), output_field=IntegerField())
    return Case(When(**{f"{column}__startswith": "+"}, then=Left(column, left)), default=F(column))


def _searched(selection: Selection) -> Q:
    found = Q(number__in=sorted(selection.needle_numbers)) if selection.needle_numbers else Q()
    prefix = "" if selection.full_numbers else "visible_"
    return found | _standing(selection.needles, ("number", f"{prefix}other", f"{prefix}origin"))


def _standing(needles: Iterable[SearchKey], columns: Iterable[str]) -> Q:
    found = Q()
    for needle, column in product(needles, columns):
        found |= Q(**{f"{column}__{'startswith' if needle.anchored else 'contains'}": needle.text})
    return found


def net_micros(selection: Selection) -> CombinedExpression | F:
    """The amount of a record after bundles; these are asked only where they cover anything in the selected days."""
    bounds = days_bounds(selection.first, selection.end)
    return F("micros") - discount_of_record() if has_covered(bounds.start, bounds.end) else F("micros")


def records(selection: Selection) -> QuerySet[CallRecord]:
    """The calls, newest first; amounts are compared after bundles."""
    bounds = days_bounds(selection.first, selection.end)
    found = CallRecord.objects.filter(
        kinds(selection), leg__in=BOOKED, start__gte=bounds.start, start__lt=bounds.end
    ).order_by("-start", "-id")
    if selection.billing_period is not None:
        found = found.filter(billing_period=selection.billing_period)
    if selection.numbers:
        found = found.filter(number__in=sorted(selection.numbers))
    if selection.needles or selection.needle_numbers or selection.other_needles:
        if not selection.full_numbers:
            found = found.alias(visible_other=_visible("other"), visible_origin=_visible("origin"))
        other = "other" if selection.full_numbers else "visible_other"
        found = found.filter(_searched(selection), _standing(selection.other_needles, (other,)))
    limits = {
        "net__gte": selection.least_micros,
        "net__lte": selection.most_micros,
        "seconds__gte": selection.least_seconds,
        "seconds__lte": selection.most_seconds,
    }
    if selection.least_micros is not None or selection.most_micros is not None:
        found = found.alias(net=net_micros(selection))
    return found.filter(**{name: value for name, value in limits.items() if value is not None})

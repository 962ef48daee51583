"""Bundles: their terms in a billing period, how full they are, and what they cover of calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, DateTimeField, DecimalField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from cdr.models import Adjustment, Bundle, BundleAllocation, BundleNumber, CallRecord
from cdr.rating.allocate import Member, Terms, included_in
from cdr.rating.rates import stored_prefix_key
from portal.lib.periods import Month, day_bounds
from portal.queries import Given, Written


def terms_of(customer: int, month: Month) -> list[Terms]:
    """What a customer's bundles give in a billing period, also those that have ended: a late call may still use them."""
    members: dict[int, list[Member]] = {}
    bundles = {bundle.pk: bundle for bundle in Bundle.objects.filter(customer=customer)}
    for number in BundleNumber.objects.filter(customer=customer):
        member = _member(number, bundles[number.bundle_id])
        if member:
            members.setdefault(number.bundle_id, []).append(member)
    return [
        Terms(
            id=bundle.pk,
            own=bundle.is_own,
            included=included_seconds(bundle, month),
            covers_setup=bundle.covers_setup,
            members=tuple(members.get(bundle.pk, ())),
            prefixes=tuple(stored_prefix_key(prefix) for prefix in bundle.prefixes),
            call_types=frozenset(bundle.call_types),
        )
        for bundle in bundles.values()
    ]


def _member(number: BundleNumber, bundle: Bundle) -> Member | None:
    first = max(number.valid_from, bundle.valid_from)
    ends = [end for end in (number.valid_to, bundle.valid_to) if end is not None]
    if ends and min(ends) <= first:
        return None
    return Member(number.number, day_bounds(first).start, day_bounds(min(ends)).start if ends else None)


def included_seconds(bundle: Bundle, month: Month) -> int | None:
    """What the bundle holds in a billing period, None for no end to it."""
    minutes = bundle.included_minutes
    return included_in(
        None if minutes is None else minutes * 60,
        pro_rata=bundle.pro_rata,
        first=bundle.valid_from,
        end=bundle.valid_to,
        month=month,
    )


# --- what is covered of calls, inside a customer's door ---


@dataclass(frozen=True, slots=True)
class Covered:
    """What all bundles together cover of one record."""

    seconds: int
    micros: int


_COVERED = Written[tuple[datetime, int, int, int]](
    lambda: (
        BundleAllocation.objects.filter(
            start__gte=Given("first", DateTimeField()), start__lte=Given("last", DateTimeField())
        )
        .order_by()
        .values_list("start", "id")
        .annotate(seconds=Sum("covered_seconds"), micros=Sum("discount_micros"))
    )
)
_HAS_COVERED = Written[tuple[int]](
    lambda: (
        BundleAllocation.objects.filter(
            start__gte=Given("start", DateTimeField()), start__lt=Given("end", DateTimeField())
        )
        .order_by()
        .values_list(Value(1))[:1]
    )
)


def covered_between(first: datetime, last: datetime) -> dict[tuple[datetime, int], Covered]:
    """What bundles cover of the calls that started from `first` up to and including `last`, by start and id."""
    rows = _COVERED.rows(first=first, last=last)
    return {(start, number): Covered(seconds, micros) for start, number, seconds, micros in rows}


def with_covered(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """The same calls, with `discount` and `covered_seconds` filled in by one query."""
    found = list(calls)
    if found:
        starts = [call.start for call in found]
        covered = covered_between(min(starts), max(starts))
        for call in found if covered else ():
            what = covered.get((call.start, call.id), Covered(0, 0))
            call.discount, call.covered_seconds = what.micros, what.seconds
    return found


def has_covered(start: datetime, end: datetime) -> bool:
    """Whether bundles cover anything of the customer's calls that start in `[start, end)`."""
    return bool(_HAS_COVERED.rows(start=start, end=end))


def discount_of_record() -> Coalesce:
    """An expression over call records: the part of the amount that bundles cover."""
    return _sum_of_covers("discount_micros")


def covered_seconds_of_record() -> Coalesce:
    """An expression over call records: the part of the duration that bundles cover."""
    return _sum_of_covers("covered_seconds")


def _sum_of_covers(field: str) -> Coalesce:
    covers = BundleAllocation.objects.filter(
        customer=OuterRef("customer_id"), start=OuterRef("start"), id=OuterRef("id")
    )
    # PostgreSQL sums bigint to numeric.
    summed = covers.order_by().values("customer_id").annotate(sum=Sum(field)).values("sum")
    return Coalesce(Cast(Subquery(summed, output_field=DecimalField()), BigIntegerField()), Value(0))


def covers_of(call: CallRecord) -> list[BundleAllocation]:
    """What each bundle covers of one call, in the order in which they were used."""
    found = BundleAllocation.objects.filter(start=call.start, id=call.id).select_related("bundle")
    return sorted(found, key=lambda cover: (not cover.bundle.is_own, cover.bundle_id))


# --- how full bundles are ---


@dataclass(frozen=True, slots=True)
class Fill:
    """A bundle, or one number's own unlimited bundle, in a billing period. `included` is None where nothing ends it."""

    bundle: Bundle
    numbers: tuple[str, ...]
    used: int
    included: int | None
    saved_micros: int


def fills(month: Month) -> list[Fill]:
    """How full the customer's bundles of a billing period are; one for each number where each has its own."""
    running = Bundle.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=month.first_day), valid_from__lt=month.end_day
    ).order_by("kind", "pk")
    members: dict[int, set[str]] = {}
    for number in BundleNumber.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=month.first_day), valid_from__lt=month.end_day
    ):
        members.setdefault(number.bundle_id, set()).add(number.number)
    used: dict[tuple[int, str], tuple[int, int]] = {}
    for row in (
        BundleAllocation.objects.filter(billing_period=month.first_day)
        .values("bundle_id", "number")
        .annotate(seconds=Sum("covered_seconds"), micros=Sum("discount_micros"))
    ):
        used[row["bundle_id"], row["number"]] = (row["seconds"], int(row["micros"]))
    found: list[Fill] = []
    for bundle in running:
        numbers = sorted(members.get(bundle.pk, set()) | {number for pk, number in used if pk == bundle.pk})
        groups = [(number,) for number in numbers] if bundle.is_own else [tuple(numbers)]
        found += [_fill(bundle, group, month, used) for group in groups]
    return found


def _fill(bundle: Bundle, numbers: tuple[str, ...], month: Month, used: dict[tuple[int, str], tuple[int, int]]) -> Fill:
    sums = [used.get((bundle.pk, number), (0, 0)) for number in numbers]
    return Fill(
        bundle=bundle,
        numbers=numbers,
        used=sum(seconds for seconds, _micros in sums),
        included=included_seconds(bundle, month),
        saved_micros=sum(micros for _seconds, micros in sums),
    )


def adjustments(first: date, end: date) -> list[Adjustment]:
    """What changed afterwards of closed billing periods whose first day lies in `[first, end)`, inside a customer's door."""
    return list(Adjustment.objects.filter(period__gte=first, period__lt=end).order_by("period", "pk"))


def bundles_of(customers: Iterable[int]) -> dict[int, list[Bundle]]:
    """The bundles of customers with their numbers, by customer."""
    found: dict[int, list[Bundle]] = {}
    for bundle in Bundle.objects.filter(customer__in=list(customers)).prefetch_related("numbers"):
        found.setdefault(bundle.customer_id, []).append(bundle)
    return found

"""Reads of mobile subscriptions and their usage, within the customer's door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from mobile.models import BundleShare, GroupBundle, MobileLimits, MobileSubscription, MonthUsage, Usage
from mobile.usage import (
    BundleKind,
    Contribution,
    Forecast,
    Member,
    MemberState,
    PoolState,
    alone,
    forecast,
    pool,
    share_of_month,
)
from mobile.usage_file import Counter
from portal.lib.periods import AMSTERDAM, Month, local_day


@dataclass(frozen=True, slots=True)
class Cost:
    """What one subscription costs outside its bundle for one cause, in micro-euros."""

    subscription: MobileSubscription
    cause: str
    country: str
    micros: int


@dataclass(frozen=True, slots=True)
class Row:
    """A subscription in a month. `expected` is the cost at the end of the month at the pace so far, None when unknown."""

    subscription: MobileSubscription
    data: MemberState
    voice: MemberState
    in_group: bool
    outside: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class GroupPicture:
    """A group bundle in a month: its state, what was used at the end of each day so far, and where it is going."""

    bundle: GroupBundle
    state: PoolState
    days: tuple[int, ...]
    forecast: Forecast | None
    largest: MobileSubscription | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A month of mobile. `as_of` is the latest counter, None without any."""

    month: Month
    as_of: datetime | None
    rows: tuple[Row, ...]
    groups: tuple[GroupPicture, ...]
    costs: tuple[Cost, ...]
    outside: int
    expected: int | None
    limit: int | None


def subscriptions() -> QuerySet[MobileSubscription]:
    """Every subscription of the customer, ended ones too."""
    return MobileSubscription.objects.order_by("employee", "msisdn")


def running_in(month: Month) -> QuerySet[MobileSubscription]:
    """The subscriptions that ran on at least one day of the month."""
    return subscriptions().filter(Q(ended_on=None) | Q(ended_on__gt=month.first_day), active_since__lt=month.end_day)


def months_with_usage() -> list[Month]:
    """The months of which there are counters, newest first."""
    found = MonthUsage.objects.order_by("-period").values_list("period", flat=True).distinct()
    return [Month.of_day(period) for period in found]


def account_limit() -> int | None:
    """The warning limit in micro-euros: None and 0 both mean none."""
    return MobileLimits.objects.values_list("account_limit_micros", flat=True).first()


def overview(month: Month) -> Overview:
    """Everything the page of a month shows, in a number of queries that does not depend on how much there is."""
    lines = list(running_in(month))
    counters = _Counters(MonthUsage.objects.filter(period=month.first_day).select_related(None))
    shares = _shares(month)
    states, groups = _states(month, lines, counters, shares)
    costs = _costs(lines, counters)
    outside = sum(one.micros for one in costs)
    rows = tuple(
        Row(
            subscription=one,
            data=states[BundleKind.DATA, one.pk],
            voice=states[BundleKind.VOICE, one.pk],
            in_group=any(share.subscription_id == one.pk for share in shares),
            outside=counters.cost(one.pk),
            expected=_at_end(counters.cost(one.pk), month, counters.as_of),
        )
        for one in lines
    )
    return Overview(
        month=month,
        as_of=counters.as_of,
        rows=rows,
        groups=groups,
        costs=costs,
        outside=outside,
        expected=_at_end(outside, month, counters.as_of),
        limit=account_limit(),
    )


class _Counters:
    """The counters of a month by subscription."""

    def __init__(self, rows: Iterable[MonthUsage]) -> None:
        self.rows = list(rows)
        self.as_of = max((row.as_of for row in self.rows), default=None)
        self._used: dict[tuple[str, int], int] = {}
        for row in self.rows:
            key = (row.counter, row.subscription_id)
            self._used[key] = self._used.get(key, 0) + row.used

    def used(self, kind: BundleKind, subscription: int) -> int:
        return self._used.get((kind.value, subscription), 0)

    def cost(self, subscription: int) -> int:
        return self._used.get((Counter.COST.value, subscription), 0)


def _shares(month: Month) -> list[BundleShare]:
    return list(
        BundleShare.objects.filter(Q(until=None) | Q(until__gt=month.first_day), since__lt=month.end_day)
        .select_related("bundle")
        .order_by("bundle_id", "pk")
    )


_OWN = {BundleKind.DATA: "data_bundle", BundleKind.VOICE: "voice_bundle", BundleKind.SMS: "sms_bundle"}

type _States = dict[tuple[BundleKind, int], MemberState]


def _states(
    month: Month, lines: Sequence[MobileSubscription], counters: _Counters, shares: Sequence[BundleShare]
) -> tuple[_States, tuple[GroupPicture, ...]]:
    """Everybody's state for each kind of bundle: in a group where there is one, else alone."""
    states: _States = {}
    pictures = []
    by_pk = {one.pk: one for one in lines}
    for bundle in {share.bundle_id: share.bundle for share in shares}.values():
        kind = BundleKind(bundle.kind)
        state = pool(_members(month, kind, [one for one in shares if one.bundle_id == bundle.pk], counters, by_pk))
        states |= {(kind, member.ident): member for member in state.members}
        pictures.append((bundle, state))
    for one in lines:
        for kind, own in _OWN.items():
            member = Member(one.pk, getattr(one, own), counters.used(kind, one.pk))
            states.setdefault((kind, one.pk), alone(member))
    history = _history(month, [state for bundle, state in pictures if bundle.kind == BundleKind.DATA])
    return states, tuple(_picture(month, bundle, state, counters, history, by_pk) for bundle, state in pictures)


def _members(
    month: Month,
    kind: BundleKind,
    shares: Sequence[BundleShare],
    counters: _Counters,
    known: Mapping[int, MobileSubscription],
) -> list[Member]:
    contributions: dict[int, list[Contribution]] = {}
    for share in shares:
        if share.subscription_id in known:
            one = Contribution(share.amount, share.since, share.until)
            contributions.setdefault(share.subscription_id, []).append(one)
    return [Member(pk, share_of_month(found, month), counters.used(kind, pk)) for pk, found in contributions.items()]


def _picture(
    month: Month,
    bundle: GroupBundle,
    state: PoolState,
    counters: _Counters,
    history: Mapping[int, Mapping[date, int]],
    known: Mapping[int, MobileSubscription],
) -> GroupPicture:
    most = max(state.members, key=lambda one: one.used, default=None)
    return GroupPicture(
        bundle=bundle,
        state=state,
        days=_running(month, state, counters.as_of, history) if bundle.kind == BundleKind.DATA else (),
        forecast=None if counters.as_of is None else _forecast(state.used, state.size, month, counters.as_of),
        largest=known[most.ident] if most and most.used else None,
    )


def _history(month: Month, states: Sequence[PoolState]) -> dict[int, dict[date, int]]:
    """The last data counter of each day of the month, by subscription."""
    members = [one.ident for state in states for one in state.members]
    if not members:
        return {}
    rows = (
        Usage.objects.filter(
            period=month.first_day,
            counter=Counter.DATA.value,
            subscription_id__in=members,
            as_of__gte=month.start,
            as_of__lt=month.end,
        )
        .annotate(day=TruncDate("as_of", tzinfo=AMSTERDAM))
        .order_by("subscription_id", "day", "-as_of")
        .distinct("subscription_id", "day")
        .values_list("subscription_id", "day", "used")
    )
    history: dict[int, dict[date, int]] = {}
    for subscription, day, used in rows:
        history.setdefault(subscription, {})[day] = used
    return history


def _running(
    month: Month, state: PoolState, as_of: datetime | None, history: Mapping[int, Mapping[date, int]]
) -> tuple[int, ...]:
    """What the group had used at the end of each day, up to the day of the latest counter; a silent day changes nothing."""
    if as_of is None:
        return ()
    last = min(local_day(as_of), month.last_day)
    latest: dict[int, int] = {}
    totals = []
    for day in month.days():
        if day > last:
            break
        for one in state.members:
            latest[one.ident] = history.get(one.ident, {}).get(day, latest.get(one.ident, 0))
        totals.append(sum(latest.values()))
    return tuple(totals)


def _forecast(used: int, size: int, month: Month, as_of: datetime) -> Forecast | None:
    return forecast(used=used, size=size, since=month.start, until=month.end, as_of=as_of)


def _at_end(micros: int, month: Month, as_of: datetime | None) -> int | None:
    found = None if as_of is None else _forecast(micros, 0, month, as_of)
    return found.at_end if found else None


def _costs(lines: Sequence[MobileSubscription], counters: _Counters) -> tuple[Cost, ...]:
    known = {one.pk: one for one in lines}
    found = [
        Cost(known[row.subscription_id], row.cause, row.country, row.used)
        for row in counters.rows
        if row.counter == Counter.COST and row.used and row.subscription_id in known
    ]
    return tuple(sorted(found, key=lambda one: (-one.micros, one.subscription.pk, one.cause)))


@dataclass(frozen=True, slots=True)
class MonthOfOne:
    """What one subscription used in a month, in base units."""

    month: Month
    data: int = 0
    voice: int = 0
    sms: int = 0
    cost: int = 0


def history_of(subscription: MobileSubscription) -> list[MonthOfOne]:
    """The months of one subscription, newest first."""
    found: dict[Month, dict[str, int]] = {}
    for row in MonthUsage.objects.filter(subscription=subscription).order_by("-period"):
        counted = found.setdefault(Month.of_day(row.period), {})
        counted[row.counter] = counted.get(row.counter, 0) + row.used
    return [MonthOfOne(month, **counted) for month, counted in found.items()]

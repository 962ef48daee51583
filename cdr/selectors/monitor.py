"""How the feeds are: their last file, their delay, what is missing, and how much of them is rejected."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import Membership, User
from accounts.tenancy import Crossing, crossing
from cdr.models import Batch, FeedAlarm, KeptRows, KnownGap, Reject, Source
from cdr.sequences import Gap, gaps, numbers_in
from portal.lib.periods import AMSTERDAM

DAYS = 14  # drawn
RATE_DAYS = 7  # of which the rejects are reckoned
FEWEST_ROWS = 20  # below it a share says nothing
NEWEST_WITHIN = timedelta(days=62)
NAMES_WITHIN = timedelta(days=35)
# Files overtake each other; what is missing below a file that came just now may still be on its way.
GRACE = timedelta(minutes=10)


@dataclass(slots=True)
class Feed:
    """One source and how it is now."""

    source: Source
    now: datetime
    last: Batch | None = None
    newest_call: datetime | None = None
    waiting: int = 0  # open rejects
    read: int = 0
    rejected: int = 0
    days: list[int] = field(default_factory=list)  # rows loaded a day, today last
    gaps: list[Gap] = field(default_factory=list)
    alarms: list[FeedAlarm] = field(default_factory=list)

    @property
    def silent_since(self) -> datetime:
        """When its last file came; when the source was made, while none has."""
        return self.last.started_at if self.last else self.source.created_at

    @property
    def silent(self) -> timedelta:
        return self.now - self.silent_since

    @property
    def is_late(self) -> bool:
        expected = self.source.expected_minutes
        return expected is not None and self.silent > timedelta(minutes=expected)

    @property
    def has_many_rejects(self) -> bool:
        most = self.source.most_rejects
        return most is not None and self.read >= FEWEST_ROWS and self.rejected * 100 > most * self.read


def feeds(now: datetime) -> list[Feed]:
    """Every feed, by name, in a fixed number of queries."""
    # Not from the ledger: for a source that is silent all records of these months would be looked at in vain.
    newest = KeptRows.objects.filter(source=OuterRef("pk"), last_start__range=(now - NEWEST_WITHIN, now))
    # An index holds those that are open; of the others there may be very many.
    waiting = Reject.objects.filter(source=OuterRef("pk"), resolved_at=None, dismissed_at=None)
    with crossing(Crossing.OPERATE):
        sources = list(
            Source.objects.order_by("name").annotate(
                newest=Subquery(newest.order_by("-last_start").values("last_start")[:1]),
                waiting=Coalesce(
                    Subquery(waiting.order_by().values("source").annotate(of=Count("pk")).values("of")), 0
                ),
            )
        )
    whole = Batch.objects.filter(state=Batch.State.DONE, is_again=False)
    last = {batch.source_id: batch for batch in whole.order_by("source_id", "-started_at").distinct("source_id")}
    found = {source.pk: Feed(source, now, last.get(source.pk), source.newest, source.waiting) for source in sources}
    _reckon_days(found, now)
    _find_gaps(found, now)
    for alarm in FeedAlarm.objects.filter(closed_at=None).order_by("kind", "first"):
        found[alarm.source_id].alarms.append(alarm)
    return list(found.values())


def _reckon_days(found: dict[int, Feed], now: datetime) -> None:
    today = timezone.localdate(now, AMSTERDAM)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    sums: dict[tuple[int, date], int] = {}
    batches = Batch.objects.filter(started_at__gte=now - timedelta(days=DAYS), is_again=False).order_by()
    grouped = batches.annotate(day=TruncDate("started_at", tzinfo=AMSTERDAM)).values_list("source", "day")
    for source, day, read, loaded, rejected in grouped.annotate(Sum("read"), Sum("loaded"), Sum("rejected")):
        sums[source, day] = loaded
        if day > today - timedelta(days=RATE_DAYS):
            found[source].read += read
            found[source].rejected += rejected
    for pk, feed in found.items():
        feed.days = [sums.get((pk, day), 0) for day in days]


def _find_gaps(found: dict[int, Feed], now: datetime) -> None:
    counted = {pk: feed.source.sequence_pattern for pk, feed in found.items() if feed.source.sequence_pattern}
    if not counted:
        return
    names: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    batches = Batch.objects.filter(
        source__in=counted, state=Batch.State.DONE, is_again=False, started_at__gte=now - NAMES_WITHIN
    )
    for source, name, at in batches.order_by().values_list("source", "file_name", "started_at"):
        names[source].append((name, at))
    known: dict[int, list[Gap]] = defaultdict(list)
    for source, first, last in KnownGap.objects.filter(source__in=counted).values_list("source", "first", "last"):
        known[source].append((first, last))
    for pk, pattern in counted.items():
        settled = numbers_in((name for name, at in names[pk] if at <= now - GRACE), pattern)
        there = numbers_in((name for name, _at in names[pk]), pattern)
        highest = max(settled, default=0)
        found[pk].gaps = gaps({number for number in there if number <= highest}, known[pk])


def operators() -> list[User]:
    """Who is told when a feed is in trouble."""
    places = Membership.objects.filter(operates=True, is_blocked=False, user__is_active=True)
    return [place.user for place in places.select_related("user").order_by("user")]

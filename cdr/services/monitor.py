"""Alarms of feeds: each incident is told once, and closes by itself when the feed is right again."""

from datetime import datetime

from celery import signature
from django.db import transaction
from django.utils import timezone

from accounts.access import Actor
from accounts.audit import record
from accounts.work import queue
from cdr import rules
from cdr.models import FeedAlarm, KnownGap, Source
from cdr.selectors import monitor
from cdr.selectors.monitor import Feed
from cdr.sequences import Gap, overlap

_MAIL = signature("cdr.tasks.mail_feed_alarm")
Kind = FeedAlarm.Kind


def watch(*, now: datetime, actor: Actor) -> list[FeedAlarm]:
    """Look at every feed: raise what is new, close what is over. Returns what was raised."""
    raised = []
    for feed in monitor.feeds(now):
        with transaction.atomic():
            raised += _watch(feed, now, actor)
    return raised


def _watch(feed: Feed, now: datetime, actor: Actor) -> list[FeedAlarm]:
    wrong: list[tuple[FeedAlarm.Kind, Gap]] = []
    if feed.is_late:
        wrong.append((Kind.LATE, (0, 0)))
    if feed.has_many_rejects:
        wrong.append((Kind.REJECTS, (0, 0)))
    wrong += [(Kind.GAP, gap) for gap in feed.gaps]
    still = {alarm for alarm in feed.alarms if any(_same(alarm, kind, gap) for kind, gap in wrong)}
    over = [alarm.pk for alarm in feed.alarms if alarm not in still]
    FeedAlarm.objects.filter(pk__in=over, closed_at=None).update(closed_at=now)
    raised = []
    for kind, (first, last) in wrong:
        if any(_same(alarm, kind, (first, last)) for alarm in still):
            continue
        # The unique rule decides between two workers; only the one that made the row tells anybody.
        alarm, new = FeedAlarm.objects.get_or_create(
            source=feed.source, kind=kind, first=first, closed_at=None, defaults={"last": last, "opened_at": now}
        )
        if new:
            raised.append(alarm)
            for reader in monitor.operators():
                queue(_MAIL, alarm.pk, reader.pk, actor=actor)
    return raised


def _same(alarm: FeedAlarm, kind: FeedAlarm.Kind, gap: Gap) -> bool:
    return alarm.kind == kind and overlap((alarm.first, alarm.last), gap)


@transaction.atomic
def know_gap(*, source: Source, first: int, last: int, actor: Actor) -> None:
    """Say that these files will never come; their alarm closes."""
    rules.is_a_gap(first, last)
    KnownGap.objects.get_or_create(source=source, first=first, last=last, defaults={"user": actor.user})
    alarms = FeedAlarm.objects.filter(source=source, kind=Kind.GAP, closed_at=None, first__gte=first, last__lte=last)
    alarms.update(closed_at=timezone.now())
    record(actor=actor, verb="feed.gap_known", obj=source, note=str(first) if first == last else f"{first}-{last}")

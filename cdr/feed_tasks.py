"""Work behind the scenes: alarms of feeds, and the mail about them. `cdr.tasks` makes them known to workers."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.access import Door, system
from accounts.work import PortalTask
from cdr import mails
from cdr.models import FeedAlarm
from cdr.selectors import monitor
from cdr.services.monitor import watch


@shared_task(name="cdr.tasks.watch_feeds")
def watch_feeds() -> int:
    """Sent by beat: raise and close alarms; an incident that is known is not told again."""
    return len(watch(now=timezone.now(), actor=system(door=Door.TASK)))


@shared_task(
    base=PortalTask, name="cdr.tasks.mail_feed_alarm", autoretry_for=(OSError, OperationalError, InterfaceError)
)
def mail_feed_alarm(alarm_id: int, reader_id: int) -> bool:
    """Tell one operator of an alarm. One task a person: a retry mails nobody twice.

    A task can wait long: an alarm that is over, and who is no operator any more, is mailed nothing.
    """
    alarm = FeedAlarm.objects.filter(pk=alarm_id, closed_at=None).first()
    reader = next((user for user in monitor.operators() if user.pk == reader_id), None)
    if alarm is None or reader is None:
        return False
    feed = next(feed for feed in monitor.feeds(timezone.now()) if feed.source.pk == alarm.source_id)
    message = mails.feed_alarm_mail(alarm=alarm, feed=feed, to=reader)
    return bool(message and message.send())

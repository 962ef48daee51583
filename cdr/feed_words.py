"""How the feeds are, in words: for the page and for the mail."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdr.models import FeedAlarm
from cdr.selectors.monitor import Feed
from cdr.sequences import Gap
from portal.lib.formats import percent


def lasting(span: timedelta) -> str:
    """`3 hours`: a span in its largest whole unit, from two of it on."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes >= 2 * 1440:
        return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}
    if minutes >= 120:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def gap_words(gap: Gap) -> str:
    """`12` or `12 to 14`."""
    first, last = gap
    return str(first) if first == last else _("%(first)d to %(last)d") % {"first": first, "last": last}


def rate(feed: Feed, language: str) -> str:
    """The share of rows that were rejected in the last days; empty while there were none."""
    return percent(round(feed.rejected * 100 / feed.read), language) if feed.read else ""


def sentence(alarm: FeedAlarm, feed: Feed, language: str) -> str:
    """What is wrong, in one sentence."""
    if alarm.kind == FeedAlarm.Kind.GAP and alarm.first == alarm.last:
        return _("%(source)s misses the file with the number %(number)d.") % {
            "source": feed.source.name,
            "number": alarm.first,
        }
    if alarm.kind == FeedAlarm.Kind.GAP:
        return _("%(source)s misses the files with the numbers %(numbers)s.") % {
            "source": feed.source.name,
            "numbers": gap_words((alarm.first, alarm.last)),
        }
    if alarm.kind == FeedAlarm.Kind.REJECTS:
        return _("Of the rows of %(source)s %(share)s were rejected in seven days; at most %(most)d%% is expected.") % {
            "source": feed.source.name,
            "share": rate(feed, language),
            "most": feed.source.most_rejects or 0,
        }
    late = (
        _("The last file of %(source)s came %(span)s ago; one is expected every %(expected)s.")
        if feed.last
        else _("No file of %(source)s has come in %(span)s; one is expected every %(expected)s.")
    )
    return late % {
        "source": feed.source.name,
        "span": lasting(feed.silent),
        "expected": lasting(timedelta(minutes=feed.source.expected_minutes or 0)),
    }


def advice(kind: str) -> str:
    """What to do."""
    if kind == FeedAlarm.Kind.GAP:
        return _("Deliver the files that are missing, or mark the gap as known when they do not exist.")
    if kind == FeedAlarm.Kind.REJECTS:
        return _("Look at the rejects: they say what mends them.")
    return _("Look at the switch and at what brings its files here; nothing is lost when they come later.")

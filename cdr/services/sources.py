"""Make and change the feeds of call records."""

from accounts.access import Actor
from accounts.audit import changes, record, snapshot
from accounts.tenancy import Crossing, crossing
from cdr.models import Source

FIELDS = ("name", "title", "dialect", "time_zone", "number_format", "trunks")


def save_source(*, source: Source, actor: Actor) -> Source:
    """Save a new or changed source, which its form has validated."""
    with crossing(Crossing.OPERATE):
        made = source.pk is None
        before = {} if made else snapshot(Source.objects.get(pk=source.pk), FIELDS)
        source.save()
        record(
            actor=actor,
            verb="source.made" if made else "source.changed",
            obj=source,
            changes=changes(before, snapshot(source, FIELDS)),
        )
    return source

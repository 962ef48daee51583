"""Refusing what would send a call round in a circle, be it through lines, hunt groups or menus."""

from collections.abc import Iterable, Iterator

from django.utils import timezone

from telephony import onward, rules, selectors
from telephony.features import Features, features_of
from telephony.models import Dialable


def refuse_circles(dialable: Dialable, inside: Iterable[tuple[str, Dialable]]) -> None:
    """Refuse the first of these targets, each with its field, from which calls come back to the dialable."""
    targets = list(inside)
    if not targets:
        return
    leads = _lines() | onward.told()
    leads.pop(dialable.pk, None)  # what it does until now is being replaced
    for field, target in targets:
        rules.forward_makes_no_circle(dialable, target, leads, field=field)


def sent_on(features: Features) -> Iterator[tuple[str, Dialable]]:
    """The dialables that calls are sent on to. One that rings along is not: its own forwards are not used."""
    for field, target in features.live():
        if target is not None and target.dialable is not None and field != "also_rings":
            yield field, target.dialable


def _lines() -> dict[int, list[int]]:
    now = timezone.now()
    return {
        line.dialable_id: [dialable.pk for _field, dialable in sent_on(features_of(line, now))]
        for line in selectors.line_targets()
    }

"""What the story of a call tells, for its page and for programs: how its amount was made, and its legs as they went."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cdr.cost_words import calculation_words
from cdr.models import CallRecord
from cdr.rating.prices import calculate
from cdr.selectors import calls
from cdr.selectors.rates import UsedRate
from cdr.vocabulary import Direction, Flag, Leg


def calculation(record: CallRecord, rate: UsedRate | None) -> str:
    """How the amount was made, in words; a call that cost nothing says why."""
    if record.micros is None:
        return _("There is no tariff for this number yet. The amount follows.")
    if record.flags & Flag.PRICE_GIVEN and record.direction in {Direction.OUTGOING, Direction.FORWARDED}:
        return _("This price came with the call from its network; no tariff was used.")
    if rate is None:
        return _("Incoming and internal calls cost nothing.")
    if not record.seconds:
        return _("Nobody answered, so it cost nothing.")
    reckoned = calculate(rate.price, rate.hours, seconds=abs(record.seconds), start=record.start)
    return calculation_words(reckoned, (get_language() or "nl")[:2])


def legs(record: CallRecord) -> list[CallRecord]:
    """The legs of a call, each once: as this row has it, the others as they were corrected last."""
    latest: dict[str, CallRecord] = {}
    for leg in sorted(calls.legs_of(record), key=lambda leg: leg.revision):
        latest[leg.record_id] = leg
    if record.leg != Leg.REVERSAL:
        latest[record.record_id] = record
    # A call comes in before it is forwarded, also where the exchange writes one moment for both.
    return sorted(
        (leg for leg in latest.values() if leg.leg != Leg.REVERSAL),
        key=lambda leg: (leg.start, leg.direction != Direction.INCOMING, leg.record_id),
    )

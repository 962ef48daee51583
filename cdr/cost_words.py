"""What a call costs and why, in words: for the call's own page, and for the question what a call would cost."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cdr.rating.bands import Band, is_holiday
from cdr.rating.explain import Explanation, Outcome
from cdr.rating.prices import Calculation, Stretch
from cdr.vocabulary import CallType
from portal.lib import formats
from portal.lib.money import MICROS_PER_CENT
from portal.lib.numbers import CATEGORY_LABELS, category_of, display
from portal.lib.periods import local_day


@dataclass(frozen=True, slots=True)
class CostStep:
    """One step from a number to its price. `code` is stable, for programs."""

    code: str
    label: str
    value: str
    detail: str = ""


def amount(micros: int, tongue: str) -> str:
    """Whole cents as such, anything finer with four decimals."""
    return formats.euro4(micros, tongue) if micros % MICROS_PER_CENT else formats.euro(micros, tongue)


def length(seconds: int, tongue: str) -> str:
    """`2 min`, `17 s`, `1:01`: exact."""
    return formats.duration(seconds, tongue) if seconds < 60 or seconds % 60 == 0 else formats.call_time(seconds)


def band_word(band: Band | None) -> str:
    if band is None:
        return _("the same price at all times")
    return _("peak") if band is Band.PEAK else _("off-peak")


def calculation_words(made: Calculation, tongue: str) -> str:
    """One or two sentences that tell how an amount came about."""
    parts = _(" and ").join(_part_words(part, tongue) for part in made.stretches)
    return _("%(setup)s set-up fee and %(parts)s, billed %(steps)s.") % {
        "setup": formats.euro4(made.setup_micros, tongue),
        "parts": parts,
        "steps": step_words(made),
    }


def step_words(made: Calculation) -> str:
    """How time becomes billed time: by the second, or in steps of which the first can be longer."""
    if made.first_seconds == made.step_seconds == 1:
        return _("by the second")
    if made.first_seconds == made.step_seconds:
        return _("in steps of %(step)s seconds") % {"step": made.step_seconds}
    return _("at least %(first)s seconds, then in steps of %(step)s") % {
        "first": made.first_seconds,
        "step": made.step_seconds,
    }


def _part_words(part: Stretch, tongue: str) -> str:
    words = _("%(time)s at %(minute)s a minute") % {
        "time": formats.call_time(part.seconds),
        "minute": formats.euro4(part.minute_micros, tongue),
    }
    return f"{words} ({band_word(part.band)})" if part.band else words


def where_words(explained: Explanation) -> str:
    """The destination of the rate, else what the number is."""
    if explained.rate and explained.rate.destination:
        return explained.rate.destination
    return kind_words(explained.number)


def kind_words(number: str) -> str:
    """What kind of number it is."""
    return str(CATEGORY_LABELS[category_of(number)])


def answer_words(explained: Explanation, tongue: str) -> str:
    """The answer: what it costs, how long and where to."""
    values = {"time": length(explained.seconds, tongue), "where": where_words(explained)}
    if explained.micros is None:
        return _("The price is not known · %(time)s to %(where)s") % values
    price = _("Free of charge") if not explained.micros else amount(explained.micros, tongue)
    return _("%(price)s · %(time)s to %(where)s") % {**values, "price": price}


def reason_words(explained: Explanation, tongue: str) -> str:
    """Why, in a sentence."""
    match explained.outcome:
        case Outcome.FREE:
            if explained.call_type == CallType.FREE:
                return _("Freephone numbers are never charged.")
            return _("Emergency numbers and helplines are never charged, and always within reach.")
        case Outcome.INTERNAL:
            return _("This is a number of your own: calls between your own numbers cost nothing.")
        case Outcome.NOT_ANSWERED:
            return _("A call that nobody answers costs nothing, not even the set-up fee.")
        case Outcome.NO_TARIFF:
            return _("No tariff was agreed yet. A call is kept without a price, and its amount follows.")
        case Outcome.NO_VERSION:
            return _(
                "The tariff does not hold yet on that day. A call is kept without a price, and its amount follows."
            )
        case Outcome.NO_RATE:
            return _("The tariff has no price for this number. A call is kept without a price, and its amount follows.")
        case Outcome.PRICED:
            return calculation_words(explained.calculation, tongue) if explained.calculation else ""


def step_list(explained: Explanation, *, tariff: str, since: date | None, tongue: str) -> list[CostStep]:
    """The steps from the number to the amount. `tariff` and `since` name the version that the call goes by."""
    steps = [CostStep("number", _("Number"), display(explained.number), kind_words(explained.number))]
    if explained.outcome in {Outcome.FREE, Outcome.INTERNAL, Outcome.NO_TARIFF}:
        return steps
    steps += _source_steps(explained, tariff, since, tongue)
    made = explained.calculation
    if made is None:
        return steps
    steps.append(_band_step(explained, tongue))
    steps.append(CostStep("setup", _("Set-up fee"), formats.euro4(made.setup_micros, tongue)))
    steps.append(
        CostStep(
            "billed",
            _("Billed time"),
            formats.call_time(made.billed_seconds),
            f"{formats.call_time(made.seconds)} {step_words(made)}",
        )
    )
    steps += [CostStep("traffic", _("Talking time"), _part_words(part, tongue)) for part in made.stretches]
    rounding = _("rounded half up to a millionth of a euro, once a call") if made.is_rounded else _("exact")
    steps.append(CostStep("amount", _("Amount ex VAT"), formats.euro6(made.micros, tongue), rounding))
    return steps


def _source_steps(explained: Explanation, tariff: str, since: date | None, tongue: str) -> list[CostStep]:
    listed, rate = explained.listed, explained.rate
    day = formats.full_date(since, tongue) if since else ""
    version = _("%(tariff)s, prices from %(day)s") % {"tariff": tariff, "day": day} if since else tariff
    if explained.override is None:
        steps = [CostStep("tariff", _("Tariff"), version)]
    else:
        begun = formats.full_date(local_day(explained.override.start), tongue)
        instead = ""
        if listed:
            instead = _("instead of %(minute)s a minute in %(tariff)s") % {
                "minute": formats.euro4(listed.price.minute_micros, tongue),
                "tariff": tariff,
            }
        steps = [CostStep("own_price", _("Own price"), _("agreed from %(day)s") % {"day": begun}, instead)]
    if rate:
        steps.append(CostStep("prefix", _("Begins with"), shown_prefix(rate.prefix), rate.destination))
    return steps


def shown_prefix(key: str) -> str:
    """A rating key as people write a prefix."""
    return key[1:] if key.startswith("0") else f"+{key}"


def _band_step(explained: Explanation, tongue: str) -> CostStep:
    made = explained.calculation
    band = made.band if made else None
    if band is None:
        return CostStep("band", _("Time"), _("the same price at all times"))
    day = local_day(explained.start)
    moment = f"{formats.long_day(day, tongue)} {formats.clock(explained.start)}"
    holiday = band is Band.OFF_PEAK and is_holiday(day)
    return CostStep("band", _("Time"), band_word(band), f"{moment}, {_('a public holiday')}" if holiday else moment)

"""What a call costs and why, step by step: the same choice and the same arithmetic that calls are rated with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cdr.rating.free import free_type
from cdr.rating.overrides import Override
from cdr.rating.prices import Calculation, calculate
from cdr.rating.rates import PrefixRate
from cdr.rating.tariffs import TariffBook, Version, choose_rate
from cdr.vocabulary import CallType


class Outcome(Enum):
    """What there is to say of the cost of a call. Without a rate nothing is known, which is not free."""

    FREE = "free"  # 112, helplines and freephone: never charged
    INTERNAL = "internal"  # to one of the customer's own numbers
    NOT_ANSWERED = "not_answered"
    PRICED = "priced"
    NO_TARIFF = "no_tariff"
    NO_VERSION = "no_version"  # the tariff does not hold yet at that moment
    NO_RATE = "no_rate"


UNKNOWN = frozenset({Outcome.NO_TARIFF, Outcome.NO_VERSION, Outcome.NO_RATE})


@dataclass(frozen=True, slots=True)
class Explanation:
    """The cost of one call. `micros` is None where it is not known. `listed` is the tariff's own rate, whether or not an
    override went before it.
    """

    number: str
    seconds: int
    start: datetime
    outcome: Outcome
    call_type: int
    micros: int | None
    rate: PrefixRate | None = None
    listed: PrefixRate | None = None
    override: Override | None = None
    version: Version | None = None
    calculation: Calculation | None = None


def explain(
    *,
    number: str,
    seconds: int,
    start: datetime,
    book: TariffBook | None,
    overrides: Sequence[Override] = (),
    internal: bool = False,
) -> Explanation:
    """What an outgoing call to a stored number (`+31…`, `short:…`) that starts at a moment costs.

    `internal`: the number is the customer's own.
    """
    free = free_type(number)
    if free:
        return Explanation(number, seconds, start, Outcome.FREE, free, 0)
    if internal:
        return Explanation(number, seconds, start, Outcome.INTERNAL, int(CallType.INTERNAL), 0)
    choice = choose_rate(book, overrides, number=number, start=start)
    if choice.rate is None:
        outcome = Outcome.NO_RATE if choice.version else Outcome.NO_VERSION if book else Outcome.NO_TARIFF
        return Explanation(number, seconds, start, outcome, int(CallType.UNKNOWN), None, version=choice.version)
    calculation = calculate(choice.rate.price, choice.hours, seconds=seconds, start=start)
    return Explanation(
        number=number,
        seconds=seconds,
        start=start,
        outcome=Outcome.PRICED if seconds > 0 else Outcome.NOT_ANSWERED,
        call_type=choice.rate.call_type,
        micros=calculation.micros,
        rate=choice.rate,
        listed=choice.listed,
        override=choice.override,
        version=choice.version,
        calculation=calculation,
    )

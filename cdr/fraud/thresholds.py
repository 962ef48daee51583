"""From which size a sign is raised. What stays under it is kept without a word, so that other thresholds can be tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cdr.fraud.facts import Measures
from cdr.fraud.kinds import Severity, SignKind

EURO = 1_000_000
_URGENT, _SERIOUS = 50 * EURO, 10 * EURO


@dataclass(frozen=True, slots=True)
class Threshold:
    """`calls` or `micros` must be reached, and `factor` (times the usual) and `alike` (percent of equal durations) too.

    None: that measure is not looked at.
    """

    on: bool = True
    calls: int | None = None
    micros: int | None = None
    factor: int | None = None
    alike: int | None = None


DEFAULTS: Mapping[SignKind, Threshold] = MappingProxyType(
    {
        SignKind.NEW_COUNTRY: Threshold(calls=5, micros=10 * EURO),
        SignKind.RISKY: Threshold(calls=5, micros=10 * EURO, factor=3),
        SignKind.OFF_HOURS: Threshold(micros=25 * EURO, factor=5),
        SignKind.PARALLEL: Threshold(calls=10, alike=60),
        SignKind.FORWARD: Threshold(calls=0),
        SignKind.CALL_BACK_BAIT: Threshold(calls=5),
    }
)
# Nothing smaller is kept, so no threshold can be lower.
FLOORS: Mapping[SignKind, Threshold] = MappingProxyType(
    {
        SignKind.NEW_COUNTRY: Threshold(calls=2, micros=2 * EURO),
        SignKind.RISKY: Threshold(calls=2, micros=2 * EURO, factor=1),
        SignKind.OFF_HOURS: Threshold(micros=5 * EURO, factor=2),
        SignKind.PARALLEL: Threshold(calls=4, alike=20),
        SignKind.FORWARD: Threshold(calls=0),
        SignKind.CALL_BACK_BAIT: Threshold(calls=3),
    }
)


def fires(threshold: Threshold, measures: Measures) -> bool:
    """Whether a sign of this size is raised."""
    sizes = [
        (least, value)
        for least, value in ((threshold.calls, measures.calls), (threshold.micros, measures.micros))
        if least is not None
    ]
    ratios = ((threshold.factor, measures.factor), (threshold.alike, measures.alike))
    return (
        threshold.on
        and any(value >= least for least, value in sizes)
        and all(least is None or value is None or value >= least for least, value in ratios)
    )


def severity(measures: Measures, *, risky: bool) -> Severity:
    """By the money that is gone; numbers that thieves like weigh one step more."""
    if measures.micros >= _URGENT:
        return Severity.HIGH
    if measures.micros >= _SERIOUS:
        return Severity.HIGH if risky else Severity.MEDIUM
    return Severity.MEDIUM if risky else Severity.LOW

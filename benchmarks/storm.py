"""The morning after a power cut: every phone of the fleet asks all it asks, from five hundred offices."""

import time
from collections.abc import Callable

from benchmarks.fleet import Desk
from benchmarks.rounds import say, steal
from benchmarks.serving import Served
from benchmarks.wire import Load, Outcome, Start

OFFICES = 500
AT_ONCE = 400  # phones in a talk, to find out how many a minute are served
SHARE = 0.8
SLOWEST = 2.0  # seconds, of 99 in 100 requests at that share


def run(portal: Served, fleet: list[Desk], trivial: Callable[[], int]) -> list[str]:
    """Print how many phones a minute are served, how long requests take at 80 percent of that, and the ratio to a trivial view."""
    _storm(portal, fleet[: len(fleet) // 10], most=AT_ONCE)  # warms both workers
    least = _rate(trivial)
    full = _storm(portal, fleet, most=AT_ONCE)
    capacity = full.done / full.seconds
    before = steal()
    calm = _storm(portal, fleet, rate=capacity * SHARE)
    after = steal()
    slowest = calm.slowest(0.99)
    say(
        {
            "benchmark": "power cut",
            "phones": calm.done,
            "requests": len(calm.taken),
            "phones_per_minute": round(capacity * 60),
            "requests_per_second": round(len(full.taken) / full.seconds),
            "times_a_trivial_request": round(least / (len(full.taken) / full.seconds), 2),
            "at_80_percent_p99_seconds": round(slowest, 3),
            "at_80_percent_median_seconds": round(calm.slowest(0.5), 4),
            "not_served": len(full.wrong) + len(calm.wrong),
            "steal": round((after[0] - before[0]) / max(1, after[1] - before[1]), 4),
        }
    )
    wrong = sorted({*full.wrong, *calm.wrong})
    missed = [f"{len(full.wrong) + len(calm.wrong)} phones were not served: {', '.join(wrong[:5])}"] if wrong else []
    if slowest >= SLOWEST:
        missed.append(f"one request in a hundred takes {slowest:.1f} s or more at 80 percent, the goal is {SLOWEST}")
    return missed


def _storm(portal: Served, fleet: list[Desk], *, rate: float = 0.0, most: int | None = None) -> Outcome:
    """All phones at once, at most so many in a talk; or so many a second, whatever becomes of those before."""
    starts = [
        Start(number / rate if rate else 0.0, _office(number % OFFICES), desk.talk())
        for number, desk in enumerate(fleet)
    ]
    return (Load(portal.port, most=most) if most else Load(portal.port)).run(starts)


def _office(number: int) -> str:
    return f"127.{1 + number // 250}.{number % 250}.1"


def _rate(side: Callable[[], int]) -> float:
    side()
    start = time.perf_counter()
    return side() / (time.perf_counter() - start)

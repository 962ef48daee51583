"""Two things measured in turn, round after round, so that a noisy machine disturbs both alike."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a name and what to run. ``run`` returns how much it did (rows, requests, queries)."""

    name: str
    run: Callable[[], int]


def steal() -> tuple[int, int]:
    """Ticks that the host took from this machine, and all ticks that were not idle; zeros where /proc tells nothing."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0, 0
    ticks = [int(word) for word in stat.read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks) - ticks[3] - ticks[4]


def compare(name: str, ours: Side, other: Side, *, rounds: int = ROUNDS, **facts: object) -> float:
    """Measure both sides in turn and print one JSON line: amounts a second, each round's ratio ours / other, their median.

    The first, warming round is run and left out. Steal is the share of the busy time that the host took.
    """
    measured: list[tuple[float, float]] = []
    before = steal()
    for number in range(rounds + 1):
        pair = (_rate(ours), _rate(other)) if number % 2 else tuple(reversed((_rate(other), _rate(ours))))
        if number:
            measured.append((pair[0], pair[1]))
    after = steal()
    busy = after[1] - before[1]
    ratios = [mine / theirs for mine, theirs in measured]
    line = {
        "benchmark": name,
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        ours.name: round(statistics.median(mine for mine, _ in measured), 1),
        other.name: round(statistics.median(theirs for _, theirs in measured), 1),
        "rounds": rounds,
        "steal": round((after[0] - before[0]) / busy, 4) if busy else 0.0,
        **facts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return statistics.median(ratios)


def _rate(side: Side) -> float:
    start = time.perf_counter()
    amount = side.run()
    return amount / (time.perf_counter() - start)

"""Things measured in turn, round after round, so that a noisy machine disturbs them alike."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5

missed: list[str] = []  # the goals that were missed until now, in words


def miss(*goals: str) -> None:
    """Goals that were missed, in words: they are said at the end, and what follows is measured all the same."""
    missed.extend(goals)


@dataclass(frozen=True, slots=True)
class Side:
    """One of them: a name and what to run. ``run`` returns how much it did (rows, requests, queries).

    ``goal`` is the least that the ratio of ours to this one should be.
    """

    name: str
    run: Callable[[], int]
    goal: float = 0.0


def steal() -> tuple[int, int]:
    """Ticks that the host took from this machine, and all ticks that were not idle; zeros where /proc tells nothing."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0, 0
    ticks = [int(word) for word in stat.read_text().splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks) - ticks[3] - ticks[4]


def compare(name: str, ours: Side, *others: Side, rounds: int = ROUNDS, **facts: object) -> list[float]:
    """Measure all sides in turn and print a JSON line for each other one: amounts a second, each round's ratio ours / other,
    and the median of the ratios, which is returned.

    The first, warming round is run and left out, and every other round goes backwards. Steal is the share of the busy
    time that the host took.
    """
    sides = (ours, *others)
    measured: list[list[float]] = []
    before = steal()
    for number in range(rounds + 1):
        order = sides if number % 2 else tuple(reversed(sides))
        rates = {side.name: _rate(side) for side in order}
        if number:
            measured.append([rates[side.name] for side in sides])
    after = steal()
    busy = after[1] - before[1]
    medians = []
    for place, other in enumerate(others, start=1):
        ratios = [rates[0] / rates[place] for rates in measured]
        medians.append(statistics.median(ratios))
        line = {
            "benchmark": name,
            "ratio": round(medians[-1], 4),
            "ratios": [round(ratio, 4) for ratio in ratios],
            ours.name: round(statistics.median(rates[0] for rates in measured), 1),
            other.name: round(statistics.median(rates[place] for rates in measured), 1),
            "rounds": rounds,
            "steal": round((after[0] - before[0]) / busy, 4) if busy else 0.0,
            **facts,
        } | ({"goal": other.goal} if other.goal else {})
        say(line)
        if medians[-1] < other.goal:
            miss(f"{name}, {other.name}: {medians[-1]:.2f} times, the goal is {other.goal}")
    return medians


def say(line: dict[str, object]) -> None:
    """A line of JSON for whoever runs the benchmark."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _rate(side: Side) -> float:
    start = time.perf_counter()
    amount = side.run()
    return amount / (time.perf_counter() - start)

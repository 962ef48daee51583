"""Believable usage files for demonstrations: the same seed gives the same bytes. Nothing here touches the database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mobile.usage_file import COLUMNS
from portal.lib.periods import AMSTERDAM, Month, day_bounds

GB = 10**9


@dataclass(frozen=True, slots=True)
class Sim:
    """A SIM that is used. `data` bytes and `voice` seconds are what it uses in an ordinary month.

    `country` is where it travels (ISO 3166, empty for nowhere), `calls` a country it calls from home.
    """

    msisdn: str
    iccid: str
    name: str
    data_share: int
    voice_bundle: int
    data: int
    voice: int
    in_group: bool = True
    country: str = ""
    calls: str = ""


# What people use of 5 GB, in hundredths of their share: some far above, most below.
_APPETITES = (290, 122, 84, 78, 52, 8, 61, 95, 33, 70, 44, 27)
_TRAVELS = {0: "CH", 4: "GB"}
_CALLS = {1: "MA"}


def fleet(names: Sequence[str], *, first_msisdn: int, vans: int = 2) -> list[Sim]:
    """A SIM for each name, sharing a bundle, and `vans` with a small bundle of their own, the first of them over it.

    Numbers count up from `first_msisdn` (31612345601); SIM numbers follow from them.
    """
    sims = []
    for place, name in enumerate(names):
        share = 5 * GB
        sims.append(
            Sim(
                msisdn=f"+{first_msisdn + place}",
                iccid=f"8931{first_msisdn + place:015d}",
                name=name,
                data_share=share,
                voice_bundle=250 * 60,
                data=share * _APPETITES[place % len(_APPETITES)] // 100,
                voice=(226, 160, 205, 88, 128, 30)[place % 6] * 60,
                country=_TRAVELS.get(place, ""),
                calls=_CALLS.get(place, ""),
            )
        )
    for place in range(vans):
        number = first_msisdn + len(names) + place
        sims.append(
            Sim(
                msisdn=f"+{number}",
                iccid=f"8931{number:015d}",
                name=f"Werkbus {place + 1}",
                data_share=2 * GB,
                voice_bundle=0,
                data=(2_900_000_000, 1_400_000_000)[place % 2],
                voice=0,
                in_group=False,
            )
        )
    return sims


def usage_file(sims: Sequence[Sim], month: Month, *, until: datetime, seed: int = 1) -> bytes:
    """A file with the counters of each day of the month up to `until`, as a network would have sent them."""
    rows = [",".join(COLUMNS)]
    for sim in sims:
        chance = random.Random(f"{seed}:{month}:{sim.msisdn}")  # noqa: S311 - believable, not secret
        rows.extend(_counters(sim, month, until, chance))
    return ("\n".join(rows) + "\n").encode()


def _counters(sim: Sim, month: Month, until: datetime, chance: random.Random) -> Iterator[str]:
    days = list(month.days())
    weights = [chance.randint(3, 9) * (10 if day.weekday() < 5 else 4) for day in days]
    whole = sum(weights) * chance.randint(92, 108)  # one month is not like another
    abroad = chance.randrange(len(days) // 2) if sim.country else -1
    data = voice = sms = 0
    cost = {"data_abroad": 0, "calls_abroad": 0}
    for place, day in enumerate(days):
        moment = min(day_bounds(day).end - timedelta(minutes=20), until)
        data += sim.data * weights[place] * 100 // whole
        voice += sim.voice * weights[place] * 100 // whole
        sms += chance.randrange(3)
        if sim.country and abroad <= place < abroad + 4:
            cost["data_abroad"] += chance.randint(350, 900) * 10_000
        if sim.calls and chance.randrange(4) == 0:
            cost["calls_abroad"] += chance.randint(40, 180) * 10_000
        at = moment.astimezone(AMSTERDAM).isoformat(timespec="seconds")
        yield _row(sim, month, "data", f"{data // 1000}", "KB", at)
        if sim.voice_bundle:
            yield _row(sim, month, "voice", f"{voice}", "s", at)
        yield _row(sim, month, "sms", f"{sms}", "sms", at)
        if cost["data_abroad"]:
            yield _row(sim, month, "cost", _euros(cost["data_abroad"]), "EUR", at, "data_abroad", sim.country)
        if cost["calls_abroad"]:
            yield _row(sim, month, "cost", _euros(cost["calls_abroad"]), "EUR", at, "calls_abroad", sim.calls)
        over = 0 if sim.in_group else max(0, data - sim.data_share)
        if over:
            yield _row(sim, month, "cost", _euros(over * 9 // 1000), "EUR", at, "data_over")  # € 9 a GB
        if moment == until:
            return


def _euros(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _row(sim: Sim, month: Month, bundle: str, used: str, unit: str, at: str, cause: str = "", country: str = "") -> str:
    return ",".join((sim.msisdn, sim.iccid, str(month), bundle, used, unit, at, cause, country))

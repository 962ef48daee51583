"""Files of calls for the benchmarks: many customers, one month, in the order of time; the same every time."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from accounts.access import system
from accounts.models import Customer
from cdr.models import Source, Tariff
from cdr.rates_file import standard_rates
from cdr.services import add_version, save_source, save_tariff
from portal.lib.periods import Month

COLUMNS = 21
CUSTOMERS = 200
NUMBERS_EACH = 20
POOL = 3_000  # numbers that a customer calls: some every day, most once in a while
# Beginnings of numbers and how many digits follow.
CALLED = (("06", 8), ("06", 8), ("06", 8), ("020", 7), ("010", 7), ("088", 7), ("0316", 6), ("004930", 7), ("00322", 7),
          ("0900", 4), ("0800", 4), ("002125", 8))  # fmt: skip


def feed() -> Source:
    """An Asterisk that writes UTC, 200 customers and a tariff of the whole world."""
    found = Source.objects.filter(name="bench").first()
    if found is not None:
        return found
    Customer.objects.bulk_create(
        [Customer(reference=f"bench-{number}", name=f"Bench {number}") for number in range(CUSTOMERS)]
    )
    tariff = save_tariff(tariff=Tariff(name="Bench", is_default=True), actor=system())
    add_version(tariff=tariff, valid_from=Month(2020, 1).first_day, rates=standard_rates(), actor=system())
    return save_source(source=Source(name="bench", dialect="asterisk", time_zone="UTC"), actor=system())


def _row(account: str, own: str, called: str, start: datetime, seconds: int, number: int) -> str:
    """A row of Asterisk's cdr_csv with all its columns; times are UTC."""
    began, answer, end = (str(start + timedelta(seconds=later))[:19] for later in (0, 9, 9 + seconds))
    unique = f"bench-{start.timestamp():.0f}.{number}"
    return (
        f'"{account}","{own}","{called}","from-internal","""Bench"" <{own}>","PJSIP/101-{number:08x}","PJSIP/trunk-{number:08x}",'
        f'"Dial","PJSIP/{called}@trunk,60","{began}","{answer if seconds else ""}","{end}",{9 + seconds},{seconds},'
        f'"{"ANSWERED" if seconds else "NO ANSWER"}","DOCUMENTATION","{unique}","","","{unique}",{number}\n'
    )


@cache
def _called(customer: int, place: int) -> str:
    chance = random.Random(f"{customer}/{place}")
    beginning, digits = chance.choice(CALLED)
    return beginning + str(chance.randrange(10 ** (digits - 1), 10**digits))


def _shares() -> list[float]:
    shares = [1 / (place + 1) ** 0.7 for place in range(CUSTOMERS - 1)]
    return [*shares, sum(shares) * 5e-5]


def write_month(path: Path, month: Month, rows: int, *, part: int = 0, weights: Sequence[float] | None = None) -> Path:
    """A file of `rows` calls all over the month, others for each `part`. Customers take part by `weights`, else as 1/n^0.7,
    but for the last one, which has five calls in a hundred thousand.
    """
    chance = random.Random(f"{month}/{part}")
    shares = weights or _shares()
    who = chance.choices(range(CUSTOMERS), shares, k=rows)
    first = month.start.astimezone(UTC)
    length = (month.end - month.start).total_seconds() - 7200
    with path.open("w") as file:
        for number, customer in enumerate(who):
            start = first + timedelta(seconds=int(length * number / rows))
            own = f"088{customer:03}{chance.randrange(NUMBERS_EACH):02}00"
            called = _called(customer, int(chance.paretovariate(0.6)) % POOL)
            seconds = 0 if chance.random() < 0.28 else int(chance.expovariate(1 / 150)) + 1
            file.write(_row(f"bench-{customer}", own, called, start, seconds, part * rows + number))
    return path

"""Believable Asterisk files for demonstrations and benchmarks: the same seed gives the same bytes.

Nothing here touches the database; the files go through the real loading like those of any switch.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.lib.periods import AMSTERDAM, Month, day_bounds

# Calls by hour of a working day; the weekend has a few in between.
HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 12, 22, 24, 20, 12, 16, 22, 21, 17, 9, 4, 3, 2, 1, 1, 0)
WEEKEND = 0.04
FIXED_AREAS = ("20", "10", "70", "30", "13", "40", "76", "73", "24", "50", "344", "416", "161", "318")
COUNTRIES = (
    ("3225", 6), ("33145", 6), ("4930", 7), ("492114", 6), ("442079", 6), ("4822", 7), ("34913", 6),
    ("21253726", 4), ("90212", 7), ("39063", 7), ("1212", 7), ("59994", 6),
)  # fmt: skip
SHORT_CODES = ("14020", "14013", "1850", "1888", "144")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a phone. `number` is E.164, empty for who has an extension only."""

    name: str
    extension: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """A customer that calls. `account` stands in the file as account code; `favourite` is a country it calls at length."""

    account: str
    main_number: str
    callers: tuple[Caller, ...]
    calls_a_month: int
    favourite: str = ""


@dataclass(frozen=True, slots=True)
class CdrFile:
    """A file as a switch would write it."""

    name: str
    content: bytes


@dataclass(slots=True)
class _Leg:
    """A row to be; moments are UTC."""

    account: str
    src: str
    dst: str
    name: str
    channel: str
    peer: str
    dialled: str
    start: datetime
    ring: int
    talk: int
    answered: bool
    unique: str
    linked: str

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.ring + self.talk)


def files(
    companies: Sequence[Company],
    months: Sequence[Month],
    *,
    seed: int = 1,
    until: datetime | None = None,
    zone: ZoneInfo = AMSTERDAM,
) -> Iterator[CdrFile]:
    """One file a month with the calls of all companies, in the order in which they ended, until a moment if one is given."""
    for month in months:
        legs = [leg for company in companies for leg in _month(company, month, seed)]
        legs = [leg for leg in legs if until is None or leg.end < until]
        legs.sort(key=lambda leg: (leg.end, leg.unique))
        first = (month.year * 12 + month.month) % 1000 * 2_000_000
        rows = [_row(leg, first + position, zone) for position, leg in enumerate(legs)]
        if rows:
            yield CdrFile(f"Master-{month}.csv", "".join(rows).encode())


def _row(leg: _Leg, sequence: int, zone: ZoneInfo) -> str:
    start, answer, end = (
        f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        for moment in (leg.start, leg.start + timedelta(seconds=leg.ring), leg.end)
    )
    state = "ANSWERED" if leg.answered else "NO ANSWER"
    texts = [leg.account, leg.src, leg.dst, "from-internal", f'""{leg.name}"" <{leg.src}>', leg.channel, leg.peer]
    texts += ["Dial", leg.dialled, start, answer if leg.answered else "", end]
    quoted = ",".join(f'"{text}"' for text in texts)
    seconds = f"{leg.ring + leg.talk},{leg.talk if leg.answered else 0}"
    return f'{quoted},{seconds},"{state}","DOCUMENTATION","{leg.unique}","","","{leg.linked}",{sequence}\n'


def _month(company: Company, month: Month, seed: int) -> Iterator[_Leg]:
    chance = random.Random(f"{seed}/{company.account}/{month}")  # noqa: S311 - believable, not secret
    book = _address_book(random.Random(f"{seed}/{company.account}"))  # noqa: S311
    days = list(month.days())
    weights = [WEEKEND if day.weekday() > 4 else 1.0 for day in days]
    activity = [3 / (3 + place) for place in range(len(company.callers))]
    for call in range(company.calls_a_month):
        day = chance.choices(days, weights)[0]
        hour = chance.choices(range(24), HOURS)[0]
        start = day_bounds(day).start + timedelta(hours=hour, seconds=chance.randrange(3600))
        caller = chance.choices(company.callers, activity)[0]
        yield from _call(company, caller, start, call, chance, book)
    if company.favourite:
        yield from _long_calls(company, month, chance)


def _call(
    company: Company, caller: Caller, start: datetime, call: int, chance: random.Random, book: list[str]
) -> Iterator[_Leg]:
    kind = chance.random()
    answered = chance.random() > 0.14
    own, outside = national(caller.number or company.main_number), _outside(chance, book)
    handset, trunk = f"PJSIP/{caller.extension}-{call:08x}", f"PJSIP/trunk-{call:08x}"
    unique = f"centrale-{int(start.timestamp())}.{call * 4}"
    out = _Leg(
        account=company.account,
        src=own,
        dst=outside,
        name=caller.name,
        channel=handset,
        peer=trunk,
        dialled=f"PJSIP/{outside}@trunk,60",
        start=start,
        ring=chance.randrange(3, 25),
        talk=min(int(chance.lognormvariate(4.5, 1.15)) + 1, 7200) if answered else 0,
        answered=answered,
        unique=unique,
        linked=unique,
    )
    coming = replace(out, src=chance.choice(book), dst=own, name="", channel=trunk)
    if kind < 0.56:
        yield out
    elif kind < 0.66:
        other = chance.choice(company.callers).extension
        yield replace(
            out, src=caller.extension, dst=other, peer=f"PJSIP/{other}-{call:07x}1", dialled=f"PJSIP/{other},30"
        )
    elif kind < 0.88:
        yield replace(coming, peer=handset, dialled=f"PJSIP/{caller.extension},30")
    elif kind < 0.95:
        yield from _group(company, replace(coming, dst=national(company.main_number)), call, chance)
    else:
        yield from _forwarded(coming, call, book)


def _group(company: Company, coming: _Leg, call: int, chance: random.Random) -> Iterator[_Leg]:
    """A call to the main number that rings at up to three people, of whom the first answers, if anybody does."""
    for place, member in enumerate(chance.sample(company.callers, min(3, len(company.callers)))):
        leg = replace(
            coming, peer=f"PJSIP/{member.extension}-{call:07x}{place}", dialled=f"PJSIP/{member.extension},20"
        )
        yield leg if place == 0 else replace(leg, talk=0, answered=False)


def _forwarded(coming: _Leg, call: int, book: list[str]) -> Iterator[_Leg]:
    """A call from outside that goes on to a mobile: the half that comes in and the half that leaves."""
    mobile = next(number for number in book if number.startswith("06"))
    local = f"Local/{mobile}@forward-{call:08x}"
    yield replace(coming, peer=f"{local};1", dialled=f"Local/{mobile}@forward")
    yield replace(
        coming,
        dst=mobile,
        channel=f"{local};2",
        peer=f"PJSIP/trunk-{call:07x}f",
        dialled=f"PJSIP/{mobile}@trunk",
        unique=f"{coming.unique}1",
    )


def _long_calls(company: Company, month: Month, chance: random.Random) -> Iterator[_Leg]:
    """Three long calls on one afternoon: what a person wants to find on the page of a month."""
    day = month.first_day.replace(day=15)
    day += timedelta(days=max(7 - day.weekday(), 0) % 7 if day.weekday() > 4 else 0)
    caller = company.callers[0]
    for place, (hour, minutes) in enumerate(((11, 37), (15, 49), (16, 58))):
        start = day_bounds(day).start + timedelta(
            hours=hour, minutes=chance.randrange(1, 50), seconds=chance.randrange(60)
        )
        call = 900_000 + place
        unique = f"centrale-{int(start.timestamp())}.{call * 4}"
        called = "00" + company.favourite + f"{8011 + place % 2 * 3}"
        yield _Leg(
            company.account,
            national(caller.number or company.main_number),
            called,
            caller.name,
            f"PJSIP/{caller.extension}-{call:08x}",
            f"PJSIP/trunk-{call:08x}",
            f"PJSIP/{called}@trunk,60",
            start,
            9,
            minutes * 60 + chance.randrange(60),
            True,
            unique,
            unique,
        )


def _digits(chance: random.Random, length: int) -> str:
    return str(chance.randrange(2, 10)) + "".join(str(chance.randrange(10)) for _ in range(length - 1))


def _address_book(chance: random.Random) -> list[str]:
    """Numbers that this company has to do with, mobiles and offices, as they are dialled."""
    mobiles = [f"06{chance.choice('12345')}{_digits(chance, 7)}" for _ in range(60)]
    offices = []
    for _ in range(50):
        area = chance.choice(FIXED_AREAS)
        offices.append(f"0{area}{_digits(chance, 9 - len(area))}")
    offices += [f"08{chance.choice('58')}{_digits(chance, 7)}" for _ in range(10)]
    both = mobiles + offices
    chance.shuffle(both)
    return both


def _outside(chance: random.Random, book: list[str]) -> str:
    """The number of an outgoing call: mostly known ones, some new, few abroad, service and free numbers."""
    kind = chance.random()
    if kind < 0.74:
        return book[min(int(chance.expovariate(1 / 28)), len(book) - 1)]
    if kind < 0.90:
        area = chance.choice((*FIXED_AREAS, "61", "62", "63", "64", "65"))
        return f"0{area}{_digits(chance, 9 - len(area))}"
    if kind < 0.945:
        prefix, more = chance.choice(COUNTRIES)
        return "00" + prefix + _digits(chance, more)
    if kind < 0.965:
        return f"0900{_digits(chance, 4)}"
    if kind < 0.99:
        return f"0800{_digits(chance, 4)}"
    if kind < 0.9998:
        return chance.choice(SHORT_CODES)
    return chance.choice(("112", "112", "113", "116123"))


def burst(company: Company, number: str, start: datetime, *, calls: int = 12, every: int = 150) -> CdrFile:
    """A file with what thieves make of somebody's phone: long calls to one range abroad, several at once; moments UTC."""
    chance = random.Random(f"{company.account}/{number}")  # noqa: S311 - believable, not secret
    caller, legs = company.callers[0], []
    for call in range(calls):
        outside, at = f"00{number}{chance.randrange(100, 1000)}", start + timedelta(seconds=call * every)
        unique = f"centrale-night-{int(at.timestamp())}.{call}"
        legs.append(
            _Leg(
                account=company.account,
                src=national(caller.number or company.main_number),
                dst=outside,
                name=caller.name,
                channel=f"PJSIP/{caller.extension}-{call:08x}",
                peer=f"PJSIP/trunk-{call:08x}",
                dialled=f"PJSIP/{outside}@trunk,60",
                start=at,
                ring=4,
                talk=520 + chance.randrange(25),
                answered=True,
                unique=unique,
                linked=unique,
            )
        )
    rows = [_row(leg, position, AMSTERDAM) for position, leg in enumerate(legs)]
    return CdrFile(f"Master-night-{start:%Y%m%d}.csv", "".join(rows).encode())


def national(number: str) -> str:
    """A Dutch number as a switch writes it: `+31887654000` as `0887654000`."""
    return "0" + number[3:] if number.startswith("+31") else number

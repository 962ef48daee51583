"""The tariff, the source, and months of calls, read from files through the real ingestion."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from accounts.access import Door, system
from accounts.models import Customer
from cdr import generate
from cdr.models import Batch, Source, Tariff
from cdr.rating.prices import Price
from cdr.services import add_version, load_file, save_source, save_tariff
from cdr.services.fraud import find_signs
from cdr.services.tariffs import RateLine
from cdr.vocabulary import CallType
from portal.demo import cast, phones
from portal.lib.money import micros
from portal.lib.periods import Month, day_bounds, local_day

SOURCE = "asterisk"


def make_tariff(first: dt.date) -> None:
    """The provider's price list, valid from ``first`` on."""
    actor = system(door=Door.COMMAND)
    tariff = save_tariff(tariff=Tariff(name="Zakelijk bellen", is_default=True), actor=actor)
    rates = [
        RateLine(prefix, name, CallType[kind], Price(micros(Decimal(setup)), micros(Decimal(minute))))
        for prefix, name, kind, minute, setup in cast.RATES
    ]
    add_version(tariff=tariff, valid_from=first, rates=rates, actor=actor)


def make_source() -> None:
    """The switch that the demonstration's files come from."""
    # Without names of trunks, so that files of any Asterisk can be tried here.
    source = Source(name=SOURCE, title="Asterisk", dialect="asterisk")
    save_source(source=source, actor=system(door=Door.COMMAND))


def company(plan: cast.CustomerPlan, first_person: int) -> generate.Company:
    """A customer as the generator of files knows it."""
    callers = []
    for place, extension in enumerate(phones.extensions(plan)):
        offset = int(extension) if plan.numbers >= 300 else place + 1
        callers.append(generate.Caller(" ".join(cast.person(first_person + place)), extension, plan.number(offset)))
    return generate.Company(
        account=plan.reference,
        main_number=plan.number(0),
        callers=tuple(callers),
        calls_a_month=plan.calls_a_month,
        favourite=plan.favourite,
    )


def load(folder: Path, months: list[Month], until: dt.datetime, say: Callable[[str], None]) -> int:
    """Write one file a month and load it; months that are loaded already are passed over. Returns the rows read."""
    actor = system(door=Door.COMMAND)
    source = Source.objects.get(name=SOURCE)
    folder.mkdir(parents=True, exist_ok=True)
    first_person, companies, rows = 0, [], 0
    for plan in cast.CUSTOMERS:
        companies.append(company(plan, first_person))
        first_person += plan.people
    done = set(Batch.objects.filter(source=source, state=Batch.State.DONE).values_list("file_name", flat=True))
    for file in generate.files(
        companies, [month for month in months if f"Master-{month}.csv" not in done], until=until
    ):
        path = folder / file.name
        path.write_bytes(file.content)
        batch = load_file(path=path, source=source, actor=actor)
        rows += batch.read
        say(f"  {file.name}: {batch.loaded} calls loaded")
    return rows


def steal(folder: Path, now: dt.datetime, say: Callable[[str], None]) -> None:
    """One night's theft at the first company, so that there is a sign of fraud to look at; only in the first filling."""
    source = Source.objects.get(name=SOURCE)
    if Batch.objects.filter(source=source, file_name__startswith="Master-night-").exists():
        return
    plan = cast.CUSTOMERS[0]
    night = day_bounds(local_day(now) - dt.timedelta(days=1)).start + dt.timedelta(hours=2, minutes=10)
    file = generate.burst(company(plan, 0), "5352345", night)
    path = folder / file.name
    path.write_bytes(file.content)
    load_file(path=path, source=source, actor=system(door=Door.COMMAND))
    found = find_signs(customer=Customer.objects.get(reference=plan.reference), now=now)
    say(f"  {file.name}: {len(found)} signs of fraud")

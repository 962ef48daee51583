"""A second feed with what goes wrong in real ones: a file that is missing, rows that cannot be read, a country without a price."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from accounts.access import Door, system
from cdr.models import Batch, Source
from cdr.services import load_file, save_source
from portal.demo import cast
from portal.lib.periods import day_bounds, local_day, to_local

SOURCE = "wholesale"
HEAD = "call_id;account;a_number;b_number;start;duration;price;type"
NO_PRICE = "3545512048"  # Iceland is not in the price list
# Numbers of files and, for each row: account, called number, minutes after the first call, seconds.
FILES = {
    417: (
        ("acme", NO_PRICE, 0, 312),
        ("acme", "493055017", 7, 95),
        ("oakwood", "31205550133", 9, 61),
        ("oakwood", "31205550148", 15, 240),
    ),
    419: (
        ("acme", NO_PRICE, 180, 128),
        ("acme", "3,16E+10", 184, 77),
        ("acme", "3226390411", 190, 203),
        ("oakwood", "31305550121", 201, 18),
        ("acme", "442075550160", 207, -40),
        ("acme", NO_PRICE, 215, 46),
    ),
}


def make_source() -> None:
    """The carrier that delivers numbered files, of which one will be missing."""
    source = Source(
        name=SOURCE,
        title="Carrier",
        dialect="wholesale",
        number_format=Source.NumberFormat.INTERNATIONAL,
        sequence_pattern=r"calls-(\d+)\.csv",
        expected_minutes=2 * 24 * 60,
    )
    save_source(source=source, actor=system(door=Door.COMMAND))


def load(folder: Path, now: dt.datetime, say: Callable[[str], None]) -> None:
    """Deliver the two files, once. The calls are of yesterday, or of this morning on the first day of a month."""
    source = Source.objects.filter(name=SOURCE).first()
    if source is None or Batch.objects.filter(source=source).exists():
        return
    today = local_day(now)
    day = today if today.day == 1 else today - dt.timedelta(days=1)
    first = day_bounds(day).start + dt.timedelta(hours=9, minutes=12)
    for number, rows in FILES.items():
        lines = [HEAD]
        for place, (account, called, minutes, seconds) in enumerate(rows):
            start = to_local(first + dt.timedelta(minutes=minutes))
            caller = cast.CUSTOMERS[0].number(121 + place).lstrip("+") if account == "acme" else "31205550100"
            lines.append(f"w{number}-{place};{account};{caller};{called};{start:%Y-%m-%d %H:%M:%S};{seconds};;out")
        path = folder / f"calls-{number}.csv"
        path.write_text("\n".join(lines) + "\n")
        batch = load_file(path=path, source=source, actor=system(door=Door.COMMAND))
        say(f"  {path.name}: {batch.loaded} calls loaded, {batch.rejected} rows rejected")

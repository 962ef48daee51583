"""What tests of this app start from: a source, a tariff, and rows as Asterisk writes them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypedDict, Unpack

from accounts.access import system
from accounts.models import Customer
from cdr.models import Batch, Bundle, Source, Tariff
from cdr.models.bundles import FIXED_NETHERLANDS
from cdr.rating.prices import Price
from cdr.services import add_version, load_file, make_bundle, save_source, save_tariff
from cdr.services.tariffs import RateLine
from cdr.vocabulary import CallType

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CENT = 10_000
LOCAL = "%Y-%m-%d %H:%M:%S"

RATES = (
    RateLine("31", "Nederland vast", CallType.NL_FIXED, Price(45_000, 15_000)),
    RateLine("316", "Nederland mobiel", CallType.NL_MOBILE, Price(0, 90_000, 60, 1)),
    RateLine("31900", "0900-nummers", CallType.SERVICE, Price(0, 500_000, 60, 60)),
    RateLine("212", "Marokko", CallType.ABROAD, Price(100_000, 275_000, 30, 6)),
    RateLine("short:18", "18xx", CallType.SERVICE, Price(900_000, 900_000, 60, 60)),
)


def a_tariff(rates: Sequence[RateLine] = RATES) -> Tariff:
    """The default tariff, valid for years."""
    tariff = save_tariff(tariff=Tariff(name="Basis", is_default=True), actor=system())
    add_version(tariff=tariff, valid_from=date(2020, 1, 1), rates=rates, actor=system())
    return tariff


def a_source(dialect: str = "asterisk", *, name: str = "asterisk", trunks: str = "", time_zone: str = "") -> Source:
    """A source in local time that guesses its trunks."""
    source = Source(name=name, dialect=dialect, trunks=trunks, time_zone=time_zone or "Europe/Amsterdam")
    return save_source(source=source, actor=system())


OWN_NUMBER = "+31887654000"  # of the rows below


class BundleCells(TypedDict, total=False):
    """What a test may say of a bundle."""

    name: str
    kind: str
    included_minutes: int | None
    prefixes: list[str]
    call_types: list[int]
    covers_setup: bool
    pro_rata: bool
    valid_from: date
    valid_to: date | None


class Cells(TypedDict, total=False):
    """What a test may say of a row; the rest is an answered call of a minute."""

    src: str
    dst: str
    account: str
    start: str
    answer: str
    end: str
    duration: int
    billsec: int
    disposition: str
    channel: str
    peer: str
    dialled: str
    clid: str
    unique: str
    linked: str
    sequence: int
    columns: int


USUAL: Cells = {
    "src": "0887654000",
    "dst": "0201234567",
    "account": "acme",
    "start": "2026-10-15 09:12:00",
    "end": "2026-10-15 09:13:05",
    "duration": 65,
    "billsec": 61,
    "disposition": "ANSWERED",
    "channel": "PJSIP/101-0000001a",
    "peer": "PJSIP/trunk-0000001b",
    "dialled": "PJSIP/0201234567@trunk,30",
    "clid": '""Sanne"" <0887654000>',
    "unique": "main-1792048320.1",
    "sequence": 1,
    "columns": 21,
}


# The legs of a call that the main number forwards to a mobile.
ARRIVAL: Cells = {"channel": "PJSIP/trunk-0000001a", "peer": "PJSIP/101-0000001b", "dst": "0887654000", "billsec": 5}
FORWARD: Cells = {
    "channel": "PJSIP/trunk-0000001a",
    "peer": "PJSIP/trunk-0000001c",
    "dst": "0612345678",
    "dialled": "PJSIP/0612345678@trunk,30",
}


def asterisk_row(base: Cells | None = None, **given: Unpack[Cells]) -> str:
    """A row of cdr_csv with 16, 18 or 21 columns."""
    row: Cells = {**USUAL, **(base or {}), **given}
    end, answer = _moments(row, base or {}, given)
    cells = [row["account"], row["src"], row["dst"], "from-internal", row["clid"], row["channel"], row["peer"], "Dial"]
    cells += [row["dialled"], row["start"], answer, end]
    quoted = [f'"{cell}"' for cell in cells]
    quoted += [str(row["duration"]), str(row["billsec"]), f'"{row["disposition"]}"', '"DOCUMENTATION"']
    if row["columns"] >= 18:
        quoted += [f'"{row["unique"]}"', '""']
    if row["columns"] == 21:
        quoted += ['""', f'"{row.get("linked") or row["unique"]}"', str(row["sequence"])]
    return ",".join(quoted)


def _moments(row: Cells, *given: Cells) -> tuple[str, str]:
    """The end and the answer of a row, which follow from its start, duration and billed seconds unless they are given."""
    try:
        start = datetime.strptime(row["start"], LOCAL)  # noqa: DTZ007 - a wall clock
    except ValueError:
        return row["end"], row["start"]
    end = (
        row["end"]
        if any("end" in cells for cells in given)
        else f"{start + timedelta(seconds=row['duration']):{LOCAL}}"
    )
    answer = datetime.strptime(end, LOCAL) - timedelta(seconds=row["billsec"])  # noqa: DTZ007 - a wall clock
    return end, row.get("answer", f"{answer:{LOCAL}}")


def october_rows(count: int) -> list[str]:
    """Calls of Acme, one a minute, by turns to a mobile and a fixed number."""
    called = ("0612345678", "0201234567")
    return [
        asterisk_row(dst=called[place % 2], start=f"2026-10-15 09:{place:02}:00", unique=f"{place}.1")
        for place in range(count)
    ]


def write(folder: Path, rows: Iterable[str | bytes], name: str = "Master.csv") -> Path:
    """A file of these rows, each with a line end."""
    path = folder / name
    lines = [row if isinstance(row, bytes) else row.encode() for row in rows]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def load(path: Path, source: Source, *, chunk_rows: int = 100_000) -> Batch:
    """Load as the platform, on a fixed day."""
    return load_file(path=path, source=source, actor=system(), now=NOW, chunk_rows=chunk_rows)


def counts(batch: Batch) -> tuple[int, int, int, int, int]:
    """Read, loaded, duplicate, rejected, unrated."""
    return batch.read, batch.loaded, batch.duplicate, batch.rejected, batch.unrated


def a_bundle(customer: Customer, numbers: Collection[str] = (OWN_NUMBER,), **given: Unpack[BundleCells]) -> Bundle:
    """Unlimited calling to fixed Dutch numbers for each of the numbers, or what the test says."""
    usual: BundleCells = {
        "name": "Bellen onbeperkt",
        "kind": Bundle.Kind.UNLIMITED,
        "prefixes": list(FIXED_NETHERLANDS),
        "valid_from": date(2026, 1, 1),
    }
    bundle = Bundle(customer=customer, **{**usual, **given})
    return make_bundle(actor=system(), bundle=bundle, numbers=numbers)

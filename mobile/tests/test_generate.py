"""Generated usage reads without a reject, only grows within a month, and is the same for the same seed."""

from datetime import UTC, datetime

from mobile.generate import fleet, usage_file
from mobile.usage_file import Reading, parse
from portal.lib.periods import Month

NOVEMBER = Month(2026, 11)
NOW = datetime(2026, 11, 22, 12, 40, tzinfo=UTC)
SIMS = fleet(["Mehmet Yılmaz", "Joost de Wit", "Sanne Bakker"], first_msisdn=31612345601)


def test_every_row_can_be_read_and_none_is_after_now() -> None:
    rows = list(parse(usage_file(SIMS, NOVEMBER, until=NOW)))
    assert all(isinstance(row, Reading) and row.as_of <= NOW for row in rows)
    assert {row.msisdn for row in rows if isinstance(row, Reading)} == {sim.msisdn for sim in SIMS}


def test_counters_only_grow_within_a_month() -> None:
    latest: dict[tuple[str, str, str], int] = {}
    for row in parse(usage_file(SIMS, Month(2026, 10), until=NOW)):
        assert isinstance(row, Reading)
        key = (row.msisdn, row.counter, row.cause)
        assert row.used >= latest.get(key, 0)
        latest[key] = row.used


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    one = usage_file(SIMS, NOVEMBER, until=NOW, seed=7)
    assert one == usage_file(SIMS, NOVEMBER, until=NOW, seed=7)
    assert one != usage_file(SIMS, NOVEMBER, until=NOW, seed=8)

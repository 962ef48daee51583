"""Loading usage files: once, by number and month, with the latest counter on top and rejects kept once."""

from datetime import date

import pytest

from accounts.access import Actor, system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from mobile.models import MobileSubscription, MonthUsage, Usage, UsageBatch, UsageReject
from mobile.services import OutsideCost, add_subscriptions, load_usage, take_costs
from mobile.usage_file import COLUMNS
from portal.lib.periods import Month

HEAD = ",".join(COLUMNS)
NOVEMBER = Month(2026, 11)


def subscription(msisdn: str, **fields: object) -> MobileSubscription:
    base: dict[str, object] = {"msisdn": msisdn, "plan": "Zakelijk 5 GB", "active_since": date(2026, 1, 1)}
    return MobileSubscription(**(base | fields))


def add(customer: Customer, *some: MobileSubscription) -> None:
    with tenant(customer):
        add_subscriptions(actor=actor(customer), customer=customer, subscriptions=list(some))


def actor(customer: Customer) -> Actor:
    return system(customer)


def row(number: str, bundle: str, used: str, unit: str, day: str = "2026-11-20T12:00Z", period: str = "2026-11") -> str:
    return f"{number},,{period},{bundle},{used},{unit},{day},{'other' if bundle == 'cost' else ''},"


def load(*rows: str) -> dict[str, object]:
    made = load_usage(content="\n".join([HEAD, *rows]).encode(), file_name="usage.csv")
    assert made.read == made.loaded + made.duplicate + sum(made.rejected.values())
    return {"loaded": made.loaded, "duplicate": made.duplicate, "rejected": made.rejected}


@pytest.fixture
def line(acme: Customer) -> MobileSubscription:
    one = subscription("+31612345601")
    add(acme, one)
    return one


def test_a_second_delivery_counts_every_row_as_duplicate(acme: Customer, line: MobileSubscription) -> None:
    rows = [row("0612345601", "data", "1", "GB"), row("0612345601", "voice", "9", "min")]
    assert load(*rows) == {"loaded": 2, "duplicate": 0, "rejected": {}}
    assert load(*rows) == {"loaded": 0, "duplicate": 2, "rejected": {}}
    with tenant(acme):
        assert Usage.objects.count() == 2
    assert UsageBatch.objects.count() == 2


def test_the_latest_counter_wins_whatever_order_the_rows_have(acme: Customer, line: MobileSubscription) -> None:
    later, earlier = "2026-11-20T12:00Z", "2026-11-19T12:00Z"
    load(row("0612345601", "data", "5", "GB", later), row("0612345601", "data", "3", "GB", earlier))
    load(row("0612345601", "data", "1", "GB", "2026-11-18T12:00Z"))
    with tenant(acme):
        (month,) = MonthUsage.objects.all()
        assert month.used == 5 * 10**9
        assert Usage.objects.count() == 3


def test_rejects_are_counted_each_time_and_kept_once(line: MobileSubscription) -> None:
    bad = [row("0612345601", "fax", "1", "GB"), row("0687654321", "data", "1", "GB"), "cut,off"]
    expected = {"bundle": 1, "unknown_subscription": 1, "columns": 1}
    assert load(*bad)["rejected"] == expected
    assert load(*bad)["rejected"] == expected
    assert UsageReject.objects.count() == 3


def test_usage_belongs_to_whoever_had_the_number_in_that_month(
    acme: Customer, birch: Customer, line: MobileSubscription
) -> None:
    with tenant(acme):
        MobileSubscription.objects.update(ended_on=date(2026, 11, 1))
    add(birch, subscription("+31612345601", active_since=date(2026, 11, 1)))
    load(
        row("0612345601", "data", "1", "GB", "2026-11-02T12:00Z", "2026-10"),
        row("0612345601", "data", "2", "GB", "2026-11-02T12:00Z"),
    )
    with tenant(acme):
        assert [one.used for one in MonthUsage.objects.all()] == [10**9]
    with tenant(birch):
        assert [one.used for one in MonthUsage.objects.all()] == [2 * 10**9]


def test_outside_every_door_usage_reads_empty(line: MobileSubscription) -> None:
    load(row("0612345601", "data", "1", "GB"))
    assert not MonthUsage.objects.exists()
    assert not Usage.objects.exists()
    with crossing(Crossing.USAGE):
        assert Usage.objects.count() == 1


def test_a_cost_is_handed_to_an_invoice_once_and_what_came_late_to_the_next(
    acme: Customer, line: MobileSubscription
) -> None:
    october = Month(2026, 10)
    load(row("0612345601", "cost", "3.10", "EUR", "2026-10-31T12:00Z", "2026-10"))
    with tenant(acme):
        assert take_costs(customer=acme, until=october) == [OutsideCost(october, 3_100_000, 1)]
        assert take_costs(customer=acme, until=october) == []
    load(
        row("0612345601", "cost", "4.00", "EUR", "2026-11-02T12:00Z", "2026-10"),
        row("0612345601", "cost", "7.00", "EUR"),
    )
    with tenant(acme):
        assert take_costs(customer=acme, until=NOVEMBER) == [
            OutsideCost(october, 900_000, 1),
            OutsideCost(NOVEMBER, 7_000_000, 1),
        ]

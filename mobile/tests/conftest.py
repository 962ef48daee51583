"""Twelve days into November at Acme: a group of three, one on its own, and what the network counted."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from accounts.access import Actor, Capability, Door, Role, system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from mobile.models import GroupBundle, MobileSubscription
from mobile.services import add_subscriptions, keep_puk, load_usage, share_bundle
from mobile.usage_file import COLUMNS

GB = 10**9
PUK = "12345678"


def row(number: str, bundle: str, used: str, unit: str, at: str, cause: str = "", country: str = "") -> str:
    return f"{number},,2026-11,{bundle},{used},{unit},{at},{cause},{country}"


@pytest.fixture
def now() -> Iterator[None]:
    with time_machine.travel("2026-11-20T13:40:00+01:00", tick=False):
        yield


@pytest.fixture
def fleet(now: None, acme: Customer) -> dict[str, MobileSubscription]:
    """By name: Mehmet and Joost above their share, Sanne below it, and Werkbus over a bundle of its own."""
    made = {}
    for place, name in enumerate(("Mehmet", "Joost", "Sanne", "Werkbus"), 1):
        one = MobileSubscription(
            msisdn=f"+3161234560{place}",
            iccid=f"893108170000000000{place}",
            plan="Zakelijk",
            employee="" if name == "Werkbus" else name,
            label=name if name == "Werkbus" else "",
            active_since=date(2026, 1, 1),
            voice_bundle=250 * 60 if name == "Sanne" else 0,
            data_bundle=2 * GB if name == "Werkbus" else 0,
        )
        keep_puk(subscription=one, puk=PUK)
        made[name] = one
    who = system(acme, Door.COMMAND)
    with tenant(acme):
        add_subscriptions(actor=who, customer=acme, subscriptions=list(made.values()))
        group = [(made[name], 5 * GB) for name in ("Mehmet", "Joost", "Sanne")]
        bundle = GroupBundle(customer=acme, name="Groepsbundel data", kind="data")
        share_bundle(actor=who, bundle=bundle, shares=group, since=date(2026, 1, 1))
    first, last = "2026-11-10T13:00+01:00", "2026-11-20T13:00+01:00"
    rows = [
        row("0612345601", "data", "3.5", "GB", first),
        row("0612345601", "data", "6.1", "GB", last),
        row("0612345602", "data", "5.2", "GB", last),
        row("0612345603", "data", "0.4", "GB", last),
        row("0612345604", "data", "2.6", "GB", last),
        row("0612345603", "voice", "205", "min", last),
        row("0612345601", "cost", "31.20", "EUR", last, "data_abroad", "CH"),
        row("0612345604", "cost", "8.10", "EUR", last, "data_over"),
    ]
    load_usage(content="\n".join([",".join(COLUMNS), *rows]).encode(), file_name="november.csv")
    return made


@pytest.fixture
def owner(alice: User, acme: Customer) -> Actor:
    """Alice as she acts on a page."""
    return Actor(user=alice, customer=acme, roles=frozenset(Role), door=Door.PAGE)


@pytest.fixture
def onlooker(bob: User, acme: Customer) -> Actor:
    """Bob, who may look at mobile and nothing else."""
    actor = Actor(user=bob, customer=acme, roles=frozenset({Role.MOBILE_ACCESS}), door=Door.PAGE)
    assert actor.can(Capability.VIEW_MOBILE)
    return actor

"""Calls that look like fraud, for the tests of its signs."""

import datetime as dt

from accounts.access import Actor, Door, roles_of
from accounts.models import Customer, Membership, User
from accounts.tenancy import tenant
from cdr.models import FraudSign
from cdr.selectors import signs as selectors
from cdr.tests.worlds import asterisk_row

NIGHT = dt.datetime.fromisoformat("2026-11-21T02:10")  # by the clock; NOW is Sunday the 22nd


def rows_of(
    count: int, number: str, start: dt.datetime, *, seconds: int = 60, account: str = "acme", name: str = "burst"
) -> list[str]:
    moments = [start + dt.timedelta(minutes=2 * place) for place in range(count)]
    return [
        asterisk_row(
            account=account,
            dst=number,
            dialled=f"PJSIP/{number}@trunk,30",
            start=f"{moment:%Y-%m-%d %H:%M:%S}",
            end=f"{moment + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}",
            duration=seconds,
            billsec=seconds,
            unique=f"{name}-{place}.1",
        )
        for place, moment in enumerate(moments)
    ]


def habits(account: str = "acme") -> list[str]:
    """A call to Amsterdam on each of thirty days."""
    days = [dt.datetime.fromisoformat("2026-11-20T11:00") - dt.timedelta(days=back) for back in range(30)]
    return [
        row
        for place, day in enumerate(days)
        for row in rows_of(1, "0201234567", day, account=account, name=f"{account}-habit{place}")
    ]


def raised(customer: Customer) -> list[FraudSign]:
    with tenant(customer):
        return list(selectors.signs().order_by("kind"))


def actor_of(user: User, customer: Customer | None = None) -> Actor:
    membership = Membership.objects.get(user=user)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.PAGE)

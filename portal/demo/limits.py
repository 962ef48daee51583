"""A limit of which about four fifths are used, with what it told."""

import datetime as dt

from accounts.access import PRESETS, Actor, Door, Role
from accounts.models import Customer, User
from accounts.tenancy import tenant
from cdr.selectors.limits import settings_of, spent_in
from cdr.services import Chosen, save_limits
from portal.demo import cast
from portal.lib.money import MICROS_PER_EURO
from portal.lib.periods import month_of

STEP = 5 * MICROS_PER_EURO


def choose(now: dt.datetime) -> None:
    """Let the first customer's owner choose a limit, and a hard one half as high again; done once."""
    customer = Customer.objects.select_related("partner__brand").get(reference=cast.CUSTOMERS[0].reference)
    owner = User.objects.get(username=cast.LOGINS[0].username)
    actor = Actor(owner, customer, frozenset(Role(name) for name in PRESETS["owner"]), Door.COMMAND)
    with tenant(customer):
        if settings_of(customer) is not None:
            return
        spent = spent_in(month_of(now)).micros
        limit = max(5, round(spent / 0.82 / STEP)) * STEP
        save_limits(
            actor=actor,
            customer=customer,
            choice=Chosen(amount_micros=limit, stop_micros=limit * 3 // 2, velocity_micros=50 * MICROS_PER_EURO),
            now=now,
        )

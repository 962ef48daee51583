"""Bundles of minutes, prices of a customer's own, and the limit of a partner."""

import datetime as dt
from decimal import Decimal

from accounts.access import Actor, Door, system
from accounts.models import Customer, Partner, User
from cdr.models import Bundle
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.services import add_own_prices, make_bundle, set_partner_limit
from portal.demo import cast, phones
from portal.lib.money import MICROS_PER_EURO, micros


def make(customer: Customer, plan: cast.CustomerPlan, since: dt.date) -> None:
    """The customer's bundles, valid from ``since`` on, each used by the numbers of its first people."""
    offsets = [
        int(extension) if plan.numbers >= 300 else place + 1 for place, extension in enumerate(phones.extensions(plan))
    ]
    numbers = [plan.number(offset) for offset in offsets]
    for wanted in plan.bundles:
        bundle = Bundle(
            customer=customer,
            name=wanted.name,
            kind=wanted.kind,
            included_minutes=wanted.minutes,
            prefixes=list(wanted.prefixes),
            call_types=list(wanted.call_types),
            valid_from=since,
        )
        bundle.full_clean()
        make_bundle(actor=system(customer, Door.COMMAND), bundle=bundle, numbers=numbers[: wanted.people])


def agree_prices(customer: Customer, since: dt.date) -> None:
    """A cheaper minute to the country that the customer calls at length."""
    line = RateLine("212", "", 0, Price(micros(Decimal("0.05")), micros(Decimal("0.1490"))))
    add_own_prices(customer=customer, lines=[line], valid_from=since, actor=system(customer, Door.COMMAND))


def limit(partner: Partner, user: User, now: dt.datetime) -> None:
    """The limit of a partner's customers that choose none themselves, as somebody of the partner chose it."""
    actor = Actor(user, None, frozenset(), Door.COMMAND)
    set_partner_limit(actor=actor, partner=partner, micros=250 * MICROS_PER_EURO, now=now)

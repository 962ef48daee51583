"""What customers are subscribed to, and the invoices of the closed months."""

import datetime as dt
from collections.abc import Callable

from accounts.access import Actor, Door, system
from accounts.models import Customer
from invoices import services
from invoices.building import Group
from portal.demo import cast
from portal.lib.money import micros
from portal.lib.periods import AMSTERDAM, Month

ISSUED_ON_DAY = 3  # of the month after
PRODUCTS = (
    ("user", "Gebruikers", Group.EXCHANGE, "9.95"),
    ("block", "Nummerblok", Group.EXCHANGE, "12.50"),
    ("mobile", "Abonnementen", Group.MOBILE, "17.50"),
)


def make_products() -> None:
    """The provider's price list of subscriptions."""
    actor = system(door=Door.COMMAND)
    for code, description, group, price in PRODUCTS:
        services.save_product(actor=actor, code=code, description=description, group=group, price_micros=micros(price))


def subscribe(actor: Actor, customer: Customer, plan: cast.CustomerPlan, months: list[Month]) -> None:
    """What the customer pays every month, and one phone that it bought in the last closed month."""
    first = months[0].first_day
    orders = [
        services.Order("user", plan.people, first),
        services.Order("block", 1, first),
        services.Order("mobile", plan.mobiles, first),
    ]
    services.subscribe(actor=actor, customer=customer, orders=orders)
    if plan.reference == "acme":
        bought = months[-2].first_day.replace(day=12)
        services.charge_once(
            actor=actor, customer=customer, description="Yealink T46U", price_micros=micros("149"), day=bought
        )


def bill(months: list[Month], say: Callable[[str], None]) -> None:
    """One invoice for each customer and closed month, sent on the third of the month after."""
    for month in months[:-1]:
        day = month.next().first_day.replace(day=ISSUED_ON_DAY)
        sent = dt.datetime.combine(day, dt.time(9), AMSTERDAM)
        for customer in Customer.objects.filter(reference__in=[plan.reference for plan in cast.CUSTOMERS]).order_by(
            "pk"
        ):
            actor = system(customer, Door.COMMAND)
            billed = services.bill(actor=actor, customer=customer, month=month, issued_on=day, mail=False)
            if billed.invoice is not None and billed.result is services.Result.MADE:
                services.mark_sent(actor=actor, invoice=billed.invoice, at=sent)
        say(f"  invoices of {month} made")

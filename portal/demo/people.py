"""Brands, partners, customers and the people who log in."""

from dataclasses import dataclass

from accounts import services
from accounts.access import PRESETS, Door, system
from accounts.models import Brand, Customer, Partner, User
from portal.demo import cast


@dataclass(frozen=True, slots=True)
class People:
    """What was made, by the names in the cast."""

    customers: dict[str, Customer]
    users: dict[str, User]


def make() -> People:
    """Make everybody; the caller holds the transaction."""
    actor = system(door=Door.COMMAND)
    services.save_brand(
        actor=actor,
        hosts=["localhost", "127.0.0.1"],
        name="Centrale",
        mark=Brand.Mark.CRADLE,
        colour="#2346A8",
        support_phone="+31887654090",
        support_email="hulp@centrale.example",
        support_hours="werkdagen 8:00 tot 17:30",
        finance_email="facturen@centrale.example",
        sender="noreply@centrale.example",
        is_default=True,
    )
    partners = {plan.key: _partner(plan) for plan in cast.PARTNERS}
    customers = {
        plan.reference: services.save_customer(
            actor=actor,
            reference=plan.reference,
            name=plan.name,
            partner=partners[plan.partner] if plan.partner else None,
            street=plan.street,
            postcode=plan.postcode,
            city=plan.city,
            country="NL",
            kvk_number="",
            vat_number="",
        )
        for plan in cast.CUSTOMERS
    }
    users = {plan.username: _log_in(plan, customers, partners) for plan in cast.LOGINS}
    return People(customers, users)


def _partner(plan: cast.PartnerPlan) -> Partner:
    actor = system(door=Door.COMMAND)
    brand = services.save_brand(
        actor=actor,
        hosts=[plan.host],
        name=plan.name,
        mark=plan.mark,
        colour=plan.colour,
        support_phone=plan.phone,
        support_email=f"hulp@{plan.key}.example",
        support_hours=plan.hours,
        finance_email=f"facturen@{plan.key}.example",
        sender=f"noreply@{plan.key}.example",
        is_default=False,
    )
    return services.save_partner(actor=actor, name=plan.name, brand=brand)


def _log_in(plan: cast.LoginPlan, customers: dict[str, Customer], partners: dict[str, Partner]) -> User:
    actor = system(door=Door.COMMAND)
    user = services.create_user(
        actor=actor,
        username=plan.username,
        email=f"{plan.username}@centrale.example",
        password=cast.PASSWORD,
        first_name=plan.first_name,
        last_name=plan.last_name,
    )
    kind, name = plan.place
    services.add_membership(
        actor=actor,
        user=user,
        customer=customers[name] if kind == "customer" else None,
        partner=partners[name] if kind == "partner" else None,
        operates=kind == "provider",
        roles=[*PRESETS.get(plan.preset, ()), *plan.mails],
    )
    return user

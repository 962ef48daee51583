"""Mobile subscriptions with a shared bundle, and what was used of it, from usage files."""

import datetime as dt
from pathlib import Path

from accounts.access import Actor, Door, roles_of
from accounts.models import Customer, Membership, User
from accounts.tenancy import tenant
from mobile import generate, services
from mobile.models import GroupBundle, MobileSubscription
from mobile.usage import BundleKind
from portal.demo import cast
from portal.lib.periods import Month

FIRST_MSISDN = 31612345600
LIMIT_MICROS = 100_000_000


def sims(plan: cast.CustomerPlan, first_person: int) -> list[generate.Sim]:
    """The SIM cards of a customer: one for each of its people until ``mobiles`` is reached, two of them in vans."""
    vans = 2 if plan.mobiles > 4 else 0
    names = [" ".join(cast.person(first_person + place)) for place in range(plan.mobiles - vans)]
    offset = 100 * next(place for place, other in enumerate(cast.CUSTOMERS) if other is plan)
    return generate.fleet(names, first_msisdn=FIRST_MSISDN + offset + 1, vans=vans)


def make(actor: Actor, customer: Customer, fleet: list[generate.Sim], since: dt.date) -> None:
    """Make the subscriptions and the bundle they share; inside the customer's door."""
    subscriptions = []
    for sim in fleet:
        one = MobileSubscription(
            msisdn=sim.msisdn,
            iccid=sim.iccid,
            employee=sim.name,
            plan="Zakelijk Mobiel" if sim.in_group else "Data only",
            type=MobileSubscription.Type.BUSINESS if sim.in_group else MobileSubscription.Type.DATA_ONLY,
            active_since=since,
            data_bundle=0 if sim.in_group else sim.data_share,
            voice_bundle=sim.voice_bundle,
        )
        services.keep_puk(subscription=one, puk=f"{int(sim.msisdn[-8:]) % 10**8:08d}")
        subscriptions.append(one)
    services.add_subscriptions(actor=actor, customer=customer, subscriptions=subscriptions)
    shares = [(one, sim.data_share) for one, sim in zip(subscriptions, fleet, strict=True) if sim.in_group]
    bundle = GroupBundle(customer=customer, name="Groepsbundel data", kind=BundleKind.DATA.value)
    services.share_bundle(actor=actor, bundle=bundle, shares=shares, since=since)


def load(folder: Path, months: list[Month], until: dt.datetime) -> None:
    """Write a usage file a month for all customers and load it; what is known is counted and changes nothing."""
    first_person, fleet = 0, []
    for plan in cast.CUSTOMERS:
        fleet += sims(plan, first_person)
        first_person += plan.people
    for month in months:
        content = generate.usage_file(fleet, month, until=until)
        path = folder / f"usage-{month}.csv"
        path.write_bytes(content)
        services.load_usage(content=content, file_name=path.name)


def limit(customer: Customer, owner: User) -> None:
    """The warning limit that the owner of the main customer has set."""
    roles = roles_of(Membership.objects.get(user=owner, customer=customer))
    actor = Actor(user=owner, customer=customer, roles=roles, door=Door.PAGE)
    with tenant(customer):
        services.set_account_limit(actor=actor, customer=customer, micros=LIMIT_MICROS)

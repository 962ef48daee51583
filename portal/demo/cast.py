"""Who and what the demonstration holds: plain data, so that the README, the loader and the tests speak of the same people."""

from dataclasses import dataclass, field
from typing import Literal

PASSWORD = "centrale-demo"  # noqa: S105 - known to everybody, by design; the demonstration listens on this machine only


@dataclass(frozen=True, slots=True)
class PartnerPlan:
    """A partner with its brand: one colour, one mark, one host name."""

    key: str
    name: str
    host: str
    colour: str
    mark: str
    phone: str
    hours: str


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer: ``block`` is its range of one hundred numbers (E.164 without the last two digits), ``people`` how many have a phone."""

    reference: str
    name: str
    partner: str | None
    street: str
    postcode: str
    city: str
    block: str
    people: int
    calls: int  # over three months
    mobiles: int
    exchange: bool = True


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """Somebody who can log in. ``place`` names a customer, a partner, or the provider."""

    username: str
    first_name: str
    last_name: str
    who: str
    place: tuple[Literal["customer", "partner", "provider"], str]
    preset: Literal["owner", "administrator", "employee", "none"] = "none"
    roles: tuple[str, ...] = ()
    extension: str = ""
    mails: tuple[str, ...] = field(default=())


PARTNERS = (
    PartnerPlan(
        "north", "Noorderlicht ICT", "north.localhost", "#7A2A68", "arch", "+31135550120", "werkdagen 8:30 tot 18:00"
    ),
    PartnerPlan(
        "south", "Zuiderzon Beheer", "south.localhost", "#1F6B57", "wave", "+31435550170", "werkdagen 8:00 tot 17:00"
    ),
)

CUSTOMERS = (
    CustomerPlan(
        "acme", "Van Dijk Installatie", "north", "Ringbaan-Noord 12", "5046 AA", "Tilburg", "+318876540", 14, 22_000, 12
    ),
    CustomerPlan(
        "birch",
        "Makelaardij Verhoeven",
        "north",
        "Grotestraat 8",
        "5141 HA",
        "Waalwijk",
        "+314165550",
        3,
        3_000,
        3,
        exchange=False,
    ),
    CustomerPlan(
        "cedar", "Lindeboom Zorg", "north", "Lindelaan 40", "5025 BB", "Tilburg", "+318844330", 150, 30_000, 40
    ),
    CustomerPlan("elm", "Garage Peeters", "south", "Industrieweg 3", "5051 CC", "Goirle", "+311355560", 6, 4_000, 4),
    CustomerPlan("fir", "Fysio De Reit", None, "Reitseplein 1", "5037 DD", "Tilburg", "+311355570", 9, 4_500, 5),
)

LOGINS = (
    LoginPlan(
        "alice",
        "Alice",
        "van Dijk",
        "owner of Van Dijk Installatie",
        ("customer", "acme"),
        "owner",
        mails=("mails_voip_usage", "mails_invoices", "mails_sim_block", "mails_mobile_usage"),
    ),
    LoginPlan(
        "bob",
        "Bob",
        "Bakker",
        "employee of Van Dijk Installatie, with a phone and no other rights",
        ("customer", "acme"),
        "employee",
        extension="121",
    ),
    LoginPlan(
        "carol",
        "Carol",
        "Verhoeven",
        "owner of Makelaardij Verhoeven",
        ("customer", "birch"),
        "owner",
        mails=("mails_invoices",),
    ),
    LoginPlan(
        "dave", "Dave", "Brugman", "partner of three customers (Noorderlicht ICT)", ("partner", "north"), "owner"
    ),
    LoginPlan(
        "erik", "Erik", "Zonneveld", "partner of another customer (Zuiderzon Beheer)", ("partner", "south"), "owner"
    ),
    LoginPlan("olga", "Olga", "Meester", "operator of the provider", ("provider", "")),
)

FIRST_NAMES = (
    "Sanne", "Mehmet", "Fatima", "Joost", "Lisa", "Piet", "Noor", "Daan", "Eva", "Tom", "Anouk", "Youssef", "Marieke", "Bram", "Ilse", "Ruud",
    "Femke", "Sander", "Aisha", "Koen", "Lotte", "Hugo", "Merel", "Jasper", "Naima", "Thijs", "Roos", "Willem", "Sofie", "Gijs",
)  # fmt: skip
LAST_NAMES = (
    "Bakker", "Yılmaz", "El Idrissi", "de Wit", "Jansen", "van Dam", "Willems", "Smulders", "Hendriks", "van der Veen", "Kuipers", "Maas", "Vos",
    "Peters", "Koster", "Dekker", "Brouwer", "de Groot", "Schouten", "Prins", "Verbeek", "Hoekstra", "Kok", "Molenaar", "Post", "Kramer",
)  # fmt: skip


def person(number: int) -> tuple[str, str]:
    """First and last name of the n-th invented person; the two lists are of coprime length, so pairs repeat late."""
    return FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[(number * 7) % len(LAST_NAMES)]

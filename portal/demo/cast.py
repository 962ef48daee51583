"""Who and what the demonstration holds: plain data, so that the README, the loader and the tests speak of the same people."""

from dataclasses import dataclass, field
from typing import Literal

from cdr.models.bundles import FIXED_NETHERLANDS
from cdr.vocabulary import CallType

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
class BundlePlan:
    """A bundle of minutes; the numbers of the first ``people`` use it."""

    name: str
    kind: Literal["unlimited", "minutes"]
    minutes: int
    people: int
    prefixes: tuple[str, ...] = ()
    call_types: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer: ``first`` is the first number of its range of ``numbers`` (E.164), ``people`` how many have a phone."""

    reference: str
    name: str
    partner: str | None
    street: str
    postcode: str
    city: str
    first: str
    numbers: int
    people: int
    calls_a_month: int
    mobiles: int
    exchange: bool = True
    favourite: str = ""  # a country that somebody calls at length
    bundles: tuple[BundlePlan, ...] = ()

    def number(self, offset: int) -> str:
        """The n-th number of the range, in E.164."""
        return f"+{int(self.first) + offset}"


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


BUNDLES = (
    BundlePlan("Bellen onbeperkt", "unlimited", 2_000, 5, prefixes=FIXED_NETHERLANDS),
    BundlePlan("Samen mobiel", "minutes", 3_600, 6, call_types=(CallType.NL_MOBILE,)),
    BundlePlan("Buurlanden", "minutes", 60, 14, prefixes=("32", "49")),
)

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
        "acme", "Van Dijk Installatie", "north", "Ringbaan-Noord 12", "5046 AA", "Tilburg",
        "+31887654000", 300, 14, 7_400, 12, favourite="21253726",
        bundles=BUNDLES,
    ),
    CustomerPlan(
        "birch", "Makelaardij Verhoeven", "north", "Grotestraat 8", "5141 HA", "Waalwijk",
        "+31416555000", 10, 3, 1_000, 3, exchange=False,
    ),
    CustomerPlan(
        "cedar", "Lindeboom Zorg", "north", "Lindelaan 40", "5025 BB", "Tilburg", "+31884433000", 300, 150, 10_000, 40
    ),
    CustomerPlan(
        "elm", "Garage Peeters", "south", "Industrieweg 3", "5051 CC", "Goirle", "+31135556000", 20, 6, 1_300, 4
    ),
    CustomerPlan("fir", "Fysio De Reit", None, "Reitseplein 1", "5037 DD", "Tilburg", "+31135557000", 20, 9, 1_500, 5),
)  # fmt: skip

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

# Group destinations and prices ex VAT: prefix, name, call type, euros a minute, set-up fee in euros.
RATES = (
    ("31", "Nederland vast", "NL_FIXED", "0.0150", "0.0450"),
    ("3185", "Nederland 085", "NL_FIXED", "0.0150", "0.0450"),
    ("3188", "Nederland 088", "NL_FIXED", "0.0150", "0.0450"),
    ("316", "Nederland mobiel", "NL_MOBILE", "0.0650", "0.0450"),
    ("3197", "Machines 097", "NL_MOBILE", "0.0650", "0.0450"),
    ("3190", "Servicenummers", "SERVICE", "0.3500", "0.0500"),
    ("short:14", "Gemeenten", "NL_FIXED", "0.0150", "0.0450"),
    ("short:18", "Nummerinformatie", "SERVICE", "0.9000", "0.5000"),
    ("32", "België", "ABROAD", "0.0500", "0.0500"),
    ("33", "Frankrijk", "ABROAD", "0.0500", "0.0500"),
    ("34", "Spanje", "ABROAD", "0.0600", "0.0500"),
    ("39", "Italië", "ABROAD", "0.0600", "0.0500"),
    ("44", "Verenigd Koninkrijk", "ABROAD", "0.0500", "0.0500"),
    ("48", "Polen", "ABROAD", "0.0600", "0.0500"),
    ("49", "Duitsland", "ABROAD", "0.0500", "0.0500"),
    ("90", "Turkije", "ABROAD", "0.1200", "0.0500"),
    ("212", "Marokko", "ABROAD", "0.1890", "0.0500"),
    ("53", "Cuba", "ABROAD", "0.7800", "0.0500"),
    ("599", "Caribisch gebied", "ABROAD", "0.2200", "0.0500"),
    ("1", "Verenigde Staten en Canada", "ABROAD", "0.0400", "0.0500"),
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

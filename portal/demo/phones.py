"""Numbers, lines and desk phones of each customer."""

from dataclasses import dataclass

from accounts.access import Actor
from accounts.models import Customer, User
from portal.demo import cast, sounds
from telephony import services
from telephony.models import Greeting, Line, PhoneNumber

MODEL = "yealink-t46u"
FIRST_EXTENSION = 121
# Of Yealink's own block of addresses; the last six digits count.
FIRST_MAC = 0x805EC04A0000


@dataclass(frozen=True, slots=True)
class Phones:
    """The lines of a customer in the order of their extensions, and its numbers."""

    lines: list[Line]
    numbers: dict[str, PhoneNumber]


def extensions(plan: cast.CustomerPlan) -> list[str]:
    """The extensions of the people: 121, 122, … without what is refused or meant for groups and 999."""
    candidates = (number for number in range(FIRST_EXTENSION, 990) if number not in {144, 209})
    return [str(next(candidates)) for _ in range(plan.people)]


def make(
    actor: Actor, customer: Customer, plan: cast.CustomerPlan, users: dict[str, User], first_person: int
) -> Phones:
    """Make the range, a line for each person, and a Yealink for each line; inside the customer's door."""
    services.add_number_range(actor=actor, customer=customer, first=plan.first, last=plan.number(plan.numbers - 1))
    numbers = {number.e164: number for number in PhoneNumber.objects.filter(customer=customer)}
    employees = {
        login.extension: users[login.username]
        for login in cast.LOGINS
        if login.place == ("customer", plan.reference) and login.extension
    }
    lines = []
    for place, extension in enumerate(extensions(plan)):
        employee = employees.get(extension)
        name = employee.full_name if employee else " ".join(cast.person(first_person + place))
        # 088 765 41 21 belongs to extension 121; a small range simply counts.
        offset = int(extension) if plan.numbers >= 300 else place + 1
        line = services.create_line(
            actor=actor,
            customer=customer,
            display_name=name,
            extension=extension if plan.exchange else None,
            number=numbers[plan.number(offset)],
            user=employee,
        )
        services.create_device(
            actor=actor,
            customer=customer,
            model_code=MODEL,
            mac=f"{FIRST_MAC + 0x100 * customer.pk + place:012x}",
            lines=[line],
        )
        if employee is not None:
            services.set_features(
                actor=actor,
                line=line,
                voicemail=True,
                mail_to=employee.email,
                busy_does="voicemail",
                no_answer_does="voicemail",
                unreachable_does="voicemail",
            )
        lines.append(line)
    return Phones(lines, numbers)


def record(actor: Actor, customer: Customer, phones: Phones) -> None:
    """Greetings to listen to: two that the first line plays, and one that waits for Christmas."""

    def make(name: str, line: Line | None, *parts: sounds.Samples) -> Greeting:
        sound = sounds.greeting(*parts)
        return services.create_greeting(
            actor=actor, customer=customer, name=name, sound=sound, given_as="demo.wav", line=line
        )

    own, up, down = phones.lines[0], sounds.chime(523.25, 659.25, 783.99), sounds.chime(783.99, 659.25, 523.25)
    missed = make("Nu niet bereikbaar", None, up, sounds.voice("ik kan nu niet opnemen, spreek een bericht in"))
    in_call = make("Bob is in gesprek", own, sounds.voice("ik ben in gesprek, ik bel zo terug", pitch=115))
    make("Gesloten met Kerst", None, down, sounds.voice("wij zijn gesloten tot het nieuwe jaar"))
    services.set_features(actor=actor, line=own, no_answer_greeting=missed, busy_greeting=in_call)

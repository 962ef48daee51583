"""Exchanges for tests: one believable, and any that hypothesis can think of."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from pbx.routing.features import Along, CallerList, Instead, Mailbox, Refused, Target
from pbx.routing.shapes import (
    KEYS,
    Action,
    AutoAttendant,
    Call,
    CompanyNight,
    Exchange,
    HuntGroup,
    Inside,
    Key,
    Menu,
    NightMode,
    NightSetting,
    ObjectNight,
    Outside,
    Person,
    Policy,
    SpendGuard,
    Voicemail,
)
from portal.lib.numbers import Block
from telephony.callers import Pattern
from telephony.timetable import ALWAYS, ZONE, Holiday, Period, Timetable, Week, parse_clock

MAIN, FREE = "+31887654000", "+31887654099"
SALES, SUPPORT, MEHMET, LISA, FATIMA, BOX, MENU = 1, 2, 3, 4, 5, 6, 7
OFFICE = Timetable(Week.of([Period(frozenset(range(5)), parse_clock("8:30"), parse_clock("17:30"))]))
# A Thursday in working hours, and its night.
DAY = datetime(2026, 11, 19, 14, 10, tzinfo=ZONE)
NIGHT = datetime(2026, 11, 19, 22, 0, tzinfo=ZONE)
TO_BOX = Target(BOX)
OFF = ObjectNight(NightSetting.OFF)


def night(mode: NightMode = NightMode.AUTO, target: Target | None = TO_BOX) -> CompanyNight:
    return CompanyNight(mode, OFFICE, "Werktijden", target)


def exchange(*changed: Person | HuntGroup | AutoAttendant | Voicemail, **changes: object) -> Exchange:
    """Acme: a main number with a menu, two groups, three people, a voicemail. ``changed`` replaces or adds objects."""
    objects: dict[int, Person | HuntGroup | AutoAttendant | Voicemail] = {
        SALES: HuntGroup(
            id=SALES, name="Verkoop", extension="101", members=(MEHMET, LISA), overflow=Target(FATIMA), wait_seconds=30
        ),
        SUPPORT: HuntGroup(
            id=SUPPORT, name="Support", extension="102", members=(MEHMET, LISA), policy=Policy.REGULAR, wait_seconds=30
        ),
        MEHMET: Person(
            id=MEHMET, name="Mehmet Kaya", first_name="Mehmet", last_name="Kaya", extension="103", number="+31887654003"
        ),
        LISA: Person(id=LISA, name="Lisa de Boer", first_name="Lisa", last_name="de Boer", extension="104"),
        FATIMA: Person(
            id=FATIMA, name="Fatima El Idrissi", first_name="Fatima", last_name="El Idrissi", extension="209"
        ),
        BOX: Voicemail(id=BOX, name="Bedrijf Voicemail", extension="999", mail_to="info@acme.example"),
        MENU: AutoAttendant(
            id=MENU,
            name="Welkomstmenu",
            number=MAIN,
            business=Menu(
                "Welkom",
                {
                    "1": Key(Action.TRANSFER_WITH_PROMPT, Target(SALES)),
                    "2": Key(Action.TRANSFER_WITHOUT_PROMPT, Target(SUPPORT)),
                    "3": Key(Action.DIAL_BY_EXTENSION),
                    "4": Key(Action.DIAL_BY_NAME),
                    "5": Key(Action.PLAY_ANNOUNCEMENT),
                    "6": Key(Action.TRANSFER_WITHOUT_PROMPT),
                    "9": Key(Action.TRANSFER_TO_OPERATOR, Target(FATIMA)),
                    "*": Key(Action.REPEAT_MENU),
                    "#": Key(Action.DISCONNECT),
                },
            ),
        ),
    }
    objects.update({each.id: each for each in changed})
    settings: dict[str, object] = {
        "objects": objects,
        "extensions": {each.extension: each.id for each in objects.values() if each.extension},
        "numbers": {FREE: None} | {each.number: each.id for each in objects.values() if each.number},
        "company_number": MAIN,
        "night": night(),
    }
    return Exchange(**(settings | changes))  # type: ignore[arg-type]


ids = st.integers(1, 8)
own_numbers = st.integers(0, 9).map(lambda last: f"+3188765400{last}")
outside_numbers = st.sampled_from(
    [
        "+31201234567",
        "+31612345678",
        "+442012345678",
        "+319001234",
        "+319061234",
        "+319091234",
        "+318000410",
        "short:112",
        "short:113",
        "short:1818",
        "",
    ]
)
targets = st.builds(Target, dialable=ids) | st.builds(Target, number=own_numbers | outside_numbers | st.just("101"))
some_target = st.none() | targets
timetables = st.builds(
    Timetable,
    st.sampled_from([ALWAYS, OFFICE.week]),
    st.sampled_from(
        [(), (Holiday("vrij", datetime(2026, 11, 19, tzinfo=UTC).date(), datetime(2026, 11, 19, tzinfo=UTC).date()),)]
    ),
)
object_nights = st.builds(ObjectNight, st.sampled_from(NightSetting), some_target)
keys = st.builds(Key, st.sampled_from(Action), some_target)
menus = st.builds(Menu, st.just("Welkom"), st.dictionaries(st.sampled_from(KEYS), keys, max_size=6))
insteads = st.builds(Instead, some_target, st.booleans())
caller_lists = st.builds(
    CallerList,
    st.just("Enquetes"),
    st.just((Pattern("+31201234567"), Pattern("+44", is_prefix=True))),
    st.none() | st.just(OFFICE),
)
ends = st.none() | st.sampled_from([DAY, NIGHT])
barrings = st.frozensets(st.sampled_from(Block))


def places(id: int, number: str, extension: str) -> st.SearchStrategy[Person | HuntGroup | AutoAttendant | Voicemail]:  # noqa: A002
    common = {
        "id": st.just(id),
        "name": st.just(f"object {id}"),
        "number": st.just(number),
        "extension": st.just(extension),
        "night": object_nights,
    }
    people = st.builds(
        Person,
        **common,
        forward_always=some_target,
        forward_until=ends,
        busy=insteads,
        no_answer=insteads,
        unreachable=insteads,
        rings=st.integers(1, 20),
        do_not_disturb=st.booleans(),
        do_not_disturb_until=ends,
        mailbox=st.none() | st.builds(Mailbox, st.booleans(), st.just("lisa@acme.example"), some_target),
        voicemail_always=st.booleans(),
        along=st.lists(st.builds(Along, targets, st.booleans()), max_size=2).map(tuple),
        along_in_call=st.booleans(),
        refused=st.builds(Refused, st.booleans(), st.booleans(), st.lists(caller_lists, max_size=1).map(tuple)),
        call_waiting=st.booleans(),
        hides_number=st.booleans(),
        barred=barrings,
        first_name=st.sampled_from(["Lisa", "Ann"]),
        last_name=st.sampled_from(["de Boer", "Öz"]),
    )
    groups = st.builds(
        HuntGroup,
        **common,
        policy=st.sampled_from(Policy),
        members=st.lists(ids, max_size=4, unique=True).map(tuple),
        rings=st.integers(0, 5),
        wait_seconds=st.sampled_from([0, 1, 20, 300]),
        overflow=some_target,
        call_waiting_for_agents=st.booleans(),
        served=st.lists(ids, max_size=3).map(tuple),
    )
    attendants = st.builds(
        AutoAttendant,
        **common,
        business=menus,
        after_hours=st.none() | menus,
        holiday=st.none() | menus,
        timetable=st.none() | timetables,
    )
    boxes = st.builds(Voicemail, **common, records=st.booleans())
    return st.one_of(people, groups, attendants, boxes)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Any exchange, also broken ones: targets that are gone, numbers of nobody, loops, an extension 112."""
    objects = {}
    for each in sorted(draw(st.frozensets(ids, min_size=1))):
        objects[each] = draw(
            places(each, f"+3188765400{each}", draw(st.sampled_from(["", f"10{each}", "112" if each == 8 else "20"])))
        )
    numbers: dict[str, int | None] = {place.number: place.id for place in objects.values()}
    numbers[MAIN] = draw(st.none() | st.sampled_from(sorted(objects)))
    return Exchange(
        objects=objects,
        numbers=numbers,
        extensions={place.extension: place.id for place in objects.values() if place.extension},
        needs_company_number=draw(st.booleans()),
        company_number=draw(st.sampled_from(["", MAIN])),
        shows_company_number=draw(st.booleans()),
        night=draw(
            st.builds(
                CompanyNight, st.sampled_from(NightMode), st.none() | timetables, st.just("Werktijden"), some_target
            )
        ),
        barred=draw(barrings),
        spend_guard=draw(st.sampled_from(SpendGuard)),
        busy=draw(st.frozensets(ids)),
        unreachable=draw(st.frozensets(ids)),
    )


callers = st.builds(Outside, st.sampled_from(["", "+31201234567"]), st.booleans()) | st.builds(Inside, st.none() | ids)
dialled_texts = st.sampled_from(
    [
        "112",
        "1 1 2",
        "101",
        "20",
        "088 765 40 00",
        "+31887654001",
        "0201234567",
        "06-12345678",
        "0909 1234",
        "113",
        "zomaar",
        "",
    ]
)
calls = st.builds(Call, dialled_texts, callers, st.lists(st.sampled_from(KEYS), max_size=12).map(tuple))
moments = st.sampled_from([DAY, NIGHT]) | st.integers(0, 60 * 24 * 14).map(
    lambda minutes: DAY + timedelta(minutes=minutes)
)

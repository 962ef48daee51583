"""The dial plan as a tree of what callers meet, in words, for the drawing and the list. Structure from routing's shapes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pbx.routing.checks import menus_of
from pbx.routing.features import Mailbox, Target
from pbx.routing.journey import RING_SECONDS
from pbx.routing.menus import open_menu
from pbx.routing.night import Night, company_night, diverts, mode_at, night_of
from pbx.routing.shapes import (
    TRANSFERS,
    Action,
    AutoAttendant,
    Exchange,
    Fax,
    HuntGroup,
    Key,
    Menu,
    NightMode,
    NightSetting,
    Person,
    Policy,
    Reachable,
    Voicemail,
)
from portal.charts import Node
from portal.lib import numbers
from telephony.schedule_words import WEEKDAYS
from telephony.timetable import ZONE, Moment

# Deeper than a call may be redirected, nothing can be reached.
DEEPEST = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """What the tree is drawn from: ``at`` says which branches are live, ``problems`` numbers findings by object."""

    exchange: Exchange
    at: datetime
    problems: Mapping[int, int] = field(default_factory=dict)
    urls: Mapping[int, str] = field(default_factory=dict)
    depths: Mapping[int, int] = field(default_factory=dict)


def tree_of(plan: Plan, number: str) -> Node:
    """The tree of one number of the customer."""
    is_main = number == plan.exchange.company_number
    second = _("Company number") if is_main else ""
    owner = plan.exchange.numbers.get(number)
    place = plan.exchange.place(owner)
    root = Node("phone", numbers.display(number), second)
    if place is None:
        return replace(root, children=(_dead(_("Not in use"), _("callers hear that")),))
    return replace(root, children=(_entry(replace(plan, depths=_depths(plan.exchange, place)), place),))


def _depths(exchange: Exchange, first: Reachable) -> dict[int, int]:
    """After how many steps each place is met at the earliest: there, and only there, is drawn what follows it."""
    depths: dict[int, int] = {}
    depth, level = 1, {first.id: first}
    while level:
        depths |= dict.fromkeys(level, depth)
        targets = [exchange.resolve(target) for place in level.values() for target in _leads_to(place)]
        places = [exchange.place(target.dialable) for target in targets]
        depth, level = depth + 1, {place.id: place for place in places if place is not None and place.id not in depths}
    return depths


def _leads_to(place: Reachable) -> list[Target]:
    match place:
        case Person():
            cases = (place.no_answer.target, place.busy.target, place.unreachable.target)
            after = place.mailbox.then if place.mailbox else None
            return [target for target in (place.forward_always, *cases, after) if target is not None]
        case HuntGroup(overflow=Target() as target):
            return [target]
        case AutoAttendant():
            keys = [key for menu in menus_of(place) for key in menu.keys.values()]
            return [key.target for key in keys if key.action in TRANSFERS and key.target is not None]
        case _:
            return []


def _entry(plan: Plan, place: Reachable) -> Node:
    """The first object, behind the company's night mode if it follows it."""
    mode = mode_at(plan.exchange.night, plan.at)
    follows = place.night.setting is NightSetting.FOLLOW and not isinstance(place, Voicemail | Fax)
    night = night_of(plan.exchange, place, plan.at)
    if not follows or mode is NightMode.OFF or night.target is None:
        return _place(plan, place, live=True, path=())
    switched = diverts(plan.exchange, place, night)
    opened = _place(plan, place, live=not switched, path=(), behind_night=True, via=_("open"))
    closed = _target(plan, night.target, live=switched, path=(place.id,), via=_("closed"))
    return Node(
        "moon" if night.is_on else "sun",
        _("Night mode"),
        night_in_words(night, plan.at),
        children=(opened, closed),
        state="now",
    )


def night_in_words(night: Night, at: datetime) -> str:
    """`open until 17:30`, or `until mo 08:30`: short enough for a box of the drawing."""
    now = _("closed") if night.is_on else _("open")
    if night.until is None:
        return now
    until = _("until %(moment)s") % {"moment": _near(night.until, at)}
    return f"{now} {until}" if night.until.astimezone(ZONE).date() == at.astimezone(ZONE).date() else until


def _near(moment: datetime, at: datetime) -> str:
    """`17:30` on the same day, `mo 8:30` within a week, else the day of the month."""
    local, day = moment.astimezone(ZONE), at.astimezone(ZONE).date()
    clock = f"{local:%H:%M}"
    if local.date() == day:
        return clock
    near = (local.date() - day).days < 7
    return f"{dict(WEEKDAYS)[local.weekday()]} {clock}" if near else f"{local.day}-{local.month}"


def _place(
    plan: Plan,
    place: Reachable,
    *,
    live: bool,
    path: tuple[int, ...],
    behind_night: bool = False,
    via: str = "",
    key: bool = False,
) -> Node:
    if place.id in path:
        return _dead(_("Circle"), plan.exchange.label(Target(place.id)), via=via, key=key)
    inner = (*path, place.id)
    if len(inner) > DEEPEST:
        return _dead(_("Too many forwards"), via=via, key=key)
    night = night_of(plan.exchange, place, plan.at)
    at_night = live and not behind_night and not isinstance(place, Voicemail | Fax)
    at_night = at_night and diverts(plan.exchange, place, night)
    is_first = plan.depths.get(place.id, len(inner)) == len(inner)
    children = _children(plan, place, live=live and not at_night, path=inner) if is_first else ()
    if at_night and night.target is not None:
        children = (_target(plan, night.target, live=live, path=inner, via=_("closed")), *children)
    icon, second = _looks(place)
    return Node(
        icon,
        place.name,
        second,
        place.extension,
        via=via,
        key=key,
        state="now" if live else "other",
        problem=plan.problems.get(place.id),
        url=plan.urls.get(place.id, ""),
        children=children,
    )


def _looks(place: Reachable) -> tuple[str, str]:
    match place:
        case Person():
            return "phone", numbers.display(place.number) if place.number else ""
        case HuntGroup():
            return "group", f"{members_in_words(len(place.members))}, {POLICIES[place.policy]}"
        case AutoAttendant():
            return "exchange", f"‘{place.business.greeting}’" if place.business.greeting else _("auto attendant")
        case Voicemail():
            return "voicemail", place.mail_to if place.records else _("no messages")
        case Fax():
            return "fax", _("Fax")


def members_in_words(count: int) -> str:
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": count}


class _Policies:
    """Looked up late: the words follow the reader's language."""

    def __getitem__(self, policy: Policy) -> str:
        return {
            Policy.SIMULTANEOUS: _("all at once"),
            Policy.REGULAR: _("fixed order"),
            Policy.CIRCULAR: _("circular"),
            Policy.UNIFORM: _("longest idle"),
        }[policy]


POLICIES = _Policies()


def _children(plan: Plan, place: Reachable, *, live: bool, path: tuple[int, ...]) -> tuple[Node, ...]:
    match place:
        case Person():
            return tuple(_person(plan, place, live=live, path=path))
        case HuntGroup():
            if place.overflow is None:
                return (_dead(_("No overflow"), _("the call is lost")),)
            via = _("after %(seconds)s sec.") % {"seconds": place.wait_seconds} if place.members else _("at once")
            return (_target(plan, place.overflow, live=live, path=path, via=via),)
        case AutoAttendant():
            return _menus(plan, place, live=live, path=path)
        case _:
            return ()


def _person(plan: Plan, person: Person, *, live: bool, path: tuple[int, ...]) -> Iterator[Node]:
    """Where a call goes on from somebody's phone: all of them, or those that the phone does not take."""
    everything = person.forwards_at(plan.at)
    if everything is not None:
        yield _target(plan, everything, live=live, path=path, via=_("always"))
        return
    if person.voicemail_always and person.mailbox is not None:
        yield _mailbox(plan, person.mailbox, live=live, path=path, via=_("always"))
        return
    quiet = person.is_quiet_at(plan.at)
    seconds = _("after %(seconds)s sec.") % {"seconds": person.rings * RING_SECONDS}
    for instead, via, now in (
        (person.no_answer, seconds, live and not quiet),
        (person.busy, _("busy"), live and quiet),
        (person.unreachable, _("not reachable"), False),
    ):
        if instead.target is not None:
            yield _target(plan, instead.target, live=now, path=path, via=via)
        elif instead.voicemail and person.mailbox is not None:
            yield _mailbox(plan, person.mailbox, live=now, path=path, via=via)


def _mailbox(plan: Plan, box: Mailbox, *, live: bool, path: tuple[int, ...], via: str) -> Node:
    """The voicemail of a person, and where its greeting sends callers on to."""
    second = box.mail_to if box.records else _("no messages")
    children = () if box.records or box.then is None else (_target(plan, box.then, live=live, path=path),)
    state = "now" if live else "other"
    return Node("voicemail", _("Voicemail"), second, via=via, state=state, children=children)


def _menus(plan: Plan, attendant: AutoAttendant, *, live: bool, path: tuple[int, ...]) -> tuple[Node, ...]:
    menus = {
        Moment.BUSINESS: attendant.business,
        Moment.AFTER_HOURS: attendant.after_hours,
        Moment.HOLIDAY: attendant.holiday,
    }
    now = open_menu(attendant, plan.at)[1]
    there = {moment: menu for moment, menu in menus.items() if menu is not None}
    if attendant.timetable is None or len(there) == 1:
        return _keys(plan, attendant.business, live=live, path=path)
    words = {Moment.BUSINESS: _("open"), Moment.AFTER_HOURS: _("closed"), Moment.HOLIDAY: _("holiday")}
    return tuple(
        Node(
            "list",
            _("Menu"),
            f"‘{menu.greeting}’" if menu.greeting else "",
            via=words[moment],
            state="now" if live and moment is now else "other",
            children=_keys(plan, menu, live=live and moment is now, path=path),
        )
        for moment, menu in there.items()
    )


def _keys(plan: Plan, menu: Menu, *, live: bool, path: tuple[int, ...]) -> tuple[Node, ...]:
    nodes = [
        _key(plan, name, key, live=live, path=path) for name, key in sorted(menu.keys.items()) if key.does_something
    ]
    if not nodes:
        return (Node("x", _("End of call"), _("after the message"), state="now" if live else "other"),)
    return tuple(nodes)


def _key(plan: Plan, name: str, key: Key, *, live: bool, path: tuple[int, ...]) -> Node:
    if key.action in TRANSFERS and key.target is not None:
        node = _target(plan, key.target, live=live, path=path, via=name, key=True)
        if key.action is Action.TRANSFER_TO_OPERATOR and node.state != "dead":
            return replace(node, second=_("also without a choice"))
        return node
    icons = {Action.DIAL_BY_NAME: "person", Action.DIAL_BY_EXTENSION: "key", Action.DISCONNECT: "x"}
    words = {
        Action.DIAL_BY_NAME: _("Spell a name"),
        Action.DIAL_BY_EXTENSION: _("Dial an extension"),
        Action.PLAY_ANNOUNCEMENT: _("Announcement"),
        Action.REPEAT_MENU: _("Hear the menu again"),
        Action.DISCONNECT: _("Hang up"),
    }
    state = "now" if live else "other"
    return Node(icons.get(key.action, "play"), words[key.action], key.description, via=name, key=True, state=state)


def _target(plan: Plan, target: Target, *, live: bool, path: tuple[int, ...], via: str = "", key: bool = False) -> Node:
    found = plan.exchange.resolve(target)
    place = plan.exchange.place(found.dialable)
    if place is not None:
        return _place(plan, place, live=live, path=path, via=via, key=key)
    if not found.number:
        return _dead(_("Gone"), _("choose another destination"), via=via, key=key)
    state = "now" if live else "other"
    return Node("arrow-out", numbers.display(found.number), _("outside"), via=via, key=key, state=state)


def _dead(title: str, second: str = "", *, via: str = "", key: bool = False) -> Node:
    return Node("alert", title, second, via=via, key=key, state="dead")


def sample_moments(exchange: Exchange, now: datetime) -> dict[str, datetime]:
    """A moment for each view: now, the next by day, at night and on a holiday, as far as there is one."""
    moments = {"now": now}
    table = exchange.night.timetable or next(
        (
            place.timetable
            for place in exchange.objects.values()
            if isinstance(place, AutoAttendant) and place.timetable
        ),
        None,
    )
    if table is None:
        return moments
    names = {Moment.BUSINESS: "day", Moment.AFTER_HOURS: "night", Moment.HOLIDAY: "holiday"}
    at: datetime | None = now
    for _step in range(40):
        if at is None or len(moments) == 4:
            break
        moments.setdefault(names[table.moment(at)], at)
        at = table.next_change(at)
    for day, holiday in table.upcoming(now.date(), days=366):
        if "holiday" not in moments:
            start = datetime.combine(day, datetime.min.time(), now.tzinfo) + timedelta(minutes=holiday.start + 1)
            moments["holiday"] = max(start, now)
    order = ("now", "day", "night", "holiday")
    return {name: moments[name] for name in order if name in moments}


def company_state(exchange: Exchange, at: datetime) -> Night:
    """Open or closed, as the company's night mode has it."""
    return company_night(exchange.night, at)

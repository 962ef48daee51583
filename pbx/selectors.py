"""Reads of the exchange. Everything runs inside a customer's door, so row-level security bounds it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TypedDict

from django.db.models import Prefetch, QuerySet

from accounts.models import Customer
from pbx.models import (
    AutoAttendant,
    ExchangeSettings,
    HuntGroup,
    HuntGroupMember,
    Menu,
    MenuKey,
    NightRule,
    VoicemailBox,
)
from pbx.routing import features, shapes
from telephony import selectors as telephony
from telephony.models import (
    AlsoRings,
    CallerFilter,
    Destination,
    Dialable,
    HolidaySchedule,
    Line,
    PhoneNumber,
    Schedule,
)
from telephony.models.dialables import SYSTEM_VOICEMAIL
from telephony.models.lines import Instead
from telephony.timetable import Timetable, Week


def exchange_settings(customer: Customer) -> ExchangeSettings | None:
    """What holds for the whole company; None for a customer with single lines only."""
    related = ("company_number", "night_schedule", "night_holidays", "night_target__dialable")
    return ExchangeSettings.objects.select_related(*related).filter(customer=customer).first()


def people() -> QuerySet[Line]:
    """Everybody with a line, with what the list shows."""
    return telephony.lines()


def groups() -> QuerySet[HuntGroup]:
    """Every hunt group with its members in order and where it overflows to."""
    members = HuntGroupMember.objects.select_related("line__dialable").order_by("position", "pk")
    return (
        HuntGroup.objects.select_related("dialable__night_rule", "overflow__dialable")
        .prefetch_related(Prefetch("memberships", queryset=members), "dialable__numbers")
        .order_by("dialable__extension", "dialable__display_name", "pk")
    )


def attendants() -> QuerySet[AutoAttendant]:
    """Every auto attendant with its menus and keys."""
    keys = MenuKey.objects.select_related("target__dialable").order_by("key")
    return (
        AutoAttendant.objects.select_related("dialable__night_rule", "schedule", "holidays")
        .prefetch_related(Prefetch("menus__keys", queryset=keys), "dialable__numbers")
        .order_by("dialable__extension", "dialable__display_name", "pk")
    )


def leads() -> dict[int, list[int]]:
    """Where groups and menus send calls that nobody takes there, by the ids of dialables. A key that a caller presses is
    the caller's own choice, and back to a menu is no circle.
    """
    found: dict[int, list[int]] = defaultdict(list)
    inside = HuntGroup.objects.filter(overflow__dialable__isnull=False)
    for group, target in inside.values_list("dialable_id", "overflow__dialable_id"):
        found[group].append(target)
    operators = MenuKey.objects.filter(action=MenuKey.Action.TRANSFER_TO_OPERATOR, target__dialable__isnull=False)
    for menu, target in operators.values_list("menu__attendant__dialable_id", "target__dialable_id"):
        found[menu].append(target)
    return found


def company_voicemail() -> VoicemailBox | None:
    """The company's own box, extension 999."""
    return VoicemailBox.objects.select_related("dialable").filter(dialable__extension=SYSTEM_VOICEMAIL).first()


def load_exchange(customer: Customer) -> shapes.Exchange:
    """The whole exchange of one customer as routing takes it, in a fixed number of queries whatever its size."""
    settings = ExchangeSettings.objects.select_related("company_number").filter(customer=customer).first()
    rows = _Rows(settings)
    number = settings.company_number if settings else None
    guard = telephony.spend_guard(customer)
    return shapes.Exchange(
        objects={place.id: place for place in rows.places()},
        numbers=dict(rows.numbers),
        extensions={dialable.extension: dialable.pk for dialable in rows.dialables.values() if dialable.extension},
        needs_company_number=settings is not None,
        company_number=number.e164 if number else "",
        shows_company_number=settings is not None and settings.presentation == ExchangeSettings.Presentation.COMPANY,
        night=rows.company_night(),
        barred=telephony.blocked(customer),
        spend_guard=shapes.SpendGuard(guard.level) if guard else shapes.SpendGuard.OPEN,
        guarded=guard.month.period if guard else None,
    )


class _Rows:
    """The customer's rows, each table read once, and their shapes."""

    def __init__(self, settings: ExchangeSettings | None) -> None:
        self.settings = settings
        self.dialables = {dialable.pk: dialable for dialable in Dialable.objects.all()}
        # The main number first: it is the one by which a place is known.
        self.numbers = list(PhoneNumber.objects.order_by("-is_main", "e164").values_list("e164", "dialable_id"))
        self.number_of = {owner: e164 for e164, owner in reversed(self.numbers) if owner is not None}
        self.targets = {
            row.pk: features.Target(row.dialable_id, row.external) for row in Destination.objects.order_by("pk")
        }
        self.rules = {rule.dialable_id: rule for rule in NightRule.objects.all()}
        self.lines = {line.dialable_id: line for line in Line.objects.all()}
        self.line_places = {line.pk: line.dialable_id for line in self.lines.values()}
        self.groups = {group.dialable_id: group for group in HuntGroup.objects.all()}
        self.members: defaultdict[int, list[int]] = defaultdict(list)
        for membership in HuntGroupMember.objects.order_by("position", "pk"):
            self.members[membership.group_id].append(self.line_places[membership.line_id])
        self.attendants = {attendant.dialable_id: attendant for attendant in AutoAttendant.objects.all()}
        self.menus = self._menus()
        self.boxes = {box.dialable_id: box for box in VoicemailBox.objects.all()}
        self.schedules = {schedule.pk: schedule for schedule in Schedule.objects.prefetch_related("periods")}
        self.along: defaultdict[int, list[features.Along]] = defaultdict(list)
        for row in AlsoRings.objects.order_by("position", "pk"):
            self.along[row.line_id].append(features.Along(self.targets[row.target_id], row.confirm))
        self.filters: defaultdict[int, list[features.CallerList]] = defaultdict(list)
        for each in CallerFilter.objects.prefetch_related("numbers").order_by("name", "pk"):
            self.filters[each.line_id].append(self._caller_list(each))
        self.holidays = {days.pk: days for days in HolidaySchedule.objects.prefetch_related("days")}

    def _caller_list(self, found: CallerFilter) -> features.CallerList:
        patterns = tuple(number.pattern() for number in found.numbers.all())
        return features.CallerList(found.name, patterns, self._timetable(found.schedule_id, None))

    def _menus(self) -> dict[tuple[int, str], shapes.Menu]:
        keys: defaultdict[int, dict[str, shapes.Key]] = defaultdict(dict)
        for row in MenuKey.objects.order_by("key"):
            target = self._target(row.target_id)
            keys[row.menu_id][row.key] = shapes.Key(shapes.Action(row.action), target, row.description)
        return {
            (menu.attendant_id, menu.moment): shapes.Menu(menu.greeting, keys[menu.pk]) for menu in Menu.objects.all()
        }

    def places(self) -> Iterator[shapes.Reachable]:
        for dialable in self.dialables.values():
            place = self._place(dialable)
            if place is not None:
                yield place

    def _place(self, dialable: Dialable) -> shapes.Reachable | None:
        pk = dialable.pk
        common = _Common(
            id=pk,
            name=dialable.display_name,
            extension=dialable.extension or "",
            number=self.number_of.get(pk, ""),
            night=self._night(pk),
        )
        if pk in self.lines:
            return self._person(common, self.lines[pk])
        if pk in self.groups:
            return self._group(common, self.groups[pk])
        if pk in self.attendants:
            return self._attendant(common, self.attendants[pk])
        if pk in self.boxes:
            return shapes.Voicemail(**common, records=self.boxes[pk].records, mail_to=self.boxes[pk].mail_to)
        return shapes.Fax(**common) if dialable.kind == Dialable.Kind.FAX else None

    def _person(self, common: "_Common", line: Line) -> shapes.Person:
        first, _space, last = common["name"].partition(" ")
        return shapes.Person(
            **common,
            first_name=first,
            last_name=last,
            forward_always=self._target(line.forward_to_id) if line.forward_always else None,
            forward_until=line.forward_until,
            busy=self._instead(line.busy_does, line.busy_to_id),
            no_answer=self._instead(line.no_answer_does, line.no_answer_to_id),
            unreachable=self._instead(line.unreachable_does, line.unreachable_to_id),
            rings=line.rings,
            do_not_disturb=line.do_not_disturb,
            do_not_disturb_until=line.do_not_disturb_until,
            mailbox=self._mailbox(line) if line.voicemail else None,
            voicemail_always=line.voicemail_always,
            along=tuple(self.along[line.pk]) if line.also_ring else (),
            along_in_call=line.also_ring_in_call,
            refused=features.Refused(line.block_all, line.block_anonymous, tuple(self.filters[line.pk])),
            call_waiting=line.call_waiting,
            hides_number=line.hide_caller_id,
            barred=line.barred,
        )

    def _instead(self, does: str, target: int | None) -> features.Instead:
        return features.Instead(
            target=self._target(target) if does == Instead.FORWARD else None, voicemail=does == Instead.VOICEMAIL
        )

    def _mailbox(self, line: Line) -> features.Mailbox:
        then = self._target(line.then_to_id) if line.announcement_only else None
        return features.Mailbox(records=not line.announcement_only, mail_to=line.mail_to, then=then)

    def _group(self, common: "_Common", group: HuntGroup) -> shapes.HuntGroup:
        return shapes.HuntGroup(
            **common,
            policy=shapes.Policy(group.policy),
            members=tuple(self.members[group.pk]),
            rings=group.rings,
            wait_seconds=group.wait_seconds,
            overflow=self._target(group.overflow_id),
            call_waiting_for_agents=group.call_waiting_for_agents,
        )

    def _attendant(self, common: "_Common", attendant: AutoAttendant) -> shapes.AutoAttendant:
        menus = {moment: self.menus.get((attendant.pk, moment)) for moment in Menu.Moment}
        return shapes.AutoAttendant(
            **common,
            business=menus[Menu.Moment.BUSINESS] or shapes.Menu(),
            after_hours=menus[Menu.Moment.AFTER_HOURS],
            holiday=menus[Menu.Moment.HOLIDAY],
            timetable=self._timetable(attendant.schedule_id, attendant.holidays_id),
        )

    def company_night(self) -> shapes.CompanyNight:
        found = self.settings
        if found is None:
            return shapes.CompanyNight()
        schedule = self.schedules.get(found.night_schedule_id) if found.night_schedule_id else None
        return shapes.CompanyNight(
            mode=shapes.NightMode(found.night_mode),
            timetable=self._timetable(found.night_schedule_id, found.night_holidays_id),
            schedule_name=schedule.name if schedule else "",
            target=self._target(found.night_target_id),
            until=found.night_until,
        )

    def _night(self, dialable: int) -> shapes.ObjectNight:
        rule = self.rules.get(dialable)
        if rule is None:
            return shapes.ObjectNight()
        return shapes.ObjectNight(shapes.NightSetting(rule.setting), self._target(rule.target_id))

    def _target(self, destination: int | None) -> features.Target | None:
        return self.targets.get(destination) if destination is not None else None

    def _timetable(self, schedule: int | None, holidays: int | None) -> Timetable | None:
        """None without a schedule: then nothing is ever closed."""
        if schedule is None:
            return None
        return timetable(self.schedules[schedule], self.holidays[holidays] if holidays is not None else None)


class _Common(TypedDict):
    """What every place has."""

    id: int
    name: str
    extension: str
    number: str
    night: shapes.ObjectNight


def timetable(schedule: Schedule, holidays: HolidaySchedule | None = None) -> Timetable:
    """The arithmetic of stored hours; both with their periods and days at hand."""
    week = Week.of(period.period() for period in schedule.periods.all())
    return Timetable(week, tuple(day.holiday() for day in holidays.days.all()) if holidays else ())

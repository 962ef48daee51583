from datetime import datetime

import pytest

from pbx.routing import route
from pbx.routing.features import Target
from pbx.routing.shapes import (
    Call,
    CompanyNight,
    HuntGroup,
    Inside,
    NightMode,
    NightSetting,
    ObjectNight,
    Outcome,
    Person,
    Plan,
    Policy,
    SpendGuard,
)
from pbx.tests import worlds
from pbx.tests.worlds import (
    BOX,
    DAY,
    FATIMA,
    FREE,
    LISA,
    MAIN,
    MEHMET,
    NIGHT,
    OFF,
    SALES,
    SUPPORT,
    exchange,
    night,
)
from portal.lib.numbers import Block
from portal.lib.periods import Month
from telephony.timetable import ZONE, Holiday, Timetable


def rules(plan: Plan) -> list[str]:
    return [step.rule for step in plan.steps]


def ring(plan: Plan) -> list[tuple[int, int, int]]:
    return [(ring.person, ring.seconds, ring.duration) for ring in plan.rings]


def inside(dialled: str, person: int | None = MEHMET) -> Call:
    return Call(dialled, Inside(person))


# --- reading the number ---


@pytest.mark.parametrize("text", ["088 765 40 00", "0031887654000", "+31 88 765 4000", "088-7654000"])
def test_the_main_number_is_found_however_it_is_written(text: str) -> None:
    assert route(exchange(), Call(text), DAY).steps[0].rule == "received_main"


def test_a_number_of_someone_else_is_not_ours() -> None:
    plan = route(exchange(), Call("020 123 45 67"), DAY)
    assert (rules(plan), plan.outcome) == (["not_our_number"], Outcome.NOT_IN_USE)


def test_a_number_without_an_owner_is_not_in_use() -> None:
    plan = route(exchange(), Call(FREE), DAY)
    assert (rules(plan), plan.is_dead_end) == (["not_in_use"], True)


def test_an_outside_caller_cannot_dial_an_extension() -> None:
    assert route(exchange(), Call("209"), DAY).outcome is Outcome.NOT_IN_USE


def test_an_extension_goes_before_a_number() -> None:
    plan = route(exchange(), inside("999"), DAY)
    assert (rules(plan), plan.outcome) == (["dialled_extension", "voicemail_records"], Outcome.VOICEMAIL)


def test_an_own_number_dialled_from_a_desk_stays_inside() -> None:
    plan = route(exchange(), inside("088 765 40 03", FATIMA), DAY)
    assert rules(plan)[0] == "stays_inside"
    assert plan.rings[0].person == MEHMET


def test_what_is_no_number_is_refused_in_words() -> None:
    assert route(exchange(), inside("zomaar"), DAY).outcome is Outcome.INVALID_NUMBER


# --- calling out ---


def test_112_gets_out_past_everything() -> None:
    blocked = Person(
        id=MEHMET, name="Mehmet", extension="103", barred=frozenset(Block), hides_number=True, number="+31887654003"
    )
    world = exchange(
        blocked,
        company_number="",
        barred=frozenset(Block),
        spend_guard=SpendGuard.EMERGENCY_ONLY,
        night=night(NightMode.ON, None),
    )
    plan = route(world, inside("112"), NIGHT)
    assert (plan.outcome, plan.shown) == (Outcome.EMERGENCY, "+31887654003")


@pytest.mark.parametrize("number", ["113", "144", "116 123", "0800-8112", "0900-8844"])
def test_help_lines_get_out_past_everything(number: str) -> None:
    world = exchange(company_number="", barred=frozenset(Block), spend_guard=SpendGuard.EMERGENCY_ONLY)
    assert route(world, inside(number), NIGHT).outcome is Outcome.OUTSIDE


def test_without_a_company_number_nobody_calls_out() -> None:
    assert route(exchange(company_number=""), inside("020 123 45 67"), DAY).outcome is Outcome.NO_COMPANY_NUMBER


def test_without_a_company_number_colleagues_still_reach_each_other() -> None:
    assert route(exchange(company_number=""), inside("209"), DAY).rings[0].person == FATIMA


def test_single_lines_need_no_company_number() -> None:
    plan = route(exchange(company_number="", needs_company_number=False), inside("020 123 45 67"), DAY)
    assert (plan.outcome, plan.shown) == (Outcome.OUTSIDE, "+31887654003")


@pytest.mark.parametrize(
    ("number", "group"),
    [
        ("+44 20 7946 0000", Block.INTERNATIONAL),
        ("06 12 34 56 78", Block.MOBILE),
        ("0900 1234", Block.PREMIUM_0900),
        ("1888", Block.PREMIUM_0900),
        ("0906 1234", Block.ADULT_0906),
        ("0909 1234", Block.ENTERTAINMENT_0909),
    ],
)
def test_a_barred_group_holds_its_numbers_and_no_others(number: str, group: Block) -> None:
    plan = route(exchange(barred=frozenset({group})), inside(number), DAY)
    assert (plan.outcome, rules(plan)) == (Outcome.BARRED, [f"barred_{group}"])
    others = frozenset(Block) - {group}
    assert route(exchange(barred=others), inside(number), DAY).outcome is Outcome.OUTSIDE


def test_a_block_of_one_person_holds_only_that_person() -> None:
    world = exchange(Person(id=MEHMET, name="Mehmet", extension="103", barred=frozenset({Block.MOBILE})))
    assert route(world, inside("06 12 34 56 78"), DAY).outcome is Outcome.BARRED
    assert route(world, inside("06 12 34 56 78", LISA), DAY).outcome is Outcome.OUTSIDE


def test_free_numbers_are_held_by_no_block_and_no_guard() -> None:
    world = exchange(barred=frozenset(Block), spend_guard=SpendGuard.EMERGENCY_ONLY)
    assert route(world, inside("0800 0410"), DAY).outcome is Outcome.OUTSIDE


def test_a_caller_may_hide_the_number_for_one_call() -> None:
    assert route(exchange(), inside("#31#020 123 45 67"), DAY).shown == ""


@pytest.mark.parametrize("text", ["777", "1", "44"])
def test_a_short_number_of_nobody_is_invalid(text: str) -> None:
    assert route(exchange(), inside(text), DAY).outcome is Outcome.INVALID_NUMBER


def test_the_spend_guard_stops_dear_calls_first_and_then_all() -> None:
    dear, all_ = exchange(spend_guard=SpendGuard.PREMIUM), exchange(spend_guard=SpendGuard.EMERGENCY_ONLY)
    assert route(dear, inside("+44 20 7946 0000"), DAY).outcome is Outcome.BARRED
    assert route(dear, inside("020 123 45 67"), DAY).outcome is Outcome.OUTSIDE
    assert route(all_, inside("020 123 45 67"), DAY).outcome is Outcome.BARRED


def test_the_spend_guard_holds_in_its_own_billing_period_only() -> None:
    november = exchange(spend_guard=SpendGuard.EMERGENCY_ONLY, guarded=Month(2026, 11).period)
    last, first = datetime(2026, 11, 30, 23, 59, tzinfo=ZONE), datetime(2026, 12, 1, 0, 0, tzinfo=ZONE)
    assert route(november, inside("020 123 45 67"), last).outcome is Outcome.BARRED
    assert route(november, inside("112"), last).outcome is Outcome.EMERGENCY
    assert route(november, inside("020 123 45 67"), first).outcome is Outcome.OUTSIDE


def test_the_number_shown_is_the_companys_or_the_persons_own_or_none() -> None:
    number = "020 123 45 67"
    assert route(exchange(), inside(number), DAY).shown == MAIN
    assert route(exchange(shows_company_number=False), inside(number), DAY).shown == "+31887654003"
    assert route(exchange(shows_company_number=False), inside(number, LISA), DAY).shown == MAIN
    hidden = exchange(Person(id=MEHMET, name="Mehmet", number="+31887654003", hides_number=True))
    assert route(hidden, inside(number), DAY).shown == ""


# --- a person ---


def test_a_phone_rings_two_minutes_at_most() -> None:
    plan = route(exchange(), inside("209", LISA), DAY)
    assert (ring(plan), rules(plan)[-1], plan.outcome) == ([(FATIMA, 0, 120)], "no_answer", Outcome.NO_ANSWER)


def test_one_in_a_call_without_call_waiting_is_busy() -> None:
    world = exchange(Person(id=FATIMA, name="Fatima", extension="209", call_waiting=False), busy=frozenset({FATIMA}))
    assert route(world, inside("209"), DAY).outcome is Outcome.BUSY


def test_one_in_a_call_with_call_waiting_hears_a_second_call() -> None:
    assert rules(route(exchange(busy=frozenset({FATIMA})), inside("209"), DAY))[1:] == [
        "open_schedule",
        "call_waiting",
        "no_answer",
    ]


def test_a_phone_that_is_not_registered_cannot_ring() -> None:
    assert route(exchange(unreachable=frozenset({FATIMA})), inside("209"), DAY).outcome is Outcome.UNREACHABLE


def test_forwarding_always_goes_before_busy_and_unreachable() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(number="+31612345678"))
    plan = route(exchange(away, busy=frozenset({FATIMA}), unreachable=frozenset({FATIMA})), inside("209"), DAY)
    assert rules(plan)[-2:] == ["forward_always", "forwarded_out"]
    assert (plan.outcome, plan.destination) == (Outcome.OUTSIDE, Target(number="+31612345678"))


def test_a_forward_is_held_by_the_same_blocks_as_a_call() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(number="+31612345678"))
    assert route(exchange(away, barred=frozenset({Block.MOBILE})), inside("209"), DAY).outcome is Outcome.BARRED


def test_a_forward_to_112_is_refused() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(number="short:112"))
    plan = route(exchange(away), inside("209"), DAY)
    assert (rules(plan)[-1], plan.outcome) == ("forward_to_emergency", Outcome.BARRED)


def test_a_forward_to_an_own_number_stays_inside() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(number="+31887654003"))
    assert route(exchange(away), inside("209", LISA), DAY).rings[0].person == MEHMET


# --- hunt groups ---


def test_a_simultaneous_group_rings_all_until_the_overflow() -> None:
    plan = route(exchange(), inside("101", FATIMA), DAY)
    assert ring(plan) == [(MEHMET, 0, 30), (LISA, 0, 30), (FATIMA, 30, 120)]


def test_a_group_in_fixed_order_rings_from_the_top_and_round_again() -> None:
    plan = route(exchange(), inside("102", FATIMA), DAY)
    assert ring(plan) == [(MEHMET, 0, 15), (LISA, 15, 15)]
    assert (rules(plan)[-1], plan.steps[-1].seconds, plan.outcome) == ("group_without_overflow", 30, Outcome.LOST)


def test_a_long_wait_goes_round_again() -> None:
    patient = HuntGroup(
        id=SUPPORT, name="Support", extension="102", members=(MEHMET, LISA), policy=Policy.REGULAR, wait_seconds=60
    )
    assert "group_again" in rules(route(exchange(patient), inside("102", FATIMA), DAY))


def test_a_circular_group_starts_after_the_last_who_served() -> None:
    group = HuntGroup(
        id=SUPPORT,
        name="Support",
        extension="102",
        members=(MEHMET, LISA, FATIMA),
        policy=Policy.CIRCULAR,
        served=(MEHMET, LISA),
    )
    assert [r.person for r in route(exchange(group), inside("102", None), DAY).rings] == [FATIMA, MEHMET, LISA]


def test_a_uniform_group_starts_with_the_longest_idle() -> None:
    group = HuntGroup(
        id=SUPPORT,
        name="Support",
        extension="102",
        members=(MEHMET, LISA, FATIMA),
        policy=Policy.UNIFORM,
        served=(LISA, MEHMET),
    )
    assert [r.person for r in route(exchange(group), inside("102", None), DAY).rings] == [FATIMA, LISA, MEHMET]


def test_without_moving_on_the_first_member_rings_to_the_end() -> None:
    group = HuntGroup(
        id=SUPPORT,
        name="Support",
        extension="102",
        members=(MEHMET, LISA),
        policy=Policy.REGULAR,
        rings=0,
        wait_seconds=40,
    )
    assert ring(route(exchange(group), inside("102", None), DAY)) == [(MEHMET, 0, 40)]


def test_members_who_cannot_take_a_call_are_skipped_with_the_reason() -> None:
    asleep = Person(id=FATIMA, name="Fatima", extension="209", night=ObjectNight(NightSetting.ON))
    group = HuntGroup(id=SUPPORT, name="Support", extension="102", members=(MEHMET, LISA, FATIMA))
    plan = route(
        exchange(asleep, group, busy=frozenset({MEHMET}), unreachable=frozenset({LISA})), inside("102", None), DAY
    )
    assert rules(plan)[2:] == [
        "group_skips_busy",
        "group_skips_unreachable",
        "group_skips_night",
        "group_nobody_free",
        "group_without_overflow",
    ]


def test_a_group_may_use_the_call_waiting_of_its_members() -> None:
    group = HuntGroup(id=SUPPORT, name="Support", extension="102", members=(MEHMET,), call_waiting_for_agents=True)
    assert route(exchange(group, busy=frozenset({MEHMET})), inside("102", None), DAY).rings[0].person == MEHMET


def test_a_members_own_forward_is_not_used_for_a_call_of_the_group() -> None:
    away = Person(id=MEHMET, name="Mehmet", extension="103", forward_always=Target(FATIMA))
    assert route(exchange(away), inside("101", None), DAY).rings[0].person == MEHMET


def test_an_empty_group_overflows_at_once() -> None:
    empty = HuntGroup(id=SALES, name="Verkoop", extension="101", overflow=Target(FATIMA), wait_seconds=30)
    assert ring(route(exchange(empty), inside("101", None), DAY)) == [(FATIMA, 0, 120)]


# --- night mode ---


def test_at_night_a_call_goes_to_the_companys_voicemail() -> None:
    plan = route(exchange(), Call(MAIN), NIGHT)
    assert (rules(plan), plan.outcome) == (["received_main", "night_schedule", "voicemail_records"], Outcome.VOICEMAIL)


def test_by_day_the_plan_says_until_when() -> None:
    step = route(exchange(), Call(MAIN, keys=("9",)), DAY).steps[1]
    assert (step.rule, datetime.fromisoformat(step.facts["until"])) == (
        "open_schedule",
        DAY.replace(hour=17, minute=30),
    )


def test_a_holiday_beats_working_hours_and_a_manual_switch_beats_the_holiday() -> None:
    table = Timetable(worlds.OFFICE.week, (Holiday("Bedrijfsuitje", DAY.date(), DAY.date()),))
    automatic = CompanyNight(NightMode.AUTO, table, "Werktijden", Target(BOX))
    assert "night_holiday" in rules(route(exchange(night=automatic), Call(MAIN), DAY))
    manual = CompanyNight(NightMode.OFF, table, "Werktijden", Target(BOX))
    assert "night_holiday" not in rules(route(exchange(night=manual), Call(MAIN), DAY))


def test_a_switch_by_hand_may_end_by_itself_and_is_then_automatic() -> None:
    until = DAY.replace(hour=15)
    closed = CompanyNight(NightMode.ON, worlds.OFFICE, "Werktijden", Target(BOX), until)
    step = route(exchange(night=closed), Call(MAIN), DAY).steps[1]
    assert (step.rule, datetime.fromisoformat(step.facts["until"])) == ("night_manual", until)
    assert rules(route(exchange(night=closed), Call(MAIN), until))[1] == "open_schedule"
    assert rules(route(exchange(night=closed), Call(MAIN), NIGHT))[1] == "night_schedule"


def test_an_objects_own_setting_beats_the_companys() -> None:
    awake = HuntGroup(id=SALES, name="Verkoop", extension="101", members=(MEHMET,), night=OFF)
    assert route(exchange(awake), inside("101", None), NIGHT).rings[0].person == MEHMET
    asleep = HuntGroup(
        id=SALES, name="Verkoop", extension="101", members=(MEHMET,), night=ObjectNight(NightSetting.ON, Target(FATIMA))
    )
    assert rules(route(exchange(asleep), inside("101", None), DAY))[1] == "night_object"


def test_night_mode_without_a_target_is_ignored_and_said() -> None:
    plan = route(exchange(night=night(NightMode.ON, None)), inside("209"), DAY)
    assert rules(plan)[1:] == ["night_without_target", "rings", "no_answer"]


def test_automatic_without_a_schedule_is_not_night_and_said() -> None:
    world = exchange(night=CompanyNight(NightMode.AUTO, None, "", Target(BOX)))
    assert rules(route(world, inside("209"), NIGHT))[1:] == ["open_without_schedule", "rings", "no_answer"]


def test_the_company_night_target_itself_rings_at_night() -> None:
    world = exchange(night=night(NightMode.ON, Target(FATIMA)))
    assert route(world, Call(MAIN), NIGHT).rings[0].person == FATIMA

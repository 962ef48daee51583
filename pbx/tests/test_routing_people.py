"""How a call reaches somebody: forwards, do not disturb, voicemail, and in which order."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.routing import route
from pbx.routing.features import Along, CallerList, Instead, Mailbox, Refused, Target
from pbx.routing.shapes import Call, Exchange, HuntGroup, Inside, Outcome, Outside, Person, Plan
from pbx.tests import worlds
from pbx.tests.worlds import DAY, FATIMA, LISA, MEHMET, SALES, exchange
from pbx.whatif import Question, ask
from portal.lib.numbers import Block
from telephony.callers import Pattern
from telephony.timetable import Period, Timetable, Week

TO_LISA = Instead(Target(LISA))
TO_BOX = Instead(voicemail=True)
BOX = Mailbox(mail_to="fatima@acme.example")


def fatima(**features: object) -> Person:
    return Person(id=FATIMA, name="Fatima", extension="209", **features)  # type: ignore[arg-type]


def called(person: Person, at: datetime = DAY, **changes: object) -> Plan:
    """The plan of a call for Fatima, from Mehmet."""
    return route(exchange(person, **changes), Call("209", Inside(MEHMET)), at)


def rules(plan: Plan) -> list[str]:
    return [step.rule for step in plan.steps[2:]]


def test_without_an_answer_a_call_goes_on_after_its_rings() -> None:
    plan = called(fatima(no_answer=TO_LISA, rings=4))
    assert [(ring.person, ring.seconds, ring.duration) for ring in plan.rings] == [(FATIMA, 0, 20), (LISA, 20, 120)]
    assert rules(plan) == ["rings", "forward_no_answer", "rings", "no_answer"]


def test_without_an_answer_the_voicemail_answers_after_the_same_rings() -> None:
    plan = called(fatima(no_answer=TO_BOX, rings=4, mailbox=BOX))
    assert (plan.rings[0].duration, rules(plan)) == (20, ["rings", "voicemail_no_answer", "mailbox_records"])
    assert plan.outcome is Outcome.VOICEMAIL


def test_a_voicemail_that_is_off_takes_no_call() -> None:
    plan = called(fatima(no_answer=TO_BOX, busy=TO_BOX, unreachable=TO_BOX, voicemail_always=True))
    assert (plan.rings[0].duration, plan.outcome) == (120, Outcome.NO_ANSWER)


@pytest.mark.parametrize(
    ("instead", "end"), [(TO_LISA, "no_answer"), (TO_BOX, "mailbox_records"), (Instead(), "busy_tone")]
)
def test_in_a_call_without_call_waiting_a_caller_goes_where_busy_leads(instead: Instead, end: str) -> None:
    plan = called(fatima(busy=instead, mailbox=BOX, call_waiting=False), busy=frozenset({FATIMA}))
    assert (rules(plan)[0], rules(plan)[-1]) == ("busy", end)


def test_with_call_waiting_busy_leads_nowhere() -> None:
    assert rules(called(fatima(busy=TO_LISA), busy=frozenset({FATIMA}))) == ["call_waiting", "no_answer"]


@pytest.mark.parametrize(("instead", "outcome"), [(TO_LISA, Outcome.NO_ANSWER), (TO_BOX, Outcome.VOICEMAIL)])
def test_without_a_connected_phone_a_call_goes_where_that_leads(instead: Instead, outcome: Outcome) -> None:
    plan = called(fatima(unreachable=instead, mailbox=BOX), unreachable=frozenset({FATIMA}))
    assert (rules(plan)[0], plan.outcome) == ("unreachable", outcome)


def test_one_who_is_not_to_be_disturbed_is_as_busy() -> None:
    plan = called(fatima(do_not_disturb=True, busy=TO_BOX, mailbox=BOX))
    assert (rules(plan), plan.rings) == (["do_not_disturb", "voicemail_busy", "mailbox_records"], ())
    assert called(fatima(do_not_disturb=True)).outcome is Outcome.BUSY


def test_do_not_disturb_ends_by_itself() -> None:
    quiet = fatima(do_not_disturb=True, do_not_disturb_until=DAY + timedelta(hours=1))
    assert called(quiet).steps[2].facts["until"] == (DAY + timedelta(hours=1)).isoformat()
    assert rules(called(quiet, DAY + timedelta(hours=1))) == ["rings", "no_answer"]


def test_a_forward_of_everything_ends_by_itself() -> None:
    away = fatima(forward_always=Target(LISA), forward_until=DAY + timedelta(hours=1))
    assert rules(called(away))[0] == "forward_always"
    assert rules(called(away, DAY + timedelta(hours=1))) == ["rings", "no_answer"]


def test_a_forward_goes_before_the_voicemail_and_that_before_do_not_disturb() -> None:
    everything = {"voicemail_always": True, "mailbox": BOX, "do_not_disturb": True}
    assert rules(called(fatima(forward_always=Target(LISA), **everything)))[0] == "forward_always"
    assert rules(called(fatima(**everything))) == ["voicemail_always", "mailbox_records"]


def test_after_a_greeting_without_messages_the_call_ends_or_goes_on() -> None:
    ends = called(fatima(voicemail_always=True, mailbox=Mailbox(records=False)))
    assert (rules(ends)[1:], ends.outcome) == (["mailbox_announces", "mailbox_hangs_up"], Outcome.ANNOUNCED)
    goes_on = called(fatima(voicemail_always=True, mailbox=Mailbox(records=False, then=Target(LISA))))
    assert (rules(goes_on)[2], goes_on.rings[0].person) == ("mailbox_transfers", LISA)


@pytest.mark.parametrize("feature", ["no_answer", "busy", "unreachable"])
def test_the_own_blocks_of_a_line_hold_for_each_forward(feature: str) -> None:
    away = fatima(
        **{feature: Instead(Target(number="+31612345678"))}, barred=frozenset({Block.MOBILE}), call_waiting=False
    )
    here = {name: frozenset({FATIMA} if name == feature else ()) for name in ("busy", "unreachable")}
    assert called(away, busy=here["busy"], unreachable=here["unreachable"]).outcome is Outcome.BARRED


def test_two_who_answer_for_each_other_are_a_loop_that_is_named() -> None:
    lisa = Person(id=LISA, name="Lisa", extension="104", no_answer=Instead(Target(FATIMA)))
    plan = route(exchange(fatima(no_answer=TO_LISA), lisa), Call("209", Inside(MEHMET)), DAY)
    assert plan.outcome is Outcome.LOOP


def test_a_group_skips_a_member_who_is_not_to_be_disturbed() -> None:
    group = HuntGroup(id=SALES, name="Verkoop", extension="101", members=(FATIMA, LISA))
    plan = route(exchange(group, fatima(do_not_disturb=True)), Call("101", Inside(MEHMET)), DAY)
    assert ("group_skips_quiet", [ring.person for ring in plan.rings]) == (plan.steps[2].rule, [LISA])


def test_one_who_dials_1233_listens_to_the_own_messages() -> None:
    plan = route(exchange(fatima(mailbox=BOX)), Call("1233", Inside(FATIMA)), DAY)
    assert plan.outcome is Outcome.LISTENS
    none = route(exchange(fatima(mailbox=Mailbox(records=False))), Call("1233", Inside(FATIMA)), DAY)
    assert none.steps[0].rule == "no_messages"


@settings(max_examples=60)
@given(
    worlds.exchanges(),
    st.sampled_from(["113", "144", "116 000", "116123", "0800-8112", "0900 8844"]),
    st.none() | worlds.ids,
    worlds.moments,
)
def test_lines_for_help_always_get_out(world: Exchange, text: str, person: int | None, at: datetime) -> None:
    assert route(world, Call(text, Inside(person)), at).outcome is Outcome.OUTSIDE


# --- who rings along ---


def test_those_beside_a_phone_ring_as_long_as_it_does() -> None:
    plan = called(fatima(along=(Along(Target(LISA), confirm=False), Along(Target(number="+31612345678")))))
    assert rules(plan)[:3] == ["rings", "along_rings", "along_rings_key"]
    assert [(ring.person, ring.number, ring.duration) for ring in plan.rings] == [
        (FATIMA, "", 120),
        (LISA, "", 120),
        (FATIMA, "+31612345678", 120),
    ]


def test_without_a_connected_phone_those_beside_it_ring() -> None:
    plan = called(fatima(along=(Along(Target(LISA)),), unreachable=TO_BOX), unreachable=frozenset({FATIMA}))
    assert [ring.person for ring in plan.rings] == [LISA]


def test_during_a_call_nobody_rings_along_unless_that_is_set() -> None:
    along = (Along(Target(LISA)),)
    assert len(called(fatima(along=along), busy=frozenset({FATIMA})).rings) == 1
    assert len(called(fatima(along=along, along_in_call=True), busy=frozenset({FATIMA})).rings) == 2


def test_during_a_call_without_call_waiting_only_those_beside_it_ring_if_that_is_set() -> None:
    along, in_call = (Along(Target(LISA)),), frozenset({FATIMA})
    busy = called(fatima(along=along, call_waiting=False), busy=in_call)
    assert (busy.rings, busy.outcome) == ((), Outcome.BUSY)
    plan = called(
        fatima(along=along, along_in_call=True, call_waiting=False, mailbox=BOX, no_answer=TO_BOX), busy=in_call
    )
    assert ([ring.person for ring in plan.rings], plan.outcome) == ([LISA], Outcome.VOICEMAIL)


@pytest.mark.parametrize("number", ["+31612345678", "short:112", "+319008844"])
def test_a_blocked_number_and_a_line_for_help_do_not_ring_along(number: str) -> None:
    plan = called(fatima(along=(Along(Target(number=number)),), barred=frozenset({Block.MOBILE})))
    assert [ring.number for ring in plan.rings] == [""]


def test_the_own_forward_of_who_rings_along_is_not_used() -> None:
    lisa = Person(id=LISA, name="Lisa", extension="104", forward_always=Target(MEHMET))
    plan = route(exchange(fatima(along=(Along(Target(LISA)),)), lisa), Call("209", Inside(MEHMET)), DAY)
    assert [ring.person for ring in plan.rings] == [FATIMA, LISA]


# --- callers that are refused ---

LUNCH = Timetable(Week.of([Period(frozenset(range(5)), 12 * 60, 13 * 60)]))
REFUSED = Refused(
    lists=(
        CallerList("Enquêtes", (Pattern("+31201234567"),)),
        CallerList("Lunch", (Pattern("+44", is_prefix=True),), LUNCH),
    )
)


def from_outside(person: Person, caller: Outside, at: datetime = DAY) -> Plan:
    numbers: dict[str, int | None] = {"+31887654009": FATIMA}
    return route(exchange(person, numbers=numbers), Call("+31887654009", caller), at)


@pytest.mark.parametrize(
    ("caller", "hour", "refused"),
    [
        (Outside("+31201234567"), 14, True),
        (Outside("+31201234568"), 14, False),
        (Outside("+442012345678"), 12, True),
        (Outside("+442012345678"), 13, False),
        (Outside(anonymous=True), 14, False),
        (Outside(), 14, False),
    ],
)
def test_a_list_refuses_its_callers_in_its_hours(caller: Outside, hour: int, refused: bool) -> None:
    away = fatima(refused=REFUSED, forward_always=Target(LISA))
    plan = from_outside(away, caller, DAY.replace(hour=hour))
    assert (plan.outcome is Outcome.REFUSED) is refused


def test_anonymous_callers_are_refused_and_colleagues_are_not() -> None:
    shy = fatima(refused=Refused(anonymous=True))
    assert from_outside(shy, Outside(anonymous=True)).outcome is Outcome.REFUSED
    assert from_outside(shy, Outside()).outcome is Outcome.NO_ANSWER
    assert called(shy).outcome is Outcome.NO_ANSWER


def test_a_number_for_calling_out_takes_no_call_at_all() -> None:
    out = fatima(refused=Refused(everybody=True), mailbox=BOX, voicemail_always=True)
    assert from_outside(out, Outside("+31201234567")).outcome is Outcome.REFUSED
    assert rules(called(out)) == []
    assert called(out).outcome is Outcome.REFUSED


@pytest.mark.parametrize("number", ["short:112", "short:113", "+319008844", "+318008112"])
def test_a_line_for_help_that_calls_back_always_gets_through(number: str) -> None:
    everything = CallerList("Alles", (Pattern("+31", is_prefix=True),))
    shut = fatima(refused=Refused(everybody=True, anonymous=True, lists=(everything,)))
    assert from_outside(shut, Outside(number)).outcome is Outcome.NO_ANSWER


@pytest.mark.parametrize(("caller", "outcome"), [("anoniem", Outcome.REFUSED), ("", Outcome.NO_ANSWER)])
def test_the_what_if_knows_a_caller_who_hides_the_number(caller: str, outcome: Outcome) -> None:
    numbers: dict[str, int | None] = {"+31887654009": FATIMA}
    world = exchange(fatima(refused=Refused(anonymous=True)), numbers=numbers)
    assert ask(world, Question(dialled="088 765 40 09", at=DAY, caller=caller)).plan.outcome is outcome

from datetime import datetime

import pytest
from hypothesis import given, settings

from pbx.routing.checks import CHECKS, Report, check
from pbx.routing.features import Instead, Target
from pbx.routing.shapes import Action, AutoAttendant, CompanyNight, Exchange, HuntGroup, Key, Menu, NightMode, Person
from pbx.sentences import PASSED, PROBLEMS, problem_in_words
from pbx.tests import worlds
from pbx.tests.worlds import BOX, DAY, FATIMA, LISA, MAIN, MEHMET, MENU, SALES, SUPPORT, exchange
from portal.lib.numbers import Block


def codes(report: Report) -> list[str]:
    return [problem.code for problem in report.problems]


def fine() -> Exchange:
    """Acme, with the overflow it lacks."""
    support = HuntGroup(
        id=SUPPORT, name="Support", extension="102", members=(LISA,), overflow=Target(BOX), wait_seconds=30
    )
    return exchange(support)


def test_a_plan_that_is_in_order_passes_every_check() -> None:
    report = check(fine(), DAY)
    assert (codes(report), report.passed) == ([], CHECKS)


def test_every_problem_and_every_check_has_its_words() -> None:
    assert set(PASSED) == set(CHECKS)
    for code in PROBLEMS:
        assert all(problem_in_words(code, {"name": "Support", "circle": "A → B → A", "number": "+31612345678"}))


def test_a_group_without_overflow_is_named() -> None:
    report = check(exchange(), DAY)
    found = [(problem.code, problem.subject, problem.facts["name"]) for problem in report.problems]
    assert found == [("group_without_overflow", SUPPORT, "Support (102)")]
    assert "groups" not in report.passed


def test_no_company_number_comes_first() -> None:
    assert codes(check(exchange(company_number=""), DAY))[0] == "no_company_number"


def test_a_company_number_of_nobody_is_found() -> None:
    numbers = exchange().numbers | {MAIN: None}  # type: ignore[operator]
    assert "company_number_unused" in codes(check(exchange(numbers=numbers), DAY))


def test_a_circle_is_told_once_whoever_is_called() -> None:
    one = Person(id=MEHMET, name="Mehmet", extension="103", forward_always=Target(LISA))
    two = Person(id=LISA, name="Lisa", extension="104", forward_always=Target(MEHMET))
    loops = [problem for problem in check(exchange(one, two), DAY).problems if problem.code == "loop"]
    assert [problem.facts["circle"] for problem in loops] == ["Lisa (104) → Mehmet (103) → Lisa (104)"]


@pytest.mark.parametrize("case", ["busy", "unreachable"])
def test_a_forward_that_waits_for_its_case_is_looked_into(case: str) -> None:
    away = Instead(Target(number="+31612345678"))
    here = {name: away if name == case else Instead() for name in ("busy", "unreachable")}
    person = Person(
        id=MEHMET,
        name="Mehmet",
        extension="103",
        call_waiting=False,
        busy=here["busy"],
        unreachable=here["unreachable"],
    )
    report = check(exchange(person, barred=frozenset({Block.MOBILE})), DAY)
    assert ("forward_barred", MEHMET) in [(problem.code, problem.subject) for problem in report.problems]


def test_a_circle_that_only_closes_at_night_is_found_by_day() -> None:
    night_menu = AutoAttendant(
        id=MENU,
        name="Nachtmenu",
        number=MAIN,
        business=Menu("x", {"1": Key(Action.TRANSFER_WITH_PROMPT, Target(SALES))}),
    )
    world = exchange(night_menu, night=CompanyNight(NightMode.AUTO, worlds.OFFICE, "Werktijden", Target(MENU)))
    assert "loop" in codes(check(world, DAY))


def test_a_forward_to_a_blocked_number_is_laid_at_its_door() -> None:
    away = Person(id=FATIMA, name="Fatima", extension="209", forward_always=Target(number="+31612345678"))
    found = check(exchange(away, barred=frozenset({Block.MOBILE})), DAY).problems
    assert [(problem.code, problem.subject) for problem in found if problem.code == "forward_barred"] == [
        ("forward_barred", FATIMA)
    ]


def test_a_person_without_an_extension_is_a_hint_and_stands_last() -> None:
    plain = Person(id=MEHMET, name="Mehmet", number="+31887654003")
    report = check(exchange(plain), DAY)
    assert (codes(report)[-1], [problem.code for problem in report.serious]) == (
        "no_extension",
        ["group_without_overflow"],
    )


def test_a_menu_without_reception_is_found_unless_it_only_speaks() -> None:
    silent = AutoAttendant(id=MENU, name="Menu", number=MAIN, business=Menu("Wij zijn gesloten"))
    assert "menu_without_operator" not in codes(check(exchange(silent), DAY))
    deaf = AutoAttendant(id=MENU, name="Menu", number=MAIN, business=Menu("Kies", {"1": Key(Action.REPEAT_MENU)}))
    assert "menu_without_operator" in codes(check(exchange(deaf), DAY))


@settings(max_examples=40)
@given(worlds.exchanges(), worlds.moments)
def test_whatever_the_exchange_the_check_ends_and_112_passes(world: Exchange, at: datetime) -> None:
    assert "emergency" in check(world, at).passed

"""The detectors on plain facts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from cdr.fraud.detect import detect
from cdr.fraud.facts import Call, Forward, Found, History, Hour, Measures, Reached
from cdr.fraud.kinds import Severity, SignKind
from cdr.fraud.risk import Risk, RiskBook, read_risks, risk_book
from cdr.fraud.thresholds import DEFAULTS, EURO, Threshold, fires, severity
from portal.lib.numbers import visible
from portal.lib.periods import days_bounds

DAY = date(2026, 11, 14)  # a Saturday
HABIT = frozenset(DAY - timedelta(days=back) for back in range(1, 31))
MOROCCO, CUBA, SANNE = "+212537268011", "+5351234567", "+31887654121"


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    """A moment by Amsterdam's clock in winter."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def calls(count: int, other: str, start: datetime, *, seconds: int = 60, micros: int | None = EURO) -> tuple[Call, ...]:
    return tuple(Call(start + timedelta(minutes=one), seconds, micros, SANNE, other) for one in range(count))


def found(history: History, kind: SignKind, *, days: Iterable[date] = (DAY,)) -> list[Found]:
    return [one for one in detect(history, risk_book(), frozenset(days)) if one.kind == kind]


def test_a_burst_to_a_country_that_was_never_called_is_a_sign() -> None:
    history = History(calls=calls(12, MOROCCO, at(2, 10)), active=HABIT)
    [sign] = found(history, SignKind.NEW_COUNTRY)
    assert (sign.key, sign.start, sign.end) == ("MA 2026-11-14", at(2, 10), at(2, 22))
    assert sign.measures == Measures(12, 12 * EURO)
    assert sign.details["known"] == 0
    assert MOROCCO.startswith(str(sign.details["prefix"]))


@pytest.mark.parametrize(("known", "signs"), [(2, 1), (3, 0)])
def test_a_country_that_is_called_now_and_then_is_not_new(known: int, signs: int) -> None:
    reached = (Reached(DAY - timedelta(days=30), "+212522000000", known),)
    history = History(calls=calls(12, MOROCCO, at(2)), reached=reached, active=HABIT)
    assert len(found(history, SignKind.NEW_COUNTRY)) == signs


def test_calls_of_more_than_thirty_days_ago_are_forgotten() -> None:
    reached = (Reached(DAY - timedelta(days=31), MOROCCO, 50),)
    history = History(calls=calls(12, MOROCCO, at(2)), reached=reached, active=HABIT)
    assert found(history, SignKind.NEW_COUNTRY)


def test_the_burst_itself_is_no_habit_on_its_own_day_but_is_on_the_next() -> None:
    burst = calls(12, MOROCCO, at(2))
    more = calls(12, MOROCCO, at(2, day=DAY + timedelta(days=1)))
    reached = (Reached(DAY, MOROCCO, 12), Reached(DAY + timedelta(days=1), MOROCCO, 12))
    history = History(calls=burst + more, reached=reached, active=HABIT)
    signs = found(history, SignKind.NEW_COUNTRY, days=(DAY, DAY + timedelta(days=1)))
    assert [sign.key for sign in signs] == ["MA 2026-11-14"]


@pytest.mark.parametrize(("days", "signs"), [(6, 0), (7, 1)])
def test_a_customer_without_habits_calls_no_country_new(days: int, signs: int) -> None:
    active = frozenset(DAY - timedelta(days=back) for back in range(1, days + 1))
    history = History(calls=calls(12, MOROCCO, at(2)), active=active)
    assert len(found(history, SignKind.NEW_COUNTRY)) == signs


@pytest.mark.parametrize(
    ("number", "place"),
    [(CUBA, "CU"), ("+88213012345", "+882"), ("+870773123456", "Inmarsat"), ("+31900123456", "0900"), ("short:1888", "18xx")],
)  # fmt: skip
def test_risky_numbers_are_a_sign_from_the_first_day(number: str, place: str) -> None:
    [sign] = found(History(calls=calls(5, number, at(11))), SignKind.RISKY)
    assert sign.details["place"] == place
    assert sign.risky


def test_a_burst_is_the_two_hours_in_which_most_was_spent() -> None:
    spread = tuple(Call(at(hour), 60, EURO, SANNE, CUBA) for hour in range(8, 20, 3))
    [sign] = found(History(calls=(*spread, *calls(6, CUBA, at(20, 10)))), SignKind.RISKY)
    assert (sign.start, sign.end, sign.measures.calls) == (at(20, 10), at(20, 16), 6)


def test_calls_spread_over_a_day_are_no_burst() -> None:
    spread = tuple(Call(at(hour), 60, EURO // 4, SANNE, "+31900123456") for hour in range(8, 22, 3))
    assert not found(History(calls=spread), SignKind.RISKY)


def test_risky_numbers_that_are_called_as_much_as_ever_are_no_sign() -> None:
    reached = tuple(Reached(DAY - timedelta(days=back), CUBA, 5) for back in range(1, 31))
    [sign] = found(History(calls=calls(6, CUBA, at(11)), reached=reached), SignKind.RISKY)
    assert sign.measures.factor == 1
    assert not fires(DEFAULTS[SignKind.RISKY], sign.measures)


def test_a_call_without_a_price_counts_as_a_call() -> None:
    [sign] = found(History(calls=calls(5, CUBA, at(11), micros=None)), SignKind.RISKY)
    assert (sign.measures.calls, sign.measures.micros, sign.details["unrated"]) == (5, 0, 5)


def test_a_risk_counts_only_while_it_is_valid() -> None:
    book = RiskBook([Risk("53", "island", "", date(2026, 1, 1), date(2026, 11, 1))])
    inside, after = book.place(CUBA, date(2026, 10, 31)), book.place(CUBA, date(2026, 11, 1))
    assert inside is not None
    assert inside.group == "island"
    assert after is not None
    assert after.group == ""


def test_the_longest_risky_prefix_wins() -> None:
    rows = [
        "prefix,group,name,valid_from,valid_until",
        "88,worldwide,wide,2000-01-01,",
        "8816,satellite,narrow,2000-01-01,",
    ]
    place = RiskBook(read_risks(rows)).place("+88161234567", DAY)
    assert place is not None
    assert place.code == "narrow"


def hours(day: date, hour: int, micros: int, calls_made: int = 1) -> Hour:
    return Hour(at(hour, day=day), calls_made, micros)


def test_a_night_far_dearer_than_the_nights_before_is_a_sign() -> None:
    before = tuple(hours(DAY - timedelta(days=back), 23, EURO) for back in range(1, 31))
    history = History(
        hours=(*before, hours(DAY, 23, 20 * EURO, 9), hours(DAY + timedelta(days=1), 3, 20 * EURO, 8)), active=HABIT
    )
    [sign] = found(history, SignKind.OFF_HOURS)
    assert sign.key == "night 2026-11-14"
    assert sign.measures == Measures(17, 40 * EURO, 40)
    assert sign.details["usual"] == EURO


def test_a_day_in_the_weekend_is_compared_with_days_in_weekends_only() -> None:
    working = tuple(hours(DAY - timedelta(days=back), 11, 50 * EURO) for back in range(1, 5))
    history = History(hours=(*working, hours(DAY, 11, 30 * EURO)), active=HABIT)
    [sign] = found(history, SignKind.OFF_HOURS)
    assert sign.key == "weekend 2026-11-14"
    assert sign.measures.factor is None


def test_a_public_holiday_is_as_a_day_in_the_weekend() -> None:
    christmas = date(2026, 12, 25)  # a Friday
    active = frozenset(christmas - timedelta(days=back) for back in range(1, 31))
    history = History(hours=(hours(christmas, 11, 30 * EURO),), active=active)
    [sign] = found(history, SignKind.OFF_HOURS, days=(christmas,))
    assert sign.key == "weekend 2026-12-25"


def test_a_working_day_is_never_off_hours() -> None:
    friday = DAY - timedelta(days=1)
    assert not found(History(hours=(hours(friday, 11, 90 * EURO),), active=HABIT), SignKind.OFF_HOURS, days=(friday,))


def test_the_night_in_which_the_clock_goes_back_has_its_hour_twice() -> None:
    saturday = date(2026, 10, 24)
    bounds = days_bounds(saturday + timedelta(days=1), saturday + timedelta(days=2))
    night = tuple(Hour(bounds.start + timedelta(hours=one), 1, EURO) for one in range(9))  # 00:00 to 07:00 by the clock
    active = frozenset(saturday - timedelta(days=back) for back in range(1, 20))
    [sign] = found(History(hours=night, active=active), SignKind.OFF_HOURS, days=(saturday,))
    assert sign.measures.calls == 7  # 0, 1, 2, 2, 3, 4 and 5 o'clock
    assert sign.end - sign.start == timedelta(hours=7)


def test_the_night_in_which_the_clock_goes_forward_has_an_hour_less() -> None:
    saturday = date(2027, 3, 27)
    bounds = days_bounds(saturday + timedelta(days=1), saturday + timedelta(days=2))
    night = tuple(Hour(bounds.start + timedelta(hours=one), 1, 2 * EURO) for one in range(9))
    active = frozenset(saturday - timedelta(days=back) for back in range(1, 20))
    [sign] = found(History(hours=night, active=active), SignKind.OFF_HOURS, days=(saturday,))
    assert sign.measures.calls == 5  # 0, 1, 3, 4 and 5 o'clock


def test_many_short_calls_of_one_length_at_one_moment_are_a_sign() -> None:
    burst = tuple(Call(at(3) + timedelta(seconds=one), 58 + one % 3, EURO, SANNE, CUBA) for one in range(12))
    [sign] = found(History(calls=burst), SignKind.PARALLEL)
    assert sign.measures == Measures(12, 12 * EURO, alike=100)


def test_calls_one_after_the_other_are_never_at_once() -> None:
    assert not found(History(calls=calls(30, CUBA, at(3), seconds=60)), SignKind.PARALLEL)


def test_calls_of_any_length_at_once_do_not_look_alike() -> None:
    lengths = (20, 35, 60, 90, 120, 150, 180, 220, 260, 299, 30, 45)
    busy = tuple(
        Call(at(11) + timedelta(seconds=place), length, EURO, SANNE, "+31201234567")
        for place, length in enumerate(lengths)
    )
    assert not [
        sign for sign in found(History(calls=busy), SignKind.PARALLEL) if fires(DEFAULTS[sign.kind], sign.measures)
    ]


def test_a_forward_to_abroad_is_a_sign_before_any_call_went_there() -> None:
    forward = Forward(7, at(1), "Bob Test", "Sanne", CUBA, frozenset({SANNE}))
    [sign] = found(History(forwards=(forward,)), SignKind.FORWARD)
    assert (sign.key, sign.measures.calls, sign.risky) == ("7", 0, True)


def test_only_calls_forwarded_by_that_line_within_a_day_belong_to_the_forward() -> None:
    forward = Forward(7, at(1), "Bob Test", "Sanne", CUBA, frozenset({SANNE}))
    mine = Call(at(2), 60, EURO, SANNE, CUBA, forwarded=True)
    others = (
        Call(at(2), 60, EURO, "+31887654999", CUBA, forwarded=True),
        Call(at(2), 60, EURO, SANNE, CUBA),
        Call(at(0), 60, EURO, SANNE, CUBA, forwarded=True),
        Call(at(1) + timedelta(days=1), 60, EURO, SANNE, CUBA, forwarded=True),
        Call(at(2), 60, EURO, SANNE, "+31201234567", forwarded=True),
    )
    [sign] = found(History(calls=(mine, *others), forwards=(forward,)), SignKind.FORWARD)
    assert sign.measures.calls == 1


def test_a_forward_to_a_dutch_number_is_none() -> None:
    forward = Forward(7, at(1), "Bob Test", "Sanne", "+31201234567", frozenset())
    assert not found(History(forwards=(forward,)), SignKind.FORWARD)


def test_one_ring_from_many_numbers_of_one_foreign_range_is_bait() -> None:
    missed = tuple(Call(at(9, one), 0, 0, f"+3188765400{one}", f"+21655501{one:02d}") for one in range(6))
    [sign] = found(History(missed=missed), SignKind.CALL_BACK_BAIT)
    assert sign.measures.calls == 6
    assert sign.details == {"prefix": visible("+2165550100"), "numbers": 6}


def test_no_hidden_digit_stands_in_a_sign() -> None:
    history = History(calls=calls(12, MOROCCO, at(2)), missed=calls(6, MOROCCO, at(9), seconds=0), active=HABIT)
    for sign in detect(history, risk_book(), frozenset({DAY})):
        assert MOROCCO[-4:] not in f"{sign.key} {sign.details}"


@pytest.mark.parametrize(
    ("threshold", "measures", "raised"),
    [
        (Threshold(calls=5, micros=10), Measures(5, 0), True),
        (Threshold(calls=5, micros=10), Measures(1, 10), True),
        (Threshold(calls=5, micros=10), Measures(4, 9), False),
        (Threshold(calls=5, factor=3), Measures(5, 0, factor=2), False),
        (Threshold(calls=5, factor=3), Measures(5, 0, factor=None), True),
        (Threshold(calls=5, alike=60), Measures(9, 0, alike=59), False),
        (Threshold(on=False, calls=5), Measures(9, 0), False),
        (Threshold(), Measures(9, 9), False),
    ],
)
def test_a_threshold_is_one_size_and_every_ratio(threshold: Threshold, measures: Measures, raised: bool) -> None:
    assert fires(threshold, measures) is raised


def test_money_and_risky_numbers_weigh() -> None:
    assert severity(Measures(1, EURO), risky=False) == Severity.LOW
    assert severity(Measures(1, 10 * EURO), risky=False) == Severity.MEDIUM
    assert severity(Measures(1, 10 * EURO), risky=True) == Severity.HIGH
    assert severity(Measures(1, 50 * EURO), risky=False) == Severity.HIGH

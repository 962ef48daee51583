"""The pure step that shares bundles out over the calls of a period."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.rating.allocate import USUAL_HOURS, Cover, Member, PricedCall, Terms, allocate, included_in, rest_micros
from cdr.rating.bands import PeakHours
from cdr.rating.prices import Price, calculate
from cdr.vocabulary import CallType
from portal.lib.periods import Month

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
OWN, OTHER = "+31887654000", "+31887654001"
FIXED = Price(45_000, 15_000)  # set-up and per minute
STARTED_MINUTES = Price(0, 90_000, 60, 60)


def cost(seconds: int, price: Price, *, start: datetime = BEGIN, hours: PeakHours = USUAL_HOURS) -> int:
    """What a call costs without any bundle."""
    return calculate(price, hours, seconds=seconds, start=start).micros


def a_call(
    number: str = OWN, seconds: int = 60, *, at: int = 0, key: str = "31201234567", price: Price = FIXED
) -> PricedCall:
    """A call `at` minutes after the beginning of the month."""
    return PricedCall(
        start=BEGIN + timedelta(minutes=at),
        source=1,
        record_id=f"call-{at}",
        revision=0,
        id=at,
        number=number,
        key=key,
        call_type=CallType.NL_FIXED,
        seconds=seconds,
        micros=cost(seconds, price),
        price=price,
    )


def a_bundle(
    number: int = 1,
    *members: str,
    own: bool = False,
    included: int | None = 600,
    covers_setup: bool = True,
    prefixes: tuple[str, ...] = ("31",),
) -> Terms:
    return Terms(
        id=number,
        own=own,
        included=included,
        covers_setup=covers_setup,
        members=tuple(Member(each, BEGIN) for each in members or (OWN, OTHER)),
        prefixes=prefixes,
    )


def net(call: PricedCall, covers: list[Cover]) -> int:
    return call.micros - sum(cover.micros for cover in covers if (cover.start, cover.id) == (call.start, call.id))


def test_a_covered_call_costs_nothing_with_its_set_up_fee() -> None:
    call = a_call(seconds=61)
    assert allocate([a_bundle()], [call]) == [Cover(call.start, call.id, 1, 61, 60_250)]


def test_the_set_up_fee_is_paid_where_the_bundle_does_not_cover_it() -> None:
    call = a_call(seconds=61)
    assert net(call, allocate([a_bundle(covers_setup=False)], [call])) == 45_000


def test_a_call_over_the_edge_pays_what_a_call_of_the_rest_costs() -> None:
    first, second = a_call(seconds=590, at=0), a_call(seconds=70, at=20)
    covers = allocate([a_bundle()], [first, second])
    assert [cover.seconds for cover in covers] == [590, 10]
    assert net(second, covers) == 15_000  # 60 seconds, and the set-up fee fell with the first covered second
    assert net(second, allocate([a_bundle(covers_setup=False)], [first, second])) == 45_000 + 15_000


def test_the_rest_of_a_call_is_billed_in_the_steps_of_its_price() -> None:
    call = a_call(seconds=61, price=STARTED_MINUTES)
    assert net(call, allocate([a_bundle(included=30)], [call])) == 90_000


@pytest.mark.parametrize(("splits", "rest"), [(True, 30_000), (False, 60_000)])
def test_the_rest_has_the_price_of_the_time_at_which_it_begins_where_the_tariff_splits_calls(
    splits: bool, rest: int
) -> None:
    price = Price(0, 60_000, offpeak_setup_micros=0, offpeak_minute_micros=30_000)
    hours = PeakHours(splits=splits)
    evening = datetime(2026, 10, 5, 17, 58, tzinfo=UTC)  # a Monday, 19:58 in Amsterdam; the peak ends at 20:00
    call = replace(
        a_call(seconds=180, price=price),
        start=evening,
        hours=hours,
        micros=cost(180, price, start=evening, hours=hours),
    )
    assert rest_micros(call, 120, covers_setup=True) == rest


def test_an_amount_that_the_price_does_not_give_is_shared_out_by_seconds() -> None:
    call = replace(a_call(seconds=100), micros=1_000_000)
    assert rest_micros(call, 25, covers_setup=False) == 750_000


def test_unlimited_of_the_number_goes_before_shared_minutes() -> None:
    call = a_call(seconds=100)
    shared, own = a_bundle(1, included=1_000), a_bundle(2, OWN, own=True, included=None)
    assert [(cover.bundle, cover.seconds) for cover in allocate([shared, own], [call])] == [(2, 100)]


def test_beyond_fair_use_shared_minutes_take_over_and_then_the_tariff() -> None:
    call = a_call(seconds=100)
    shared, own = a_bundle(1, included=30), a_bundle(2, OWN, own=True, included=60)
    covers = allocate([shared, own], [call])
    assert [(cover.bundle, cover.seconds) for cover in covers] == [(2, 60), (1, 30)]
    assert net(call, covers) == cost(10, FIXED) - 45_000


def test_each_number_has_a_fair_use_of_its_own() -> None:
    calls = [a_call(OWN, 60, at=0), a_call(OTHER, 60, at=1), a_call(OWN, 60, at=2)]
    covers = allocate([a_bundle(own=True, included=60)], calls)
    assert [cover.id for cover in covers] == [0, 1]


def test_numbers_of_a_group_use_the_same_minutes() -> None:
    covers = allocate([a_bundle(included=90)], [a_call(OWN, 60, at=0), a_call(OTHER, 60, at=1)])
    assert [(cover.id, cover.seconds) for cover in covers] == [(0, 60), (1, 30)]


@pytest.mark.parametrize("key", ["31612345678", "31900123", "018000", "212123456"])
def test_a_number_outside_the_prefixes_is_paid(key: str) -> None:
    bundle = a_bundle(prefixes=("311", "312", "313", "314", "315", "317", "3185", "3188", "3191", "0140"))
    assert allocate([bundle], [a_call(key=key)]) == []


def test_call_types_restrict_as_prefixes_do() -> None:
    bundle = replace(a_bundle(prefixes=()), call_types=frozenset({int(CallType.NL_MOBILE)}))
    mobile = replace(a_call(at=1), call_type=int(CallType.NL_MOBILE))
    assert [cover.id for cover in allocate([bundle], [a_call(at=0), mobile])] == [1]


@pytest.mark.parametrize(
    "kind", [CallType.INTERNAL, CallType.INCOMING, CallType.FREE, CallType.EMERGENCY, CallType.HELPLINE]
)
def test_what_is_never_billed_uses_no_minutes(kind: CallType) -> None:
    assert allocate([a_bundle(prefixes=())], [replace(a_call(), call_type=int(kind))]) == []


def test_a_number_uses_a_bundle_only_on_its_own_days() -> None:
    member = Member(OWN, BEGIN + timedelta(minutes=5), BEGIN + timedelta(minutes=10))
    bundle = replace(a_bundle(), members=(member,))
    covers = allocate([bundle], [a_call(at=4), a_call(at=5), a_call(at=9), a_call(at=10)])
    assert [cover.id for cover in covers] == [5, 9]


def test_a_call_that_is_booked_back_leaves_its_minutes_to_others() -> None:
    wrong = a_call(seconds=600, at=0)
    back = replace(wrong, id=100, revision=1, seconds=-600, micros=-wrong.micros, reversal=True)
    right = replace(a_call(seconds=60, at=0), id=101, revision=2)
    later = a_call(seconds=600, at=5)
    covers = allocate([a_bundle()], [later, back, right, wrong])
    assert [(cover.id, cover.seconds) for cover in covers] == [(101, 60), (5, 540)]


def test_booking_back_a_call_of_another_period_returns_its_minutes_and_its_discount() -> None:
    used = Cover(BEGIN, 0, 1, 50, 7_000)
    back = replace(a_call(seconds=-50), id=100, revision=1, micros=-7_000, reversal=True, returned=(used,))
    later = a_call(seconds=650, at=5)
    covers = allocate([a_bundle()], [back, later])
    assert covers[0] == Cover(BEGIN, 100, 1, -50, -7_000)
    assert covers[1].seconds == 650


def test_minutes_by_day_follow_the_days_of_the_month_on_which_the_bundle_runs() -> None:
    october = Month(2026, 10)
    whole, half = date(2026, 9, 1), date(2026, 10, 17)
    assert included_in(3_100, pro_rata=True, first=whole, end=None, month=october) == 3_100
    assert included_in(3_100, pro_rata=True, first=half, end=None, month=october) == 1_500
    assert included_in(3_100, pro_rata=True, first=half, end=date(2026, 10, 18), month=october) == 100
    assert included_in(3_100, pro_rata=False, first=half, end=None, month=october) == 3_100
    assert included_in(3_100, pro_rata=True, first=whole, end=date(2026, 10, 1), month=october) == 0
    assert included_in(None, pro_rata=True, first=half, end=None, month=october) is None


# --- properties ---

PRICES = (FIXED, STARTED_MINUTES, Price(100_000, 275_000, 30, 6))


@st.composite
def calls(draw: st.DrawFn) -> list[PricedCall]:
    """Calls of a month, some of them booked back, with and without a successor."""
    found: list[PricedCall] = []
    for at in range(draw(st.integers(0, 12))):
        call = a_call(
            draw(st.sampled_from((OWN, OTHER, "+31887654002"))),
            draw(st.integers(0, 400)),
            at=at // 2,
            key=draw(st.sampled_from(("31201234567", "31612345678", "3185123"))),
            price=draw(st.sampled_from(PRICES)),
        )
        call = replace(call, id=at * 10, record_id=f"call-{at}")
        found.append(call)
        if draw(st.booleans()):
            found.append(
                replace(call, id=at * 10 + 1, revision=1, seconds=-call.seconds, micros=-call.micros, reversal=True)
            )
            if draw(st.booleans()):
                found.append(replace(call, id=at * 10 + 2, revision=2))
    return found


bundles = st.lists(
    st.builds(
        a_bundle,
        st.just(1),
        own=st.booleans(),
        included=st.none() | st.integers(0, 900),
        covers_setup=st.booleans(),
        prefixes=st.sampled_from((("31",), ("3120", "3185"), ())),
    ),
    max_size=3,
).map(lambda found: [replace(bundle, id=place) for place, bundle in enumerate(found, 1)])


@given(bundles, calls())
def test_no_bundle_covers_more_than_it_includes(terms: list[Terms], found: list[PricedCall]) -> None:
    used: dict[tuple[int, str], int] = {}
    of = {(call.start, call.id): call for call in found}
    for cover in allocate(terms, found):
        own = next(bundle.own for bundle in terms if bundle.id == cover.bundle)
        pool = (cover.bundle, of[cover.start, cover.id].number if own else "")
        used[pool] = used.get(pool, 0) + cover.seconds
    for bundle in terms:
        for (number, _own), seconds in used.items():
            assert number != bundle.id or bundle.included is None or seconds <= bundle.included


@given(bundles, calls())
def test_what_is_covered_lies_between_nothing_and_the_whole_call(terms: list[Terms], found: list[PricedCall]) -> None:
    covers = allocate(terms, found)
    for call in found:
        mine = [cover for cover in covers if (cover.start, cover.id) == (call.start, call.id)]
        assert 0 <= sum(cover.seconds for cover in mine) <= max(call.seconds, 0)
        assert 0 <= sum(cover.micros for cover in mine) <= max(call.micros, 0)
        assert all(cover.seconds > 0 and cover.micros >= 0 for cover in mine)


@given(bundles, calls(), st.randoms(use_true_random=False))
def test_the_order_of_calls_and_bundles_does_not_matter(
    terms: list[Terms], found: list[PricedCall], luck: object
) -> None:
    shuffled, others = list(found), list(terms)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    luck.shuffle(others)  # type: ignore[attr-defined]
    assert allocate(others, shuffled) == allocate(terms, found)


@given(bundles, calls())
def test_only_what_holds_in_the_end_uses_minutes(terms: list[Terms], found: list[PricedCall]) -> None:
    back = {(call.record_id, call.revision - 1) for call in found if call.reversal}
    in_the_end = [call for call in found if not call.reversal and (call.record_id, call.revision) not in back]
    assert allocate(terms, found) == allocate(terms, in_the_end)


@given(bundles, calls(), st.integers(0, 400))
def test_a_later_call_changes_nothing_for_earlier_ones(
    terms: list[Terms], found: list[PricedCall], seconds: int
) -> None:
    later = a_call(seconds=seconds, at=10_000)
    covers = allocate(terms, [*found, later])
    assert [cover for cover in covers if cover.id != later.id] == allocate(terms, found)


def test_calls_of_one_moment_take_their_turn_by_source_and_name() -> None:
    one, two, three = (replace(a_call(seconds=60), record_id=name, id=place) for place, name in enumerate("abc"))
    two = replace(two, source=0)
    for order in permutations((one, two, three)):
        assert [cover.id for cover in allocate([a_bundle(included=120)], order)] == [1, 0]

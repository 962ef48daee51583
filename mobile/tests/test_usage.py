"""Bundle arithmetic: own share, group pool, over, forecast."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mobile.usage import Contribution, Forecast, Member, Standing, alone, apportion, forecast, pool, share_of_month
from portal.lib.periods import Month

NOVEMBER = Month(2026, 11)
GB = 10**9

members = st.lists(
    st.builds(Member, ident=st.integers(1, 99), share=st.integers(0, 10**10), used=st.integers(0, 10**11)), max_size=12
)


@given(members)
def test_what_falls_outside_a_group_is_divided_to_the_last_byte(some: list[Member]) -> None:
    state = pool(some)
    assert sum(one.outside for one in state.members) == state.over
    assert state.size + state.over == state.used + state.remaining
    for one in state.members:
        assert one.outside <= max(0, one.used - one.share)


@given(members)
def test_nobody_is_over_while_the_group_still_carries_everybody(some: list[Member]) -> None:
    state = pool(some)
    assert any(one.standing is Standing.OVER for one in state.members) == bool(state.over)


def test_somebody_above_the_own_share_is_carried_by_the_group() -> None:
    state = pool([Member(1, 5 * GB, 14 * GB), Member(2, 5 * GB, 1 * GB), Member(3, 5 * GB, 0)])
    assert [one.standing for one in state.members] == [Standing.WITHIN if n else Standing.ABOVE_SHARE for n in range(3)]
    assert state.over == 0
    assert state.members[0].percent == 280


def test_when_the_group_is_over_those_above_their_share_are_over() -> None:
    state = pool([Member(1, 5, 14), Member(2, 5, 6), Member(3, 5, 0)])
    assert [one.standing for one in state.members] == [Standing.OVER, Standing.OVER, Standing.WITHIN]
    assert [one.outside for one in state.members] == [5, 0, 0]  # 4.5 and 0.5: the tie goes to the first


def test_a_subscription_without_a_group_has_only_its_own_share() -> None:
    over = alone(Member(1, 2 * GB, 2_600_000_000))
    assert (over.standing, over.outside, over.percent) == (Standing.OVER, 600_000_000, 130)
    assert alone(Member(1, 0, 5)).standing is Standing.NO_BUNDLE
    assert alone(Member(1, 5, 5)).standing is Standing.WITHIN


def test_equal_remainders_go_to_the_first() -> None:
    assert apportion(5, [1, 1]) == [3, 2]
    assert apportion(5, [0, 0]) == [0, 0]


def test_a_share_that_starts_or_ends_within_the_month_counts_for_its_days() -> None:
    whole = Contribution(30, date(2026, 1, 1))
    half = Contribution(30, date(2026, 11, 16))
    ended = Contribution(30, date(2026, 1, 1), date(2026, 11, 11))
    other = Contribution(30, date(2026, 12, 1))
    assert share_of_month([whole, half, ended, other], NOVEMBER) == 30 + 15 + 10
    assert share_of_month([Contribution(31, date(2026, 11, 30))], NOVEMBER) == 2  # 1.03 of it, up


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC) - timedelta(hours=1)


def test_the_forecast_draws_the_pace_on_to_the_end_of_the_month() -> None:
    made = forecast(used=41 * GB, size=50 * GB, since=NOVEMBER.start, until=NOVEMBER.end, as_of=at(20))
    assert made is not None
    assert made.at_end == 41 * GB * 30 // 19
    assert made.full_at is not None
    assert made.full_at.date() == date(2026, 11, 24)


def test_a_bundle_that_will_do_has_no_day_on_which_it_is_full() -> None:
    assert forecast(used=10, size=50, since=NOVEMBER.start, until=NOVEMBER.end, as_of=at(16)) == Forecast(20, None)


def test_the_first_day_gives_no_forecast() -> None:
    assert forecast(used=10, size=50, since=NOVEMBER.start, until=NOVEMBER.end, as_of=at(1, 12)) is None


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(25, 30 * 24))
def test_a_forecast_never_lies_below_what_was_used_and_full_lies_ahead(used: int, size: int, hours: int) -> None:
    as_of = NOVEMBER.start + timedelta(hours=hours)
    made = forecast(used=used, size=size, since=NOVEMBER.start, until=NOVEMBER.end, as_of=as_of)
    assert made is not None
    assert made.at_end >= used
    if made.full_at is not None:
        assert as_of - timedelta(seconds=1) <= made.full_at <= NOVEMBER.end

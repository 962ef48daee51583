"""Which rate a call takes: prefixes, versions and prices of a customer's own, one by one and in columns."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdr.ingest.calls import Coded
from cdr.ingest.legs import Legs
from cdr.ingest.rate import NO_CHARGE, Charges, charge
from cdr.rating.bands import PeakHours
from cdr.rating.explain import UNKNOWN, Outcome, explain
from cdr.rating.overrides import Override, OverrideBook
from cdr.rating.prices import Price
from cdr.rating.rates import PrefixRate, rating_key, stored_prefix_key, stored_prefixes
from cdr.rating.tariffs import TariffBook, Version, rate_call
from cdr.tests.test_bands import durations, moments, peak_hours, prices
from cdr.vocabulary import CallType, Direction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 10, 15, 10, tzinfo=UTC)
FLAT = PeakHours()


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def a_book(*rates: PrefixRate) -> TariffBook:
    return TariffBook((Version.of(BEGIN, rates),))


def own(prefix: str, minute: int, *, start: datetime = BEGIN, end: datetime | None = None, pk: int = 7) -> Override:
    return Override(pk, prefix, start, end, Price(0, minute), FLAT)


def charged(
    calls: list[tuple[str, int, datetime, int]], books: dict[int, TariffBook], overrides: dict[int, OverrideBook]
) -> Charges:
    """Calls are (number, seconds, start, customer); each customer has the tariff of its own number."""
    length = len(calls)
    legs = Legs(
        direction=np.full(length, int(Direction.OUTGOING), dtype=np.int64),
        left=np.ones(length, dtype=np.bool_),
        is_call=np.ones(length, dtype=np.bool_),
        own=Coded.constant("", length),
        other=Coded.over(np.arange(length, dtype=np.int64), [number for number, *_ in calls]),
    )
    return charge(
        legs,
        start=np.array([micros(start) for _, _, start, _ in calls], dtype=np.int64),
        seconds=np.array([seconds for _, seconds, _, _ in calls], dtype=np.int64),
        customers=np.array([customer for *_, customer in calls], dtype=np.int64),
        tariffs={customer: customer for *_, customer in calls},
        books=books,
        overrides=overrides,
    )


def test_the_version_that_holds_at_the_start_is_used() -> None:
    old = Version.of(datetime(2026, 1, 1, tzinfo=UTC), [PrefixRate(1, "31", 1, Price(0, 60_000))])
    new = Version.of(datetime(2026, 10, 1, tzinfo=UTC), [PrefixRate(2, "31", 1, Price(0, 120_000))])
    book = TariffBook((old, new))
    before = rate_call(book, number="+31201234567", seconds=60, start=datetime(2026, 9, 30, 23, 59, tzinfo=UTC))
    after = rate_call(book, number="+31201234567", seconds=60, start=datetime(2026, 10, 1, tzinfo=UTC))
    assert (before.micros, after.micros) == (60_000, 120_000)


def test_a_call_without_prefix_or_before_the_first_version_is_unrated_and_not_free() -> None:
    book = TariffBook((Version.of(datetime(2026, 1, 1, tzinfo=UTC), [PrefixRate(1, "31", 1, Price(0, 60_000))]),))
    assert rate_call(book, number="+4930901820", seconds=9, start=datetime(2026, 5, 1, tzinfo=UTC)).micros is None
    assert rate_call(book, number="+31201234567", seconds=9, start=datetime(2025, 5, 1, tzinfo=UTC)).micros is None


def test_short_codes_never_meet_a_country_prefix() -> None:
    assert rating_key("short:1850") == "01850"
    assert rating_key("+18505551234") == "18505551234"
    assert rating_key("ext:101") == ""


def test_every_prefix_a_number_could_have_is_asked_for() -> None:
    assert stored_prefixes("+3120") == ["3", "31", "312", "3120"]
    assert stored_prefixes("short:18") == ["short:1", "short:18"]
    assert stored_prefixes("ext:101") == []


def test_the_longest_prefix_wins_over_tariff_and_own_prices_together_and_a_tie_is_the_customers() -> None:
    book = a_book(PrefixRate(1, "31", 1, Price(0, 60_000)), PrefixRate(2, "316", 2, Price(0, 90_000)))
    general, mobile = own("31", 10_000), own("316", 20_000)
    number = "+31612345678"
    assert rate_call(book, number=number, seconds=60, start=NOON, overrides=[general]).micros == 90_000
    assert rate_call(book, number=number, seconds=60, start=NOON, overrides=[general, mobile]).micros == 20_000
    assert rate_call(book, number="+31201234567", seconds=60, start=NOON, overrides=[general]).micros == 10_000


def test_an_own_price_holds_from_its_first_day_until_before_its_end() -> None:
    book = a_book(PrefixRate(1, "31", 1, Price(0, 60_000)))
    price = own("31", 10_000, start=NOON, end=NOON + timedelta(days=1))
    moments_asked = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(days=1)]
    rated = [
        rate_call(book, number="+31201234567", seconds=60, start=at, overrides=[price]).micros for at in moments_asked
    ]
    assert rated == [60_000, 10_000, 60_000]


def test_of_two_own_prices_for_a_prefix_the_later_one_holds() -> None:
    older, newer = own("31", 10_000, pk=1), own("31", 20_000, pk=2, start=NOON)
    assert rate_call(None, number="+31201234567", seconds=60, start=NOON, overrides=[newer, older]).micros == 20_000


def test_an_own_price_takes_its_type_from_the_rate_that_it_replaces_or_from_its_prefix() -> None:
    book = a_book(PrefixRate(1, "31", CallType.SERVICE, Price(0, 60_000)))
    listed = rate_call(book, number="+31612345678", seconds=60, start=NOON, overrides=[own("316", 1)]).rate
    alone = rate_call(None, number="+31612345678", seconds=60, start=NOON, overrides=[own("316", 1)]).rate
    assert listed
    assert alone
    assert (listed.id, listed.call_type, alone.call_type) == (-7, CallType.SERVICE, CallType.NL_MOBILE)


# Few digits, so that prefixes are nested and numbers are often shorter than prefixes.
digits = st.text("01", min_size=1, max_size=5)
starts_of_versions = st.lists(moments, min_size=1, max_size=3, unique=True).map(sorted)


@st.composite
def books(draw: st.DrawFn) -> TariffBook:
    versions = []
    for start in draw(starts_of_versions):
        deck = draw(st.dictionaries(digits, prices, max_size=6))
        rates = [PrefixRate(10 + place, key, 1 + place % 4, price) for place, (key, price) in enumerate(deck.items())]
        versions.append(Version.of(start, rates, draw(peak_hours())))
    return TariffBook(tuple(versions))


@st.composite
def override_lists(draw: st.DrawFn) -> list[Override]:
    made = []
    for place in range(draw(st.integers(0, 5))):
        start = draw(moments)
        lasts = draw(st.none() | st.integers(0, 40_000_000))
        made.append(
            Override(
                id=place + 1,
                prefix=draw(digits),
                start=start,
                end=None if lasts is None else start + timedelta(seconds=lasts),
                price=draw(prices),
                hours=draw(peak_hours()),
                call_type=draw(st.none() | st.sampled_from([1, 2, 3, 4])),
            )
        )
    return made


@given(
    st.dictionaries(st.sampled_from([1, 2, 3]), books(), max_size=2),
    st.dictionaries(st.sampled_from([1, 2, 3]), override_lists(), max_size=2),
    st.lists(st.tuples(digits, durations, moments, st.sampled_from([1, 2, 3])), max_size=30),
)
def test_columns_rate_every_call_as_the_loop_does(
    tariffs: dict[int, TariffBook],
    prices_of_own: dict[int, list[Override]],
    calls: list[tuple[str, int, datetime, int]],
) -> None:
    dialled = [("+" + number, seconds, start, customer) for number, seconds, start, customer in calls]
    found = charged(
        dialled, tariffs, {customer: OverrideBook(tuple(owned)) for customer, owned in prices_of_own.items()}
    )
    for row, (number, seconds, start, customer) in enumerate(dialled):
        overrides = prices_of_own.get(customer, [])
        book = tariffs.get(customer)
        rated = rate_call(book, number=number, seconds=seconds, start=start, overrides=overrides)
        expected = (
            NO_CHARGE if rated.micros is None else rated.micros,
            rated.rate.id if rated.rate else 0,
            rated.rate.call_type if rated.rate else int(CallType.UNKNOWN),
        )
        assert (int(found.micros[row]), int(found.rate[row]), int(found.call_type[row])) == expected
        told = explain(number=number, seconds=seconds, start=start, book=book, overrides=overrides)
        assert told.micros == rated.micros
        assert (told.outcome in UNKNOWN) == (rated.micros is None)


def test_what_is_never_charged_is_told_apart_from_what_has_no_price() -> None:
    book = a_book(PrefixRate(1, "31", 1, Price(45_000, 60_000)))
    outcomes = {
        number: explain(number=number, seconds=60, start=NOON, book=book).outcome
        for number in ("short:112", "short:113", "+318001234", "+4930901820", "+31201234567")
    }
    assert list(outcomes.values()) == [
        Outcome.FREE,
        Outcome.FREE,
        Outcome.FREE,
        Outcome.NO_RATE,
        Outcome.PRICED,
    ]


def test_why_there_is_no_price_is_said() -> None:
    book = a_book(PrefixRate(1, "31", 1, Price(0, 60_000)))
    early = explain(number="+31201234567", seconds=60, start=BEGIN - timedelta(seconds=1), book=book)
    nothing = explain(number="+31201234567", seconds=60, start=NOON, book=None)
    assert (early.outcome, early.micros) == (Outcome.NO_VERSION, None)
    assert (nothing.outcome, nothing.micros) == (Outcome.NO_TARIFF, None)


def test_a_call_to_a_number_of_ones_own_is_free_before_any_tariff() -> None:
    assert explain(number="+31887654000", seconds=60, start=NOON, book=None, internal=True).micros == 0


def test_the_explanation_names_what_the_own_price_took_the_place_of() -> None:
    book = a_book(PrefixRate(1, "31", 1, Price(0, 60_000)))
    told = explain(number="+31201234567", seconds=90, start=NOON, book=book, overrides=[own("312", 10_000)])
    assert (told.micros, told.override and told.override.id, told.listed and told.listed.id) == (15_000, 7, 1)


def test_a_short_code_is_kept_apart_in_the_stored_prefix_too() -> None:
    assert (stored_prefix_key("short:18"), stored_prefix_key("3120")) == ("018", "3120")

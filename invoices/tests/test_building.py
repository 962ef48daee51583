"""The pure part of an invoice: lines, rounding, VAT, days, and why it differs from the month before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.building import (
    Charge,
    Group,
    Kind,
    Recurring,
    Unit,
    Vat,
    VatCategory,
    draft,
    recurring_charges,
    with_vat,
)
from invoices.comparing import Change, Item, difference
from portal.lib.money import MICROS_PER_CENT
from portal.lib.periods import Month

OCTOBER = Month(2026, 10)
REVERSED = Vat(VatCategory.REVERSE_CHARGE, 0)


def charge(euros: float | int = 1, **fields: object) -> Charge:
    base: dict[str, object] = {
        "key": "product:x",
        "group": Group.EXCHANGE,
        "kind": Kind.RECURRING,
        "description": "X",
        "amount_micros": round(euros * 1_000_000),
    }
    return Charge(**(base | fields))  # type: ignore[arg-type]


charges = st.lists(
    st.builds(
        Charge,
        key=st.sampled_from(["a", "b", "c", "d"]),
        group=st.sampled_from(Group),
        kind=st.sampled_from(Kind),
        description=st.sampled_from(["One", "Two", "Three"]),
        amount_micros=st.integers(-(10**10), 10**12),
        quantity=st.integers(0, 500),
        vat=st.sampled_from([Vat(), Vat(VatCategory.STANDARD, 900), REVERSED]),
    ),
    max_size=30,
)


@given(charges)
def test_totals_are_the_sums_of_what_the_document_shows(some: list[Charge]) -> None:
    made = draft(some)
    assert made.net_cents == sum(line.amount_cents for line in made.lines) == sum(one.base_cents for one in made.vat)
    assert made.vat_cents == sum(one.vat_cents for one in made.vat)
    assert made.total_cents == made.net_cents + made.vat_cents


@given(charges)
def test_no_line_is_more_than_half_a_cent_from_what_was_used(some: list[Charge]) -> None:
    made = draft(some)
    exact = sum(one.amount_micros for one in some)
    assert sum(line.charge.amount_micros for line in made.lines) == exact
    for line in made.lines:
        assert abs(line.amount_cents * MICROS_PER_CENT - line.charge.amount_micros) * 2 <= MICROS_PER_CENT


@given(charges, st.randoms())
def test_the_order_of_charges_does_not_change_what_is_paid(some: list[Charge], random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draft(shuffled).total_cents == draft(some).total_cents


def test_a_thousand_small_calls_are_added_before_they_are_rounded() -> None:
    calls = [charge(kind=Kind.USAGE, amount_micros=250, unit=Unit.CALL) for _ in range(1000)]
    made = draft(calls)
    assert [(line.amount_cents, line.charge.quantity) for line in made.lines] == [(25, 1000)]


def test_vat_is_taken_over_the_sum_of_the_lines_and_not_per_line() -> None:
    made = draft([charge(1.02, key=f"p{n}", description=str(n)) for n in range(5)])
    assert made.net_cents == 510
    assert made.vat_cents == 107  # 5 x 21 cents would be 105


def test_each_vat_rate_has_its_own_total() -> None:
    low = Vat(VatCategory.STANDARD, 900)
    made = draft([charge(10, vat=low), charge(100)])
    assert [(one.vat.rate, one.base_cents, one.vat_cents) for one in made.vat] == [(2100, 10000, 2100), (900, 1000, 90)]


def test_a_reverse_charged_invoice_has_no_vat_amount() -> None:
    made = draft(with_vat([charge(100), charge(5, vat=Vat(VatCategory.STANDARD, 900))], REVERSED))
    assert made.vat_cents == 0
    assert [one.vat for one in made.vat] == [REVERSED]


def test_lines_stand_in_the_order_of_the_document_whatever_order_they_came_in() -> None:
    made = draft([charge(group=Group.ONE_OFF), charge(group=Group.MOBILE), charge(group=Group.EXCHANGE)])
    assert [line.charge.group for line in made.lines] == [Group.EXCHANGE, Group.MOBILE, Group.ONE_OFF]
    assert [line.position for line in made.lines] == [1, 2, 3]


def test_calls_that_cost_nothing_still_stand_on_the_invoice() -> None:
    assert len(draft([charge(0, quantity=12)]).lines) == 1
    assert not draft([charge(0, quantity=0)]).lines


def user(**fields: object) -> Recurring:
    base: dict[str, object] = {
        "key": "product:user",
        "group": Group.EXCHANGE,
        "description": "Gebruikers",
        "price_micros": 9_950_000,
        "quantity": 1,
        "valid_from": date(2026, 1, 1),
        "billed_until": date(2026, 10, 1),
    }
    return Recurring(**(base | fields))  # type: ignore[arg-type]


def test_a_whole_month_costs_its_price_and_names_no_days() -> None:
    (one,) = recurring_charges(user(quantity=14), OCTOBER)
    assert (one.amount_micros, one.quantity, one.since) == (139_300_000, 14, None)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "micros"),
    [
        (date(2026, 10, 31), None, 320_968),  # one day of 31
        (date(2026, 10, 1), date(2026, 10, 16), 4_814_516),
        (date(2026, 11, 1), None, None),
        (date(2026, 9, 1), date(2026, 10, 1), None),
    ],
)
def test_part_of_a_month_costs_its_days(valid_from: date, valid_to: date | None, micros: int | None) -> None:
    made = recurring_charges(user(valid_from=valid_from, valid_to=valid_to, billed_until=None), OCTOBER)
    assert sum(one.amount_micros for one in made if one.since is None or one.since >= date(2026, 10, 1)) == (
        micros or 0
    )


def test_an_order_that_came_in_late_is_billed_for_the_days_it_already_ran_each_month_on_its_own_line() -> None:
    made = recurring_charges(user(valid_from=date(2026, 9, 16), billed_until=None), OCTOBER)
    assert [(one.since, one.until, one.amount_micros) for one in made] == [
        (date(2026, 9, 16), date(2026, 10, 1), 4_975_000),
        (None, None, 9_950_000),
    ]


def test_what_is_billed_is_not_billed_again() -> None:
    assert recurring_charges(user(billed_until=date(2026, 11, 1)), OCTOBER) == []


@given(st.integers(0, 10**9), st.integers(0, 400), st.integers(1, 400))
def test_billing_month_by_month_bills_every_day_once(price: int, start: int, length: int) -> None:
    first = date(2026, 1, 1) + timedelta(days=start)
    one = user(price_micros=price, valid_from=first, valid_to=first + timedelta(days=length), billed_until=None)
    days = 0
    month = Month(2026, 1)
    while month < Month(2029, 1):
        for part in recurring_charges(one, month):
            days += ((part.until or month.end_day) - (part.since or month.first_day)).days
        one = user(price_micros=price, valid_from=one.valid_from, valid_to=one.valid_to, billed_until=month.end_day)
        month = month.next()
    assert days == length


items = st.lists(
    st.builds(
        Item,
        key=st.sampled_from("abcdefgh"),
        kind=st.sampled_from(Kind),
        description=st.text(max_size=5),
        amount_cents=st.integers(-(10**6), 10**8),
        quantity=st.integers(0, 100),
    ),
    max_size=12,
)


@given(items, items, st.integers(1, 6))
def test_the_causes_sum_to_the_difference_exactly(current: list[Item], previous: list[Item], most: int) -> None:
    made = difference(current, previous, most=most)
    expected = sum(one.amount_cents for one in current) - sum(one.amount_cents for one in previous)
    assert made.cents == expected == sum(one.cents for one in made.causes) == sum(made.by_key.values())
    assert len(made.causes) <= most
    assert made.lasting_cents + made.one_off_cents == made.cents


def test_the_causes_of_the_picture() -> None:
    september = [
        Item("product:user", Kind.RECURRING, "Gebruikers", 13930, 14),
        Item("calls:exchange", Kind.USAGE, "Gesprekskosten", 29592, 1796, Unit.CALL),
        Item("product:mobile", Kind.RECURRING, "Abonnementen", 19250, 11),
        Item("mobile:outside", Kind.USAGE, "Buiten bundel", 1010, 2, Unit.NUMBER),
    ]
    october = [
        Item("product:user", Kind.RECURRING, "Gebruikers", 13930, 14),
        Item("calls:exchange", Kind.USAGE, "Gesprekskosten", 27708, 1850, Unit.CALL),
        Item("product:mobile", Kind.RECURRING, "Abonnementen", 21000, 12),
        Item("mobile:outside", Kind.USAGE, "Buiten bundel", 4630, 3, Unit.NUMBER),
        Item("once:7", Kind.ONE_OFF, "Yealink T46U voor Lisa Jansen", 14900),
    ]
    made = difference(october, september)
    assert [(one.key, one.change, one.cents, one.quantity_change) for one in made.causes] == [
        ("once:7", Change.NEW, 14900, 1),
        ("mobile:outside", Change.MORE, 3620, 1),
        ("calls:exchange", Change.LESS, -1884, 54),
        ("product:mobile", Change.MORE, 1750, 1),
    ]
    assert (made.cents, made.lasting_cents) == (18386, 3486)


def test_a_thing_that_went_away_is_a_cause_of_its_own() -> None:
    made = difference([], [Item("once:7", Kind.ONE_OFF, "Toestel", 100)])
    assert [(one.change, one.cents) for one in made.causes] == [(Change.GONE, -100)]

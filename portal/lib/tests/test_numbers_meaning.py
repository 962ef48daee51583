"""What follows from a number: its look, its cost group, its blocks, who sees it, which extension it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import numbers
from portal.lib.numbers import Block, CallType, Category


def stored(text: str) -> str:
    return numbers.parse(text, context="pbx-dial/NL").stored or ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+31887654000", "088 765 40 00"),
        ("+31612345678", "06 12 34 56 78"),
        ("+31201234567", "020 123 4567"),
        ("+31341274999", "0341 274 999"),
        ("+31854879610", "085 487 96 10"),
        ("+318000410", "0800 0410"),
        ("+319001234567", "0900 1234567"),
        ("+3197012345678", "0970 123 45678"),
        ("+212537268011", "+212 5 37 26 80 11"),
        ("+12025550123", "+1 202 555 0123"),
        ("short:14020", "14 020"),
        ("short:140591", "14 0591"),
        ("short:112", "112"),
        ("+31999", "+31999"),
        ("unknown", "unknown"),
        ("+999999999999", "+999999999999"),
    ],
)
def test_a_stored_number_is_shown_as_people_write_it(number: str, shown: str) -> None:
    assert numbers.display(number) == shown
    assert numbers.display(number, "en") == shown


@given(st.integers(0, 10**9 - 1).map(lambda number: f"+31{number:09d}"))
def test_what_is_shown_can_be_typed_back(number: str) -> None:
    if numbers.category_of(number) is not Category.INVALID:
        assert numbers.parse(numbers.display(number)).stored == number


def test_a_masked_number_hides_its_last_four_digits_and_keeps_its_groups() -> None:
    assert numbers.mask("06 12 34 56 78") == "06 12 34 xx xx"
    assert numbers.mask("+212 5 37 26 80 11") == "+212 5 37 26 xx xx"
    assert numbers.mask("0800 0410") == "0800 xxxx"
    assert numbers.mask("112") == "112"


@pytest.mark.parametrize(
    ("query", "number", "found"),
    [
        ("06 12", "+31612345678", True),
        ("06-12", "+31201306124", True),
        ("+31 6", "+31612345678", True),
        ("+316", "+4931612345678", False),
        ("0031612", "+31612345678", True),
        ("+31 (0)6 12", "+31612345678", True),
        ("00 49", "+49301234567", True),
        ("345 67", "+31612345678", True),
        ("020", "short:14020", True),
        ("020", "+31201234567", True),
        ("020", "+31302345678", False),
        ("765 40 00", "+31887654000", True),
        ("", "+31887654000", False),
        ("jansen", "+31887654000", False),
    ],
)
def test_part_of_a_number_in_any_spelling_finds_it(query: str, number: str, found: bool) -> None:
    assert numbers.matches(query, number) is found


@given(st.integers(0, 10**8 - 1).map(lambda number: f"+316{number:08d}"), st.integers(1, 9))
def test_every_start_of_both_written_forms_finds_the_number(number: str, length: int) -> None:
    national = "0" + number[3:]
    assert numbers.matches(national[: length + 1], number)
    assert numbers.matches(number[: length + 1], number)
    assert numbers.matches(f"00{number[1:]}"[: length + 2], number)
    assert numbers.matches(number[-length:], number)


def test_hidden_digits_cannot_be_found_by_trying() -> None:
    assert numbers.matches("0612 34", "+31612345678", masked=True)
    assert not numbers.matches("5678", "+31612345678", masked=True)
    assert not numbers.matches("0612345", "+31612345678", masked=True)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("+49301234567", {Block.INTERNATIONAL}),
        ("+59994611234", {Block.INTERNATIONAL}),
        ("+17215421234", {Block.INTERNATIONAL}),
        ("+979123456789", {Block.INTERNATIONAL}),
        ("0080012345678", set()),
        ("0612345678", {Block.MOBILE}),
        ("0680123456", {Block.MOBILE}),
        ("097012345678", set()),
        ("0900-1234", {Block.PREMIUM_0900}),
        ("1888", {Block.PREMIUM_0900}),
        ("0900-8844", set()),
        ("0911234567", set()),
        ("0906-1234", {Block.ADULT_0906}),
        ("0909-1234", {Block.ENTERTAINMENT_0909}),
        ("112", set()),
        ("116000", set()),
        ("0201234567", set()),
        ("0800-0410", set()),
    ],
)
def test_a_number_falls_under_its_block_and_no_other(text: str, blocks: set[Block]) -> None:
    assert stored(text)
    assert numbers.blocks_of(stored(text)) == blocks


def test_what_is_always_allowed_and_what_customers_never_see() -> None:
    for text in ("112", "911", "113", "144", "116123", "116117", "0800-8112", "0900-8844"):
        assert stored(text) in numbers.ALWAYS_ALLOWED, text
    for text in ("0800-0410", "0900-1234", "1888", "14020", "0612345678", "101"):
        assert stored(text) not in numbers.ALWAYS_ALLOWED, text
    for text in ("112", "113", "116123", "0800-0410", "0800-8112"):
        assert stored(text) in numbers.HIDDEN_FROM_CUSTOMERS, text
    for text in ("144", "0900-8844", "0080012345678", "0201234567"):
        assert stored(text) not in numbers.HIDDEN_FROM_CUSTOMERS, text
    assert None not in numbers.ALWAYS_ALLOWED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0201234567", CallType.NATIONAL_FIXED),
        ("088 765 40 00", CallType.NATIONAL_FIXED),
        ("0911234567", CallType.NATIONAL_FIXED),
        ("14020", CallType.NATIONAL_FIXED),
        ("0612345678", CallType.NATIONAL_MOBILE),
        ("+49301234567", CallType.ABROAD),
        ("0080012345678", CallType.FREE),
        ("0800-0410", CallType.FREE),
        ("116123", CallType.FREE),
        ("0900-1234", CallType.SERVICE),
        ("1888", CallType.SERVICE),
        ("0841234567", CallType.SERVICE),
        ("112", CallType.EMERGENCY),
        ("101", CallType.OTHER),
    ],
)
def test_every_number_has_its_group_on_the_cost_pages(text: str, expected: CallType) -> None:
    found = stored(text)
    assert numbers.call_type(numbers.category_of(found), found) is expected
    assert numbers.in_unlimited_fixed(found) is (expected is CallType.NATIONAL_FIXED)


def test_every_category_has_a_group_and_every_group_a_name() -> None:
    assert {numbers.call_type(category) for category in Category} == set(CallType)
    assert set(numbers.CALL_TYPE_LABELS) == set(CallType)
    assert set(numbers.CATEGORY_LABELS) == set(Category)
    assert set(numbers.BLOCK_LABELS) == set(Block)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "extension_length"),
        ("1", "extension_length"),
        ("12345", "extension_length"),
        ("1a", "extension_digits"),
        ("١٢", "extension_digits"),
        ("012", "extension_zero"),
        ("11", "extension_emergency"),
        ("112", "extension_emergency"),
        ("1121", "extension_emergency"),
        ("113", "extension_helpline"),
        ("116", "extension_helpline"),
        ("1160", "extension_helpline"),
        ("144", "extension_helpline"),
        ("1233", "extension_voicemail_access"),
        ("1201", "extension_operator_code"),
        ("1300", "extension_operator_code"),
        ("1600", "extension_operator_code"),
        ("1402", "extension_municipality"),
        ("1888", "extension_directory"),
        ("998", "extension_system"),
        ("999", "extension_system"),
        *(
            (free, None)
            for free in ("12", "20", "201", "101", "209", "120", "130", "180", "9999", "1500", "111", "1130")
        ),
    ],
)
def test_an_extension_is_refused_by_the_rule_it_breaks(typed: str, code: str | None) -> None:
    assert numbers.extension_refusal(typed) == code
    assert code is None or code in numbers.EXTENSION_REFUSALS


@given(st.integers(10, 9999).map(str))
def test_no_extension_hides_a_number_that_must_always_get_out(extension: str) -> None:
    if numbers.extension_refusal(extension) is None:
        assert f"short:{extension}" not in numbers.ALWAYS_ALLOWED
        assert not extension.startswith("112")

import json
import re
from pathlib import Path

import numpy as np
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import numbers
from portal.lib.numbers import Bare, Category, PhoneNumber

CASES: list[dict[str, str | None]] = json.loads((Path(__file__).parent / "data" / "numbers.json").read_text())
DIGITS = st.text(alphabet="0123456789", max_size=17)
DUTCH = st.tuples(
    st.sampled_from(["6", "66", "8", "9", "800", "900", "906", "909", "97", "970", "1", "2", "3", "4", "5", "7"]),
    DIGITS,
).map(lambda parts: f"31{''.join(parts)}"[:15])


def read(text: str) -> PhoneNumber:
    return numbers.parse(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['context']} {case['input']}")
def test_every_known_number_is_read_as_the_plan_says(case: dict[str, str]) -> None:
    found = numbers.parse(case["input"], context=case["context"])
    assert (found.e164, found.category) == (case["e164"], case["category"])


@pytest.mark.parametrize("case", [case for case in CASES if case["e164"]], ids=lambda case: case["input"])
def test_the_table_for_millions_agrees_on_every_known_number(case: dict[str, str]) -> None:
    [code] = numbers.classify_digits(np.array([case["e164"][1:]]))
    assert numbers.CATEGORIES_BY_CODE[code] == case["category"]


@pytest.mark.parametrize(
    "text",
    ["112", "1 1 2", "112#", "0112", "0,112", "0;112", "0p112", "911", "+31112", "0031 112", "１１２", "tel:112"],
)
@pytest.mark.parametrize("context", ["form/NL", "pbx-dial/NL", "cdr/NL", "tap3-dialled/DE"])
def test_112_gets_out_however_it_is_dialled(text: str, context: str) -> None:
    if text in {"+31112", "0031 112"} and context.endswith("DE"):
        return  # the country code is nothing anybody dials there
    found = numbers.parse(text, context=context)
    assert (found.category, found.stored, found.always_allowed) == (Category.EMERGENCY, "short:112", True)


@pytest.mark.parametrize("text", ["1121", "0112345678", "1120", "11", "0111234567", "+31112345678", "112112", "2112"])
def test_what_only_starts_with_112_is_no_emergency(text: str) -> None:
    assert read(text).category is not Category.EMERGENCY


def test_an_extension_of_the_exchange_comes_before_every_other_meaning() -> None:
    own = {"101", "999", "3000"}
    assert [
        numbers.parse(text, context="pbx-dial/NL", extensions=own).category for text in ("101", "999", "30 00", "102")
    ] == [
        Category.INTERNAL,
        Category.INTERNAL,
        Category.INTERNAL,
        Category.SHORT,
    ]
    assert numbers.parse("112", context="pbx-dial/NL", extensions=own).category is Category.EMERGENCY


def test_a_masked_number_is_never_read_as_a_number() -> None:
    for text in ("0612345xxx", "06 12 34 xx xx", "0900 12xx", "0900-xxxx"):
        assert not read(text).valid


def test_letters_count_only_where_people_advertise_with_them() -> None:
    assert read("0900-TAXI").stored == "+319008294"
    assert read("0800-FLOWERS").stored == "+318003569377"
    assert not read("020-ABCDEFG").valid
    assert not numbers.parse("0900-TAXI", context="cdr/NL").valid


@pytest.mark.parametrize(
    ("text", "bare", "stored"),
    [
        ("31201234567", Bare.GUESS, "+31201234567"),
        ("31201234567", Bare.INTERNATIONAL, "+31201234567"),
        ("31201234567", Bare.NATIONAL, None),
        ("314123456", Bare.GUESS, "+31314123456"),
        ("314123456", Bare.INTERNATIONAL, None),
        ("318000410", Bare.GUESS, "+31318000410"),
        ("318000410", Bare.INTERNATIONAL, "+318000410"),
        ("49301234567", Bare.GUESS, None),
        ("49301234567", Bare.INTERNATIONAL, "+49301234567"),
        ("0201234567", Bare.INTERNATIONAL, "+31201234567"),
        ("8000410", Bare.GUESS, None),
        ("+3114020", Bare.INTERNATIONAL, "short:14020"),
        ("3114020", Bare.INTERNATIONAL, "short:14020"),
        ("31101", Bare.INTERNATIONAL, None),
    ],
)
def test_digits_without_plus_mean_what_their_source_declares(text: str, bare: Bare, stored: str | None) -> None:
    assert numbers.parse(text, context="cdr/NL", bare=bare).stored == stored


def test_the_part_after_ext_is_kept_apart() -> None:
    found = read("085 487 96 10 toestel 615")
    assert (found.e164, found.extension) == ("+31854879610", "615")
    assert not read("101 ext. 615").valid


def test_a_person_gets_foreign_numbers_checked_and_a_switch_does_not() -> None:
    assert read("+44 (0)20 7946 0018").e164 == "+442079460018"
    assert not read("+87077390000").valid
    assert numbers.parse("+87077390000", context="cdr/NL").e164 == "+87077390000"
    assert not numbers.parse("+2101234567", context="cdr/NL").valid


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("020 1234567", "NL"),
        ("112", "NL"),
        ("+441534123456", "JE"),
        ("+18765551234", "JM"),
        ("+59994611234", "CW"),
        ("+77012345678", "KZ"),
        ("+80012345678", "001"),
        ("abc", None),
    ],
)
def test_the_country_is_of_the_number_and_not_of_its_code(text: str, country: str | None) -> None:
    assert read(text).country == country


def test_a_context_that_nobody_defined_is_a_mistake_of_the_caller() -> None:
    for context in ("form", "form/nl", "letter/NL"):
        with pytest.raises(ValueError, match="no context"):
            numbers.parse("112", context=context)


def test_what_stands_around_a_number_is_taken_apart_before() -> None:
    assert numbers.split_feature_prefix("#31#0612345678") == ("#31#", "0612345678")
    assert numbers.split_feature_prefix("*31* +31612345678") == ("*31*", "+31612345678")
    assert numbers.split_feature_prefix("*21*0612345678#") == ("", "*21*0612345678#")
    assert numbers.sip_user("sip:615@pbx.example.nl") == "615"
    assert numbers.sip_user("<sip:+31612345678@host;transport=udp>") == "+31612345678"
    assert numbers.sip_user("615") == "615"
    assert numbers.split_numbers("020-1234567 / 020-7654321\n") == ["020-1234567", "020-7654321"]
    assert numbers.is_withheld("Restricted")
    assert not numbers.is_withheld("unavailable")


@given(st.text(max_size=30), st.sampled_from(["form/NL", "pbx-dial/NL", "cdr/NL", "tap3-dialled/DE"]))
def test_any_text_is_read_and_what_is_stored_reads_the_same_again(text: str, context: str) -> None:
    found = numbers.parse(text, context=context)
    assert found.valid == (found.stored is not None)
    if found.e164:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", found.e164)
        assert numbers.parse(found.e164, context="cdr/NL").stored == found.stored
        assert numbers.category_of(found.e164) is found.category


@given(DUTCH)
def test_the_plan_is_the_librarys_except_where_it_is_known_to_be_wrong(digits: str) -> None:
    ours = numbers.category_of_digits(digits)
    parsed = phonenumbers.parse(f"+{digits}", None) if len(digits) > 3 else None
    theirs = parsed is not None and phonenumbers.is_valid_number(parsed) and parsed.national_number == int(digits[2:])
    service = re.fullmatch(r"31(800|90[069])\d{5,6}", digits)
    elsewhere = re.fullmatch(r"3166\d{7}|3114\d{3,4}", digits)
    if theirs and digits[2] != "0" and not service and not elsewhere:
        assert ours is not Category.INVALID
    if ours is not Category.INVALID:
        assert theirs


@given(st.lists(st.one_of(DIGITS, DUTCH, st.text(max_size=6))))
def test_classifying_many_is_classifying_each(texts: list[str]) -> None:
    texts = [text.replace("\x00", "") for text in texts]  # cannot be in a file of calls nor in the database
    many = numbers.classify_digits(np.array(texts, dtype=object))
    assert [numbers.CATEGORIES_BY_CODE[code] for code in many] == [numbers.category_of_digits(text) for text in texts]


@given(
    st.lists(
        st.one_of(
            st.builds("".join, st.tuples(st.sampled_from(["", "+", "00", "0", "+31", "0031", "+310"]), DIGITS)),
            st.sampled_from([case["input"] or "" for case in CASES]),
            st.sampled_from(["112", "+31112", "31112", "14020", "3114020", "s", "h"]),
        )
    ),
    st.sampled_from(Bare),
)
def test_reading_many_is_reading_each(texts: list[str], bare: Bare) -> None:
    many = numbers.read_many(texts, bare=bare)
    each = [numbers.parse(text, context="cdr/NL", bare=bare) for text in texts]
    assert many.stored.tolist() == [found.stored or "" for found in each]
    assert [numbers.CATEGORIES_BY_CODE[code] for code in many.categories] == [found.category for found in each]
    assert [numbers.CALL_TYPES_BY_CODE[code] for code in many.call_types] == [
        numbers.call_type(found.category, found.stored or "") for found in each
    ]
    assert many.hidden.tolist() == [found.hidden_from_customers for found in each]


def test_the_codes_of_categories_and_call_types_never_change() -> None:
    assert [str(category) for category in numbers.CATEGORIES_BY_CODE] == [
        *("invalid", "geographic", "mobile", "voip_085", "corporate_088", "personal", "m2m_097", "freephone_0800"),
        *("premium_0900", "adult_0906", "entertainment_0909", "emergency", "short", "international", "internal"),
    ]
    assert [str(found) for found in numbers.CALL_TYPES_BY_CODE] == [
        *("other", "national_fixed", "national_mobile", "abroad", "service", "free", "emergency", "internal")
    ]
    assert set(numbers.CATEGORY_CODES) == set(Category)
    assert set(numbers.CALL_TYPE_CODES) == set(numbers.CallType)

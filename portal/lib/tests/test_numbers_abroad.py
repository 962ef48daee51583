import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.numbers import display
from portal.lib.numbers.abroad import written


@given(number=st.from_regex(r"\+[1-9][0-9]{4,16}", fullmatch=True))
def test_a_number_abroad_is_written_as_phonenumbers_does(number: str) -> None:
    assert written(number) == slowly(number)


def slowly(number: str) -> str:
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def test_pages_use_the_quick_way_abroad() -> None:
    assert display("+212537268011") == "+212 5 37 26 80 11"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import mac

UNICAST = (
    st.integers(min_value=1, max_value=2**48 - 1)
    .map(lambda number: f"{number:012x}")
    .filter(lambda bare: not int(bare[:2], 16) & 1)
)


@pytest.mark.parametrize(
    "typed",
    [
        "80:5E:C0:4A:1B:22",
        "80-5e-c0-4a-1b-22",
        "805e.c04a.1b22",
        "805EC04A1B22",
        " 80 5e c0 4a 1b 22 ",
        "MAC: 805ec04a1b22",
        "80.5e.c0.4a.1b.22",
        "\u200e805ec0:4a1b22",
        "８０:5E:C0:4A:1B:22",
    ],
)
def test_any_spelling_is_the_same_address(typed: str) -> None:
    assert mac.parse(typed) == "805ec04a1b22"


def test_a_dropped_zero_in_an_octet_is_put_back() -> None:
    assert mac.parse("0:15:65:a:b:c") == "0015650a0b0c"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "mac_length"),
        ("805ec04a1b2", "mac_length"),
        ("805ec04a1b2222", "mac_length"),
        ("805ec04a1bxy", "mac_characters"),
        ("805ec04a1b22.cfg", "mac_characters"),
        ("00:00:00:00:00:00", "mac_zero"),
        ("ff:ff:ff:ff:ff:ff", "mac_broadcast"),
        ("01:00:5e:00:00:fb", "mac_multicast"),
    ],
)
def test_an_address_of_no_device_is_refused_with_a_sentence(typed: str, code: str) -> None:
    with pytest.raises(mac.MacError, match=r"\.$") as caught:
        mac.parse(typed)
    assert caught.value.code == code


@given(UNICAST)
def test_what_is_shown_can_be_typed_back(bare: str) -> None:
    assert mac.parse(mac.show(bare)) == bare


@given(st.text(alphabet="0123456789abcdefABCDEF:-. g", max_size=20))
def test_reading_gives_a_stored_form_or_a_value_error(typed: str) -> None:
    try:
        bare = mac.parse(typed)
    except ValueError:
        return
    assert mac.show(bare)


def test_only_a_stored_form_is_shown() -> None:
    assert mac.show("805ec04a1b22") == "80:5E:C0:4A:1B:22"
    with pytest.raises(ValueError, match="stored"):
        mac.show("805EC04A1B22")

"""What a phone asks for is read from its path alone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.provisioning.identify import Asked, UserAgent, identify, read_user_agent

VECTORS = json.loads((Path(__file__).parent / "data" / "phone-paths.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["path"])
def test_every_path_that_phones_were_seen_to_ask_is_read(vector: dict[str, str]) -> None:
    request = identify(vector["path"])
    assert (request.asked, request.mac) == (vector["asked"], vector["mac"])


def test_twelve_digits_of_a_model_code_are_not_a_mac_address() -> None:
    request = identify("y000000000028.cfg")
    assert request.asked is Asked.COMMON
    assert request.mac == ""
    assert request.common_code == 28


@pytest.mark.parametrize("mac", ["000000000000", "00:00:00:00:00:00", "00-00-00-00-00-00"])
def test_the_all_zero_address_is_never_a_phone(mac: str) -> None:
    assert identify(f"{mac}.cfg").asked is not Asked.DEVICE


@pytest.mark.parametrize(
    "path", ["\r\n0015650a46b1.cfg", "0015650a46b1.cfg\n", "0015650a46b1.cfg\x00", "a\\0015650a46b1.cfg", "%2e%2e"]
)
def test_characters_that_no_file_name_has_make_it_absent(path: str) -> None:
    assert identify(path).asked is Asked.ABSENT


def test_a_path_longer_than_any_file_name_is_absent() -> None:
    assert identify("0" * 5000 + "15650a46b1.cfg").asked is Asked.ABSENT


@given(st.text(max_size=60))
def test_a_device_is_only_found_when_the_name_ends_in_its_address_and_a_known_extension(path: str) -> None:
    request = identify(path)
    if request.asked is Asked.DEVICE:
        assert len(request.mac) == 12
        assert request.mac in path.replace(":", "").replace("-", "").lower()


@given(st.binary(min_size=6, max_size=6), st.sampled_from(["", ":", "-"]), st.booleans())
def test_every_spelling_of_an_address_is_the_same_phone(address: bytes, separator: str, upper: bool) -> None:
    mac = address.hex(separator) if separator else address.hex()
    request = identify(f"/{mac.upper() if upper else mac}.cfg")
    assert request.mac == (address.hex() if any(address) else "")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3", UserAgent("T46U", "108.86.0.20", "249ad80a46b3")),
        ("Yealink SIP-T46U 108.86.0.20", UserAgent("T46U", "108.86.0.20")),
        ("Yealink SIP-T54W  96.86.0.100 805ec00a54b7", UserAgent("T54W", "96.86.0.100", "805ec00a54b7")),
        ("yealink SIP-T28P 2.70.0.140 00:15:65:13:ae:0b", UserAgent("T28P", "2.70.0.140", "00156513ae0b")),
        ("Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0", UserAgent("T46G", "28.71.0.81")),
        ("W52P 25.30.0.2 00:15:65:44:b3:7c", UserAgent("W52P", "25.30.0.2", "00156544b37c")),
        ("Yealink SIP VP-T49G 51.80.0.10 00:15:65:9b:5a:44", UserAgent("VP-T49G", "51.80.0.10", "0015659b5a44")),
        ("Yealink SIP-T21P_E2 52.80.0.3 00:15:65:4c:4c:26", UserAgent("T21P_E2", "52.80.0.3", "0015654c4c26")),
        ("curl/8.5.0", UserAgent()),
        ("", UserAgent()),
    ],
)
def test_a_yealink_says_its_model_firmware_and_address(header: str, expected: UserAgent) -> None:
    assert read_user_agent(header) == expected

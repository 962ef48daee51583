"""What a phone asks for is read from its path alone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.provisioning.agents import UserAgent, read_user_agent
from telephony.provisioning.identify import Asked, identify

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
        (
            "Mozilla/4.0 (compatible; snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38)",
            UserAgent("320", "6.5.20"),
        ),
        ("Mozilla/4.0 (compatible; snom lid 3605)", UserAgent()),
        (
            "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 2010.12-00001 (Feb 25 2019 - 14:19) 00041396D9B4 SXM:0)",
            UserAgent("D785", "10.1.169.16", "00041396d9b4"),
        ),
        (
            "Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413741767)",
            UserAgent("710", "8.7.5.35", "000413741767"),
        ),
        (
            "Mozilla/4.0 (compatible; Snom M900 05.20.0001 000413b60680)",
            UserAgent("M900", "05.20.0001", "000413b60680"),
        ),
        (
            "FileTransport PolycomVVX-VVX_450-UA/5.9.1.0615 Type/Application",
            UserAgent("VVX_450", "5.9.1.0615"),
        ),
        (
            "FileTransport PolycomSoundPointIP-SPIP_550-UA/4.0.15.1047 (SN:0004a11a1a1a) Type/Application",
            UserAgent("SPIP_550", "4.0.15.1047", "0004a11a1a1a"),
        ),
        (
            "FileTransport PolyEdge-Edge_E450-UA/8.0.0.15602 Type/Application",
            UserAgent("Edge_E450", "8.0.0.15602"),
        ),
        (
            "Microbrowser/1.1 PolycomSoundPointIP-SPIP_550-UA/4.0.15.1047 Type/Application",
            UserAgent("SPIP_550", "4.0.15.1047"),
        ),
        (
            "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b828aa872",
            UserAgent("GXP2135", "1.0.7.97", "000b828aa872"),
        ),
        (
            "Grandstream Model HW GRP2601W SW 1.0.7.32 DevId EC:74:D7:89:1A:76",
            UserAgent("GRP2601W", "1.0.7.32", "ec74d7891a76"),
        ),
        (
            "Grandstream Model HW HT801 V1.1A SW 1.0.17.5 DevId c074ad273a10",
            UserAgent("HT801", "1.0.17.5", "c074ad273a10"),
        ),
        ("Linksys/SPA-942-6.1.5(a) (88019FA42805)", UserAgent("SPA-942", "6.1.5(a)")),
        ("Cisco/SPA501G-7.4.4 (8843E157DDCC)(CBT141100HR)", UserAgent("SPA501G", "7.4.4", "8843e157ddcc")),
        ("Cisco/SPA525G-7.4.7 (CBT141900G7)", UserAgent("SPA525G", "7.4.7")),
        ("Cisco-CP-8841-3PCC/11.0 (00562b043615)", UserAgent("CP-8841-3PCC", "11.0", "00562b043615")),
        ("Cisco/ATA191-MPP-11-1-0-MSR4 (FCH2443D9R4)", UserAgent("ATA191", "11-1-0-MSR4")),
        ("Fanvil X4 2.10.2.6887 0c383e07e16c", UserAgent("X4", "2.10.2.6887", "0c383e07e16c")),
        ("Fanvil X6U Pro 0.0.10 0c383e2cd782", UserAgent("X6U Pro", "0.0.10", "0c383e2cd782")),
        ("Fanvil X5U-V2 2.12.16.17 0c383e557eb1", UserAgent("X5U-V2", "2.12.16.17", "0c383e557eb1")),
        (
            "N510 IP PRO/42.258.00.000.000;7C2F806257D7",
            UserAgent("N510 IP PRO", "42.258.00.000.000", "7c2f806257d7"),
        ),
        ("N510 IP PRO/42.245.00.000.000", UserAgent("N510 IP PRO", "42.245.00.000.000")),
        (
            "Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605",
            UserAgent("N870 IP PRO", "83.V2.11.0+build.a546b91", "7c2f80e0d605"),
        ),
        (
            "Gigaset Maxwell 3 2.41.0 7C:2F:80:AA:BB:D8",
            UserAgent("Maxwell 3", "2.41.0", "7c2f80aabbd8"),
        ),
        (
            "Panasonic_KX-HDV130/01.201 (bcc3420a130a)",
            UserAgent("KX-HDV130", "01.201", "bcc3420a130a"),
        ),
        ("Htek UC926 2.0.4.2 00:1f:c1:00:00:00", UserAgent("UC926", "2.0.4.2", "001fc1000000")),
        ("Htek UC924U V2.42.6.5.13 001fc11fa80e", UserAgent("UC924U", "V2.42.6.5.13", "001fc11fa80e")),
        ("LinphoneAndroid/6.0.20 (Pixel 8) LinphoneSDK/5.4.60", UserAgent("Linphone", "6.0.20")),
        ("Zoiper/5.5.10", UserAgent("Zoiper", "5.5.10")),
        ("CloudSoftphone/1.5.6", UserAgent("Acrobits", "1.5.6")),
        ("curl/8.5.0", UserAgent()),
        ("", UserAgent()),
    ],
)
def test_a_phone_says_its_model_firmware_and_address(header: str, expected: UserAgent) -> None:
    assert read_user_agent(header) == expected

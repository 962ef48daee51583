"""Every vendor's file, byte by byte, read back as the format that it claims to be, and never opened up by a name."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from telephony.provisioning.catalogue import BY_CODE, MODELS, Vendor
from telephony.provisioning.config import DeviceConfig, LineAccount
from telephony.provisioning.identify import identify
from telephony.provisioning.render import MAKERS, render, serves, signpost
from telephony.provisioning.vendors.apps import acrobits_refusal
from telephony.provisioning.vendors.base import Unrenderable
from telephony.tests.sample import LINE, SAMPLES, SECOND, config_of

GOLDEN = Path(__file__).parent / "golden"
XML_VENDORS = set(Vendor) - {Vendor.YEALINK, Vendor.PANASONIC, Vendor.GENERIC}
HOSTILE = [
    "Sanne & Zn",
    "<evil/>",
    '"quoted"',
    "it's",
    "]]>",
    "&amp;",
    "a;b=c$PROXY",
    "account.1.enable = 0",
    "%NULL",
    "Ünïcødé 日本",
    "<!--",
]
BREAKING = ["a\nb = 1", "a\rb", "a\tb", "a\x00", "a\x1b", "a\u2028b", "a\u0085b", "\u202eabc", " a", "a ", "x" * 600]

# What a file says, as pairs of a place and a value; a place is a path of element names and their attributes.
Pairs = list[tuple[str, str]]


def read(code: str, body: bytes) -> Pairs:
    match BY_CODE[code].vendor:
        case Vendor.YEALINK:
            return read_equals(body)
        case Vendor.PANASONIC:
            return read_quoted(body)
        case _:
            return read_xml(etree.fromstring(body), "")


def read_equals(body: bytes) -> Pairs:
    lines = body.decode().splitlines()
    assert lines[0] == "#!version:1.0.0.1"
    pairs = [line.partition(" =") for line in lines[1:]]
    assert all(separator for _, separator, _ in pairs)
    return [(key, value.removeprefix(" ")) for key, _, value in pairs]


def read_quoted(body: bytes) -> Pairs:
    text = body.decode()
    assert text.startswith("# Panasonic SIP Phone Standard Format File #\r\n")
    assert text.endswith("\r\n\r\n")
    lines = text.removesuffix("\r\n\r\n").split("\r\n")[1:]
    pairs = [line.partition("=") for line in lines]
    assert all(value[0] == value[-1] == '"' and '"' not in value[1:-1] for _, _, value in pairs)
    assert max(map(len, lines)) <= 500
    return [(key, value[1:-1]) for key, _, value in pairs]


def read_xml(element: etree._Element, above: str) -> Pairs:
    known = {"idx", "index", "name", "context", "ID", "class", "perm", "ua", "e", "version", "overwrite", "productID"}
    shown = "".join(f"[{key}={value}]" for key, value in element.attrib.items() if key in known)
    place = f"{above}/{element.tag}{shown}"
    pairs = [(f"{place}@{key}", value) for key, value in element.attrib.items() if key not in known]
    if len(element) == 0 and (element.text or "").strip():
        pairs.append((place, element.text or ""))
    for child in element:
        pairs += read_xml(child, place)
    return pairs


@pytest.mark.parametrize("code", SAMPLES)
def test_a_phone_of_every_family_gets_its_golden_file(code: str) -> None:
    assert render(config_of(code)).body == (GOLDEN / f"{code}.{SAMPLES[code]}").read_bytes()


def test_every_family_of_the_catalogue_has_a_golden_file() -> None:
    families = {(model.vendor, model.family) for model in MODELS if model.vendor is not Vendor.GENERIC}
    shown = {(BY_CODE[code].vendor, BY_CODE[code].family) for code in SAMPLES}
    assert {vendor for vendor, _ in families} == {vendor for vendor, _ in shown}
    missing = families - shown
    assert not missing


@pytest.mark.parametrize("code", SAMPLES)
def test_a_file_reads_back_as_its_format_and_holds_what_the_phone_needs(code: str) -> None:
    config = config_of(code)
    values = Counter(value for _, value in read(code, render(config).body))
    text = "\n".join(values)
    wanted = [LINE.sip_user, LINE.sip_secret, "sip.centrale.test", "1233"]
    if not config.model.is_app:
        if code not in {"gigaset-n670-ip-pro", "gigaset-maxwell-3"}:  # theirs is typed in, or comes from Gigaset
            wanted += [config.provisioning_login, config.provisioning_password]
        if code != "gigaset-n510-ip-pro":  # its administrator has a PIN of four digits
            wanted.append(config.admin_password)
        wanted.append("0.nl.pool.ntp.org")
    assert [value for value in wanted if value not in text] == []


@pytest.mark.parametrize("code", SAMPLES)
def test_the_same_phone_gives_the_same_bytes_and_a_change_other_ones(code: str) -> None:
    config = config_of(code)
    assert render(config) == render(replace(config))
    renamed = replace(config, lines=(replace(LINE, display_name="Somebody else"), *config.lines[1:]))
    assert render(config).etag != render(renamed).etag


def named(config: DeviceConfig, name: str) -> DeviceConfig:
    line: LineAccount = replace(LINE, display_name=name, label=name)
    keys = tuple(replace(key, label=name) for key in config.keys)
    return replace(config, lines=(line, *config.lines[1:]), keys=keys)


def places(code: str, config: DeviceConfig) -> list[str]:
    """Where values stand; labels in attributes are values and not places."""
    return sorted(place for place, _ in read(code, render(config).body))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("code", SAMPLES)
def test_a_name_adds_nothing_to_a_file(code: str, name: str) -> None:
    config = config_of(code)
    assert places(code, named(config, name)) == places(code, named(config, "plain"))


@pytest.mark.parametrize("name", BREAKING)
@pytest.mark.parametrize("code", SAMPLES)
def test_a_name_that_no_file_can_carry_is_refused_without_being_told(code: str, name: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        render(named(config_of(code), name))
    assert repr(name) not in str(refused.value)


@given(st.sampled_from(sorted(SAMPLES)), st.text(min_size=1, max_size=60))
def test_no_name_at_all_opens_a_file(code: str, name: str) -> None:
    config = config_of(code)
    try:
        found = places(code, named(config, name))
    except Unrenderable:
        return
    assert found == places(code, named(config, "plain"))


@pytest.mark.parametrize("code", [code for code in SAMPLES if BY_CODE[code].vendor in XML_VENDORS])
@given(name=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40))
def test_xml_carries_a_name_letter_by_letter(code: str, name: str) -> None:
    body = render(named(config_of(code), name)).body
    shown = name.replace('"', "'") if code in {"gigaset-n510-ip-pro", "linphone"} else name
    shown = shown.replace("\\", "") if code == "linphone" else shown
    assert any(shown in value for _, value in read(code, body))


@pytest.mark.parametrize("code", SAMPLES)
def test_no_model_is_given_more_than_it_has_or_left_without_a_password(code: str) -> None:
    config = config_of(code)
    broken = [
        replace(config, admin_password=""),
        replace(config, provisioning_password=""),
        replace(config, lines=()),
        replace(config, lines=(LINE,) * (config.model.lines + 1)),
        replace(config, keys=(config_of("yealink-t46u").keys[0],) * (config.model.keys + 1)),
    ]
    for one in broken:
        with pytest.raises(Unrenderable):
            render(one)


@pytest.mark.parametrize(
    ("vendor", "paths"),
    [
        (Vendor.YEALINK, ["249ad80a46b3.cfg"]),
        (Vendor.SNOM, ["snomD785-0004130A785A.htm", "0004130A785A.xml", "0004130a785a.xml"]),
        (Vendor.POLY, ["0004f20a5001-user.cfg"]),
        (Vendor.GRANDSTREAM, ["cfg000b820a2171.xml"]),
        (
            Vendor.CISCO,
            ["00562b0a8841.xml", "00562b0a8841.cfg", "spa68EFBD0A504A.xml", "Cisco/CP-8841-3PCC/00562b0a8841.cfg"],
        ),
        (Vendor.FANVIL, ["0c383e0a04c1.cfg"]),
        (Vendor.GIGASET, ["7C2F800A510D.xml", "7c2f800a670e.xml"]),
        (Vendor.PANASONIC, ["ConfigBCC3420A130A.cfg", "0080f00a136b.cfg"]),
        (Vendor.HTEK, ["cfg001fc10a924c.xml", "001fc10a926d.cfg"]),
        (Vendor.GENERIC, []),
        (Vendor.LINPHONE, []),
        (Vendor.ZOIPER, []),
        (Vendor.ACROBITS, []),
    ],
)
def test_a_vendor_serves_the_names_that_its_phones_ask_and_no_others(vendor: Vendor, paths: list[str]) -> None:
    mac = "0015650a46b1"
    others = [f"{mac}.cfg", f"{mac}.xml", f"{mac}.htm", f"cfg{mac}.xml", f"spa{mac}.xml", f"Config{mac}.cfg"]
    others += [f"SEP{mac}.cnf.xml", f"{mac}-user.cfg", f"snomD785-{mac}.htm"]
    shapes = {(request.prefix[:4], request.extension, request.suffix) for request in map(identify, paths)}
    assert all(serves(vendor, identify(path)) for path in paths)
    for path in others:
        request = identify(path)
        known = (request.prefix[:4], request.extension, request.suffix) in shapes
        if not known and not (vendor is Vendor.CISCO and request.prefix == "spa"):
            assert not serves(vendor, request) or vendor is Vendor.SNOM, path


def test_the_master_file_of_a_poly_names_the_settings_and_holds_no_secret() -> None:
    found = signpost(Vendor.POLY, identify("0004f20a5001.cfg"))
    assert found is not None
    assert etree.fromstring(found.body).attrib["CONFIG_FILES"] == "[PHONE_MAC_ADDRESS]-user.cfg"
    assert signpost(Vendor.POLY, identify("0004f20a5001-user.cfg")) is None
    assert signpost(Vendor.YEALINK, identify("0015650a46b1.cfg")) is None


def test_ten_thousand_phones_look_for_settings_spread_over_the_night() -> None:
    config = config_of("yealink-t46u")
    minutes = [replace(config, mac=f"249ad8{number:06x}").night_minute for number in range(10_000)]
    assert (min(minutes), max(minutes)) == (60, 299)
    assert max(Counter(minutes).values()) < 90


@pytest.mark.parametrize("code", [code for code in SAMPLES if not BY_CODE[code].tls])
def test_a_phone_without_tls_is_not_told_to_encrypt(code: str) -> None:
    values = [value for _, value in read(code, render(config_of(code)).body)]
    assert not any("tls" in value.lower() for value in values)


def test_what_an_acrobits_app_is_told_is_xml() -> None:
    assert etree.fromstring(acrobits_refusal("Nee & <niet>")).findtext("message") == "Nee & <niet>"


def test_every_vendor_has_a_maker_and_every_model_a_code_of_its_own() -> None:
    assert set(MAKERS) == set(Vendor)
    assert len(BY_CODE) == len(MODELS)
    assert all(model.lines >= 1 for model in MODELS)


# What each maker calls its web page, and the value that switches it off; a family may call it otherwise.
WEB_OFF: dict[object, tuple[str, str]] = {
    Vendor.YEALINK: ("static.wui.https_enable", "0"),
    Vendor.SNOM: ("webserver_type", "off"),
    Vendor.POLY: ("httpd.enabled", "0"),
    Vendor.GRANDSTREAM: ("P1650", "2"),
    (Vendor.GRANDSTREAM, "grp"): ("item[name=security.webaccessmode]", "Disabled"),
    Vendor.CISCO: ("Enable_Web_Server", "No"),
    Vendor.PANASONIC: ("HTTPD_PORTOPEN_AUTO", "N"),
}


@pytest.mark.parametrize("code", [code for code in SAMPLES if BY_CODE[code].has_mac])
def test_the_web_page_of_a_phone_is_off_where_the_catalogue_says_that_it_can_be(code: str) -> None:
    pairs = read(code, render(config_of(code)).body)
    vendor, family = BY_CODE[code].vendor, BY_CODE[code].family
    name, value = WEB_OFF.get((vendor, family)) or WEB_OFF.get(vendor, ("", ""))
    off = any(found == value and re.search(rf"(?:^|[/@]){re.escape(name)}(?:\[|$)", key) for key, found in pairs)
    assert (bool(name) and off) == BY_CODE[code].web_off


@pytest.mark.parametrize("code", [code for code in SAMPLES if BY_CODE[code].has_mac])
def test_the_menu_of_a_phone_gets_a_password_of_its_own(code: str) -> None:
    one = config_of(code)
    other = render(replace(one, admin_password="Zz8rTyUi1pAsDfGhJkL2")).body
    assert other != render(one).body


def said(code: str, config: DeviceConfig | None = None) -> dict[str, str]:
    """What a file says, by the last part of the place."""
    pairs = read(code, render(config or config_of(code)).body)
    return {re.sub(r"^.*[/@]", "", place): value for place, value in pairs}


# How each maker writes the 425 Hz of Dutch tones; those that are not here take a country, or know no tones of ours.
TONES = {
    "poly-vvx450": ("tone.chord.callProg.dialTone.freq.1", "425"),
    "grandstream-gxp2170": ("P346", "f1=425,f2=0,c=100/400;"),
    "grandstream-grp2614": ("item[name=audio.tone.ringBack]", "f1=425,f2=0,c=100/400;"),
    "grandstream-ht802": ("P4001", "f1=425@-19,f2=0@-19,c=1000/4000;"),
    "panasonic-kx-hdv130": ("RINGBACK_TONE_FRQ", "425"),
    "htek-uc924": ("P4001", "f1=425@-19,c=1000/4000;"),
    "yealink-t46u": ("voice.tone.country", "Netherlands"),
    "snom-d785": ("tone_scheme", "NLD"),
    "fanvil-x4u": ("SelectYourTone", "5"),
    "gigaset-maxwell-3": ("param[name=Telephony.ToneScheme]@value", "NLD"),
}


@pytest.mark.parametrize("code", TONES)
def test_a_phone_sounds_as_dutch_phones_do(code: str) -> None:
    name, value = TONES[code]
    pairs = read(code, render(config_of(code)).body)
    assert any(found == value and place.endswith(name) for place, found in pairs)


def test_the_second_socket_of_an_adapter_is_a_line_of_its_own() -> None:
    found = said("grandstream-ht802")
    assert (found["P401"], found["P735"], found["P734"]) == ("1", SECOND.sip_user, SECOND.sip_secret)
    assert (found["P830"], found["P443"], found["P757"]) == ("2", "2", "9")  # TLS, SRTP as a must, G.722
    alone = said("grandstream-ht802", replace(config_of("grandstream-ht802"), lines=(LINE,)))
    assert alone["P401"] == "0"


def test_an_htek_carries_as_many_lines_as_it_has() -> None:
    found = said("htek-uc924")
    assert (found["P401"], found["P735"], found["P734"]) == ("1", SECOND.sip_user, SECOND.sip_secret)
    assert (found["P501"], found["P601"]) == ("0", "0")


def test_keys_of_an_htek_after_the_fourth_stand_elsewhere() -> None:
    key = config_of("htek-uc924").keys[0]
    found = said("htek-uc924", replace(config_of("htek-uc924"), keys=(key,) * 4))
    assert [found[name] for name in ("P41202", "P41302", "P41203", "P20200", "P20201", "P20205")] == [
        "3", "102", "3", "3", "102", "3",
    ]  # fmt: skip
    assert found["P41501"] == "1"  # the key of the second line


def test_keys_of_a_fanvil_are_turned_over_with_its_pages() -> None:
    key = config_of("fanvil-x4u").keys[0]
    body = etree.fromstring(render(replace(config_of("fanvil-x4u"), keys=(key,) * 6)).body)
    assert body.findtext("dsskey/FuncKeyPageNum") == "2"
    assert [len(page) for page in body.findall("dsskey/internal")] == [6, 2]
    assert body.findtext("dsskey/internal[@index='2']/Fkey[@index='1']/Value") == "102@1/ba"


def test_handsets_of_a_base_get_a_place_each_and_its_provider() -> None:
    body = etree.fromstring(render(config_of("gigaset-n670-ip-pro")).body)
    assert [(each.get("name"), each.get("value")) for each in body.findall("nvm/oper")] == [
        ("add_hs", "00001"),
        ("add_hs", "00002"),
    ]
    params = {each.get("name"): each.get("value") for each in body.findall("nvm/param")}
    assert params["SipAccount.00002.ProviderId"] == "0"


def test_keys_of_a_maxwell_count_from_nought() -> None:
    params = {
        each.get("name"): each.get("value") for each in etree.fromstring(_body("gigaset-maxwell-3")).iter("param")
    }
    keys = [params[f"PhoneUI.Keys.FunctionKeys.{number}.Type"] for number in range(4)]
    assert keys == ["0", "0", "4", "3"]
    assert params["PhoneUI.Keys.FunctionKeys.2.PhoneNumber"] == "102"


def test_no_account_of_the_factory_opens_a_phone() -> None:
    guest = etree.fromstring(_body("fanvil-x4u")).find("phone/../web/account[@index='2']")
    assert guest is not None
    assert (guest.findtext("Name"), guest.findtext("Password")) == ("guest", config_of("fanvil-x4u").admin_password)
    assert f"user:{config_of('yealink-t46u').admin_password}" in _body("yealink-t46u").decode()


def _body(code: str) -> bytes:
    return render(config_of(code)).body

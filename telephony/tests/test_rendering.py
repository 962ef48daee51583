"""A phone's configuration, byte by byte."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.provisioning.catalogue import BY_CODE, GENERIC, MODELS
from telephony.provisioning.config import CommonConfig
from telephony.provisioning.render import render, render_common
from telephony.provisioning.vendors import yealink
from telephony.provisioning.vendors.base import Unrenderable
from telephony.tests.sample import LINE, NTP, config_of

GOLDEN = Path(__file__).parent / "golden"
T46U = replace(config_of("yealink-t46u"), lines=(LINE,), keys=())


def settings(body: bytes) -> dict[str, str]:
    lines = body.decode().splitlines()
    assert lines[0] == "#!version:1.0.0.1"
    pairs = [line.partition(" =") for line in lines[1:]]
    twice = [key for key, times in Counter(key for key, _, _ in pairs).items() if times > 1]
    assert set(twice) <= {"static.security.user_password"}  # once a user
    return {key: value.strip() for key, _, value in pairs}


def test_the_common_file_is_the_golden_file_and_holds_no_secret() -> None:
    rendered = render_common(108, CommonConfig(NTP))
    assert rendered is not None
    assert rendered.body.decode() == (GOLDEN / "y000000000108.cfg").read_text()
    assert not any(word in rendered.body for word in (b"account", b"password", b"security"))


def test_a_code_outside_the_catalogue_has_no_common_file() -> None:
    assert render_common(1, CommonConfig(NTP)) is None


def test_the_same_phone_gives_the_same_bytes_and_another_line_another_tag() -> None:
    assert render(T46U) == render(replace(T46U))
    assert render(T46U).etag != render(replace(T46U, lines=(replace(LINE, hide_caller_id=True),))).etag


def test_features_of_the_line_reach_the_phone() -> None:
    quiet = replace(LINE, hide_caller_id=True, call_waiting=False, forward_always="")
    found = settings(render(replace(T46U, lines=(quiet,))).body)
    assert found["account.1.anonymous_call"] == "1"
    assert found["call_waiting.enable"] == "0"
    assert (found["forward.always.enable"], found["forward.always.target"]) == ("0", "")
    assert settings(render(T46U).body)["forward.always.target"] == "0612345601"


def test_the_phone_speaks_dutch_and_its_web_page_is_off() -> None:
    found = settings(render(T46U).body)
    assert (found["lang.gui"], found["voice.tone.country"]) == ("Dutch", "Netherlands")
    assert (found["static.wui.http_enable"], found["static.wui.https_enable"]) == ("0", "0")


def test_a_phone_without_password_is_never_rendered() -> None:
    for broken in (replace(T46U, admin_password=""), replace(T46U, provisioning_password=""), replace(T46U, lines=())):
        with pytest.raises(Unrenderable):
            render(broken)


def test_a_model_takes_no_more_lines_than_it_has() -> None:
    small = BY_CODE["yealink-t31g"]
    assert settings(render(replace(T46U, model=small, lines=(LINE, LINE))).body)["account.2.enable"] == "1"
    with pytest.raises(Unrenderable):
        render(replace(T46U, model=small, lines=(LINE, LINE, LINE)))


@pytest.mark.parametrize(
    "value",
    [
        "a\nb = 1",
        "a\rb",
        "a\tb",
        "a\x00",
        "a\u2028b",
        "a\u0085b",
        "\u202eabc",
        " a",
        "a ",
        "%NULL%",
        "%null%",
        "x" * 600,
    ],
)
def test_a_value_that_could_start_a_setting_of_its_own_is_refused(value: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        yealink.escape(value)
    assert repr(value) not in str(refused.value)


@given(st.text(max_size=80))
def test_a_name_never_adds_a_setting(name: str) -> None:
    try:
        body = render(replace(T46U, lines=(replace(LINE, display_name=name),))).body
    except Unrenderable:
        return
    found = settings(body)
    assert found["account.1.display_name"] == name
    assert found.keys() == settings(render(T46U).body).keys()


def test_every_model_has_a_code_of_its_own_and_a_title() -> None:
    assert len(BY_CODE) == len(MODELS)
    assert BY_CODE["yealink-t46u"].title == "Yealink T46U"
    assert GENERIC.title == "Generic SIP"
    assert not GENERIC.provisioned

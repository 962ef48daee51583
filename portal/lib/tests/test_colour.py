"""Whatever colour a partner gives, everything that is written or drawn in it can be read."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lib.colour import DARK_SURFACES, LIGHT_SURFACES, brand_css, contrast, luminance, mix, palette, rgb, to_hex

HEXES = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")
EXTREMES = (
    "#000000",
    "#FFFFFF",
    "#FFFF00",
    "#00FF00",
    "#0000FF",
    "#FF0000",
    "#7F7F7F",
    "#2346A8",
    "#7A2A68",
    "#FFE100",
)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#FFFFFF", "#000000", 21.0),
        ("#2346A8", "#FFFFFF", 8.4),
        ("#8B8983", "#FFFFFF", 3.5),
        ("#8FA9F5", "#17181B", 7.7),
    ],
)
def test_contrast_is_that_of_the_token_table(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 1) == ratio
    assert contrast(one, other) == contrast(other, one)


@given(HEXES)
@example(EXTREMES[0])
@example(EXTREMES[1])
@example(EXTREMES[2])
@example(EXTREMES[4])
def test_every_brand_can_be_read_in_the_light_theme(colour: str) -> None:
    light = palette(colour).light
    assert contrast(light.accent, "#FFFFFF") >= 4.5
    assert contrast(light.on_accent, light.accent) >= 4.5
    assert contrast(light.on_accent, light.accent_hover) >= 4.5
    assert min(contrast(light.accent_text, ground) for ground in (*LIGHT_SURFACES, light.soft)) >= 4.5
    assert contrast(light.chart_2, "#FFFFFF") >= 3


@given(HEXES)
@example(EXTREMES[0])
@example(EXTREMES[1])
@example(EXTREMES[4])
@example(EXTREMES[5])
def test_every_brand_can_be_read_in_the_dark_theme(colour: str) -> None:
    dark = palette(colour).dark
    assert contrast(dark.accent, "#17181B") >= 7
    assert contrast(dark.on_accent, dark.accent) >= 4.5
    assert contrast(dark.on_accent, dark.accent_hover) >= 4.5
    assert min(contrast(dark.accent_text, ground) for ground in (*DARK_SURFACES, dark.soft)) >= 4.5
    assert contrast(dark.chart_2, "#17181B") >= 3


@given(HEXES)
def test_body_text_can_be_read_on_the_soft_ground_of_every_brand(colour: str) -> None:
    both = palette(colour)
    assert contrast("#1B1B1A", both.light.soft) >= 7
    assert contrast("#EDEDEB", both.dark.soft) >= 7


def test_the_two_shown_brands_keep_the_colours_that_were_tuned_by_hand() -> None:
    delft, plum = palette("#2346a8"), palette("#7A2A68")
    assert (delft.light.soft, delft.dark.accent, delft.dark.accent_text) == ("#EEF2FB", "#8FA9F5", "#A3B8F8")
    assert (plum.light.soft, plum.dark.accent, plum.dark.on_accent) == ("#F8EEF5", "#E3A0D2", "#2B0F24")


@given(HEXES)
def test_the_stylesheet_of_a_brand_sets_nothing_but_colours(colour: str) -> None:
    sheet = brand_css(colour)
    assert re.fullmatch(r":root\{(--[a-z0-9-]+:light-dark\(#[0-9A-F]{6},#[0-9A-F]{6}\);?)+\}\n", sheet)
    assert "--accent:" in sheet
    assert "--good" not in sheet


@pytest.mark.parametrize("wrong", ["", "#12345", "#1234567", "red", "#12345g", "url(x)", "}body{"])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        brand_css(wrong)


@given(HEXES)
def test_a_colour_survives_being_read_and_written(colour: str) -> None:
    assert to_hex(*rgb(colour)) == colour
    assert mix(colour, "#000000", 1) == colour
    assert 0 <= luminance(colour) <= 1

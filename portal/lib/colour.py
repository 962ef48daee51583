"""A brand is one colour: from one hex come the accent family of the light and the dark theme and four chart tones.

Nothing is refused: a colour that is too light to read is darkened until it reads, and for the dark theme lightened.
Ratios are those of WCAG 2.2. Colours that were tuned by hand win over the derivation.
"""

import colorsys
from dataclasses import dataclass, fields, replace
from functools import cache

WHITE, BLACK = "#FFFFFF", "#000000"
LIGHT_SURFACES = ("#FFFFFF", "#F6F6F4", "#F3F2EF")
DARK_SURFACE = "#17181B"
DARK_SURFACES = (DARK_SURFACE, "#101113", "#1E2023")
TEXT, SHAPE, DARK_ACCENT = 4.5, 3.0, 7.0


def rgb(hex_colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#2346A8` (or `2346a8`); ValueError for anything else."""
    digits = hex_colour.removeprefix("#")
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"{hex_colour!r} is no colour of six hexadecimal digits")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def to_hex(red: float, green: float, blue: float) -> str:
    """`#2346A8` of three values from 0 to 255."""
    return "#" + "".join(f"{min(255, max(0, round(value))):02X}" for value in (red, green, blue))


def luminance(hex_colour: str) -> float:
    """Relative luminance of WCAG, 0 for black to 1 for white."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in rgb(hex_colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, ground: str, part: float) -> str:
    """`part` of the colour (0 to 1) laid over the ground."""
    return to_hex(*(above * part + below * (1 - part) for above, below in zip(rgb(colour), rgb(ground), strict=True)))


def _lightness(colour: str, lightness: float) -> str:
    hue, _old, saturation = colorsys.rgb_to_hls(*(part / 255 for part in rgb(colour)))
    return to_hex(*(part * 255 for part in colorsys.hls_to_rgb(hue, lightness, saturation)))


def _until(colour: str, grounds: tuple[str, ...], ratio: float, *, darker: bool) -> str:
    """The colour, moved in steps of 1 % lightness until it stands at `ratio` on all grounds; black or white at the end."""
    lightness = colorsys.rgb_to_hls(*(part / 255 for part in rgb(colour)))[1]
    shown = colour
    while any(contrast(shown, ground) < ratio for ground in grounds):
        lightness += -0.01 if darker else 0.01
        if not 0 < lightness < 1:
            return BLACK if darker else WHITE
        shown = _lightness(colour, lightness)
    return shown


@dataclass(frozen=True, slots=True)
class Accents:
    """The tokens a brand replaces, for one theme; the names are those of the custom properties, _ for -."""

    accent: str
    accent_text: str
    accent_hover: str
    on_accent: str
    soft: str
    soft_edge: str
    chart_1: str
    chart_2: str
    chart_3: str
    chart_4: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Both themes of a brand."""

    light: Accents
    dark: Accents


_DELFT = Palette(
    Accents(
        "#2346A8", "#2346A8", "#1D3B8E", "#FFFFFF", "#EEF2FB", "#C3CFEE", "#2346A8", "#6C87D2", "#A9BAE6", "#D5DDF3"
    ),
    Accents(
        "#8FA9F5", "#A3B8F8", "#A3B8F8", "#0D1530", "#1B2340", "#34447A", "#8FA9F5", "#5E78CC", "#3D508F", "#2A3763"
    ),
)
_PLUM = ("#7A2A68", "#F8EEF5", "#E3A0D2", "#33192C", "#2B0F24")  # accent, soft; dark: accent, soft, on-accent


def _light(base: str) -> Accents:
    accent = _until(base, (WHITE,), TEXT, darker=True)
    soft = mix(accent, WHITE, 0.075)
    return Accents(
        accent=accent,
        accent_text=_until(accent, (*LIGHT_SURFACES, soft), TEXT, darker=True),
        accent_hover=mix(accent, BLACK, 0.85),
        on_accent=WHITE,
        soft=soft,
        soft_edge=mix(accent, WHITE, 0.26),
        chart_1=accent,
        chart_2=_until(mix(accent, WHITE, 0.64), (WHITE,), SHAPE, darker=True),
        chart_3=mix(accent, WHITE, 0.38),
        chart_4=mix(accent, WHITE, 0.18),
    )


def _dark(base: str, light_accent: str) -> Accents:
    accent = _until(base, (DARK_SURFACE,), DARK_ACCENT, darker=False)
    soft = mix(light_accent, DARK_SURFACE, 0.26)
    return Accents(
        accent=accent,
        accent_text=_until(accent, (*DARK_SURFACES, soft), DARK_ACCENT, darker=False),
        accent_hover=mix(accent, WHITE, 0.82),
        on_accent=mix(accent, BLACK, 0.1),
        soft=soft,
        soft_edge=mix(accent, DARK_SURFACE, 0.3),
        chart_1=accent,
        chart_2=_until(mix(accent, DARK_SURFACE, 0.62), (DARK_SURFACE,), SHAPE, darker=False),
        chart_3=mix(accent, DARK_SURFACE, 0.38),
        chart_4=mix(accent, DARK_SURFACE, 0.2),
    )


@cache
def palette(hex_colour: str) -> Palette:
    """Both themes from one colour; ValueError if it is no colour."""
    base = to_hex(*rgb(hex_colour))
    if base == _DELFT.light.accent:
        return _DELFT
    light = _light(base)
    if base == _PLUM[0]:
        dark = _dark(_PLUM[2], light.accent)
        return Palette(replace(light, soft=_PLUM[1]), replace(dark, soft=_PLUM[3], on_accent=_PLUM[4]))
    return Palette(light, _dark(base, light.accent))


@cache
def brand_css(hex_colour: str) -> str:
    """The stylesheet of a brand: only the accent family, outside every layer so that it wins over the tokens."""
    both = palette(hex_colour)
    names = [field.name for field in fields(Accents)]
    lines = [
        f"--{name.replace('_', '-')}:light-dark({getattr(both.light, name)},{getattr(both.dark, name)})"
        for name in names
    ]
    return ":root{" + ";".join(lines) + "}\n"

"""What a brand's colour becomes: a small picture of both themes, drawn with attributes because a page may hold no style."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.colour import Accents, contrast, palette

LIGHT = {"bg": "#F6F6F4", "surface": "#FFFFFF", "line": "#E6E5E1", "ink": "#1B1B1A"}
DARK = {"bg": "#101113", "surface": "#17181B", "line": "#282A2E", "ink": "#EDEDEB"}


def preview_svg(colour: str, verb: str) -> SafeString:
    """A card in the light and one in the dark theme, with a button, a chosen tab, a link and the chart tones."""
    both = palette(colour)
    cards = (
        (0, LIGHT, both.light, _("Light")),
        (196, DARK, both.dark, _("Dark")),
    )
    return format_html(
        '<svg class="brand-preview" viewBox="0 0 320 380" role="img" aria-label="{}">{}</svg>',
        _("Preview of the colour in light and dark"),
        format_html_join("", "{}", ((_card(top, ground, tones, name, verb),) for top, ground, tones, name in cards)),
    )


def _card(top: int, ground: dict[str, str], tones: Accents, name: str, verb: str) -> SafeString:
    bars = ((tones.chart_1, 62), (tones.chart_2, 44), (tones.chart_3, 30), (tones.chart_4, 18))
    return format_html(
        '<g transform="translate(0 {top})" font-size="12">'
        '<rect width="320" height="184" rx="10" fill="{bg}"/>'
        '<rect x="16" y="36" width="288" height="132" rx="8" fill="{surface}" stroke="{line}"/>'
        '<text x="16" y="23" fill="{ink}" font-weight="600">{name}</text>'
        '<text x="304" y="23" fill="{ink}" text-anchor="end">{ratio}</text>'
        '<rect x="32" y="52" width="112" height="28" rx="6" fill="{soft}"/>'
        '<text x="44" y="70" fill="{accent_text}" font-weight="500">{tab}</text>'
        '<text x="32" y="106" fill="{accent_text}">{link}</text>'
        '<rect x="32" y="122" width="96" height="32" rx="6" fill="{accent}"/>'
        '<text x="80" y="142" fill="{on_accent}" text-anchor="middle" font-weight="500">{verb}</text>'
        "{bars}</g>",
        top=top,
        name=name,
        verb=verb,
        tab=_("Invoices"),
        link=_("View calls"),
        ratio=_("contrast %(ratio)s") % {"ratio": f"{contrast(tones.accent, ground['surface']):.1f}"},
        bg=ground["bg"],
        surface=ground["surface"],
        line=ground["line"],
        ink=ground["ink"],
        accent=tones.accent,
        accent_text=tones.accent_text,
        on_accent=tones.on_accent,
        soft=tones.soft,
        bars=format_html_join(
            "",
            '<rect x="{}" y="{}" width="20" height="{}" rx="2" fill="{}"/>',
            ((184 + 28 * place, 154 - height, height, tone) for place, (tone, height) in enumerate(bars)),
        ),
    )

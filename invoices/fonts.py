"""Inter in the two weights of the paper invoice, cut once a process from the variable font of the package `fontpkg-inter`.

A variable font would be cut anew for every weight and size of every document: four fifths of the time of making one.
"""

import io
from functools import lru_cache

import fontpkg_inter
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

SOURCE = fontpkg_inter.ROOT / "files" / "Inter[opsz,wght].ttf"
WEIGHTS = (400, 600)
# Latin of all of Europe, punctuation, the euro, the minus: names in another script fall back to a font of the system.
_BLOCKS = ((0x20, 0x17F), (0x218, 0x21B), (0x2010, 0x2027), (0x20AC, 0x20AC), (0x2212, 0x2212))
_FEATURES = ["kern", "tnum", "ccmp", "locl", "mark", "mkmk"]


@lru_cache(maxsize=len(WEIGHTS))
def weight(value: int) -> bytes:
    """The font of one weight as TrueType, at the optical size of text."""
    font = TTFont(SOURCE)
    options = Options()
    options.layout_features = _FEATURES
    cutter = Subsetter(options)
    cutter.populate(unicodes=[point for first, last in _BLOCKS for point in range(first, last + 1)])
    cutter.subset(font)
    static = instantiateVariableFont(font, {"wght": value, "opsz": 14})
    made = io.BytesIO()
    static.save(made)
    return made.getvalue()

"""Pictures of numbers, drawn as SVG on the server: pure functions of frozen values, no clock, no database.

Every shape is drawn by class, every chart has a name, a sentence that says what to see and a table of the same numbers.
"""

from portal.charts.bars import progress_bar, usage_bar
from portal.charts.tints import tint

__all__ = ["progress_bar", "tint", "usage_bar"]

"""Pictures of numbers, drawn as SVG on the server: pure functions of frozen values, no clock, no database.

Every shape is drawn by class, every chart has a name, a sentence that says what to see and a table of the same numbers.
"""

from portal.charts.bars import mini_bars, progress_bar, usage_bar
from portal.charts.columns import Day, MonthColumn, Part, day_bars, month_bars
from portal.charts.shares import Cause, Share, cause_bars, share_bar
from portal.charts.timelines import Fill, Quarter, bundle_line, day_strip
from portal.charts.tints import tint
from portal.charts.tree import Node, call_outline, call_tree, tree_legend

__all__ = [
    "Cause",
    "Day",
    "Fill",
    "MonthColumn",
    "Node",
    "Part",
    "Quarter",
    "Share",
    "bundle_line",
    "call_outline",
    "call_tree",
    "cause_bars",
    "day_bars",
    "day_strip",
    "mini_bars",
    "month_bars",
    "progress_bar",
    "share_bar",
    "tint",
    "tree_legend",
    "usage_bar",
]

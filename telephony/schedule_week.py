"""The picture of a week: where each period stands in it. The script draws the same while people drag (week.js)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.hours import PeriodRow
from telephony.timetable import DAY, format_clock

# Percent of the width and pixels of the height.
AXIS: Final = 6.0
COLUMN: Final = 13.4
BLOCK: Final = 13.0
TOP: Final = 28
HOUR: Final = 20
DAYS: Final = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a period on one day, in the places and words of the picture; `y` and `height` in pixels."""

    x: str
    text_x: str
    y: int
    height: int
    times: str
    name: str


@dataclass(frozen=True, slots=True)
class WeekView:
    """The blocks, the hours beside them, the heads above them, and each day in words."""

    blocks: Sequence[Block]
    hours: Sequence[tuple[int, str]]
    heads: Sequence[tuple[str, str, str]]
    days: Sequence[tuple[str, Sequence[str]]]


def week_view(rows: Sequence[PeriodRow]) -> WeekView:
    """The picture of these periods; what runs past midnight goes on in the next column."""
    pieces = sorted((piece for row in rows for piece in _pieces(row)), key=lambda piece: piece[:3])
    blocks = [
        Block(_percent(day), _percent(day, 0.6), TOP + start * HOUR // 60, (end - start) * HOUR // 60, times, name)
        for day, start, end, times, name in pieces
    ]
    days = [(str(name), [_on_day(*piece[1:]) for piece in pieces if piece[0] == day]) for day, name in enumerate(DAYS)]
    hours = [(TOP + hour * HOUR, f"{hour}:00") for hour in range(0, 25, 3)]
    heads = [(_percent(day, BLOCK / 2), _percent(day), str(name)) for day, name in enumerate(DAYS)]
    return WeekView(blocks, hours, heads, days)


def _pieces(row: PeriodRow) -> Iterator[tuple[int, int, int, str, str]]:
    """Day, first and last minute on it, the times of the whole period, and its name."""
    times = f"{format_clock(row.start)}–{format_clock(row.end or DAY)}"
    length = (row.end - row.start) % DAY or DAY
    for day in row.days:
        yield day, row.start, min(row.start + length, DAY), times, row.name
        if row.start + length > DAY:
            yield (day + 1) % 7, 0, row.start + length - DAY, times, row.name


def _on_day(start: int, end: int, times: str, name: str) -> str:
    """What a day says in words; of what began the day before only how long it goes on."""
    began_before = not start and not times.startswith("0:00")
    words = gettext("until {time}").replace("{time}", format_clock(end)) if began_before else times
    return f"{words} {name}".strip()


def _percent(day: int, more: float = 0) -> str:
    return f"{AXIS + day * COLUMN + more:.1f}%"

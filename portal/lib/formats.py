"""How people read values, in Dutch (`nl`) and English (`en`); the language is always an argument, never a setting.

Moments are shown as Amsterdam's clock has them. Spaces inside one value are no-break spaces, minus is the true minus.
Periods are stored half-open and shown with their last day: `[1 October, 1 November)` reads `1 t/m 31 oktober`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date

from portal.lib.money import divide_half_up
from portal.lib.periods import Month, Period, local_day, to_local

NBSP = "\u00a0"
MINUS = "\u2212"
MEGABYTE = 10**6
GIGABYTE = 10**9


@dataclass(frozen=True, slots=True)
class _Style:
    locale: str
    group: str
    decimal: str
    euro: str
    percent: str
    hour: str
    through: str
    through_wide: str
    abbreviation_dot: bool
    today: str
    yesterday: str
    tomorrow: str


_STYLES = {
    "nl": _Style(
        locale="nl",
        group=".",
        decimal=",",
        euro=f"€{NBSP}",
        percent=f"{NBSP}%",
        hour="u",
        through=" t/m ",
        through_wide=" t/m ",
        abbreviation_dot=True,
        today="vandaag",
        yesterday="gisteren",
        tomorrow="morgen",
    ),
    "en": _Style(
        locale="en_GB",
        group=",",
        decimal=".",
        euro="€",
        percent="%",
        hour="h",
        through="\u2013",
        through_wide=" \u2013 ",
        abbreviation_dot=False,
        today="today",
        yesterday="yesterday",
        tomorrow="tomorrow",
    ),
}


def _style(language: str) -> _Style:
    try:
        return _STYLES[language[:2]]
    except KeyError:
        raise ValueError(f"no formats for language {language!r}") from None


def _scaled(units: int, decimals: int, style: _Style) -> str:
    """An absolute number of 10**-decimals as digits with its marks."""
    whole, rest = divmod(units, 10**decimals)
    grouped = f"{whole:,}".replace(",", style.group)
    return f"{grouped}{style.decimal}{rest:0{decimals}d}" if decimals else grouped


def number(value: int | Decimal, language: str, *, decimals: int = 0) -> str:
    """`1.850`; a Decimal is rounded half up to `decimals`."""
    numerator, denominator = value.as_integer_ratio()
    units = divide_half_up(numerator * 10**decimals, denominator)
    digits = _scaled(abs(units), decimals, _style(language))
    return f"{MINUS}{digits}" if units < 0 else digits


def _euro(micros: int, language: str, decimals: int, *, signed: bool) -> str:
    style = _style(language)
    units = divide_half_up(micros, 10 ** (6 - decimals))
    sign = MINUS if units < 0 else "+" if signed and units > 0 else ""
    space = NBSP if sign and style.euro.endswith(NBSP) else ""
    return f"{sign}{space}{style.euro}{_scaled(abs(units), decimals, style)}"


def euro(micros: int, language: str, *, signed: bool = False) -> str:
    """`€ 1.234,56` or `€1,234.56`, from micros, half up; `− € 18,84`; with `signed` also `+ € 18,84`."""
    return _euro(micros, language, 2, signed=signed)


def euro4(micros: int, language: str, *, signed: bool = False) -> str:
    """`€ 0,0603`: the price of one call, four decimals, half up."""
    return _euro(micros, language, 4, signed=signed)


def euro6(micros: int, language: str) -> str:
    """`€ 0,060250`: exact, as it is kept."""
    return _euro(micros, language, 6, signed=False)


def percent(value: int | Decimal, language: str, *, decimals: int = 0) -> str:
    """`36 %` or `36%`; the value is in percents."""
    return f"{number(value, language, decimals=decimals)}{_style(language).percent}"


def share(part: int, whole: int, language: str, *, decimals: int = 0) -> str:
    """What part of the whole it is, as a percentage; `0 %` of nothing."""
    units = divide_half_up(part * 100 * 10**decimals, whole) if whole else 0
    return percent(Decimal(units).scaleb(-decimals), language, decimals=decimals)


def data(size: int, language: str) -> str:
    """Bytes as `14,8 GB`, `5 GB`, `995 MB` or `12 kB`; decimal units, so 1 GB is 10^9 bytes."""
    if divide_half_up(size, MEGABYTE) >= 1000:
        tenths = divide_half_up(size, GIGABYTE // 10)
        whole = tenths % 10 == 0
        amount = number(Decimal(tenths).scaleb(-1), language, decimals=0 if whole else 1)
        return f"{amount}{NBSP}GB"
    if size >= MEGABYTE:
        return f"{number(divide_half_up(size, MEGABYTE), language)}{NBSP}MB"
    if size >= 1000:
        return f"{min(divide_half_up(size, 1000), 999)}{NBSP}kB"
    return f"{0 if size == 0 else 1}{NBSP}kB"


def duration(seconds: int, language: str) -> str:
    """Talking time to read: `1 u 20 min`, `98 u 05 min`, `20 min`, `58 s`; whole minutes half up from one minute on."""
    hour = _style(language).hour
    if seconds < 0:
        return f"{MINUS}{duration(-seconds, language)}"
    if seconds < 60:
        return f"{seconds}{NBSP}s"
    hours, minutes = divmod(divide_half_up(seconds, 60), 60)
    if hours:
        return f"{number(hours, language)}{NBSP}{hour}{NBSP}{minutes:02d}{NBSP}min"
    return f"{minutes}{NBSP}min"


def call_time(seconds: int) -> str:
    """The length of one call, exact: `8:41`, `58:52`, `1:20:05`; what is booked back has a minus."""
    if seconds < 0:
        return f"{MINUS}{call_time(-seconds)}"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _as_day(value: date) -> date:
    return local_day(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def _short_month(day: date, style: _Style) -> str:
    short = _written(day.replace(day=1), "LLL", style.locale)
    cut = short != _written(day.replace(day=1), "LLLL", style.locale)  # "mei" is whole and takes no dot
    return f"{short}." if cut and style.abbreviation_dot else short


def _year(day: date, today: date | None) -> str:
    return f" {day.year}" if today is not None and day.year != _as_day(today).year else ""


def day(value: date, language: str, *, today: date | None = None) -> str:
    """`do 15 okt.`; with its year when `today` is given and lies in another one."""
    style, shown = _style(language), _as_day(value)
    weekday = _written(shown, "EEE", style.locale)
    return f"{weekday} {shown.day} {_short_month(shown, style)}{_year(shown, today)}".replace(" ", NBSP)


def long_day(value: date, language: str, *, today: date | None = None) -> str:
    """`donderdag 15 oktober`."""
    style, shown = _style(language), _as_day(value)
    return f"{_written(shown, 'EEEE d MMMM', style.locale)}{_year(shown, today)}"


def full_date(value: date, language: str) -> str:
    """`15 oktober 2026`: for documents, where the year must never be missing."""
    style, shown = _style(language), _as_day(value)
    return f"{shown.day} {_written(shown.replace(day=1), 'MMMM', style.locale)} {shown.year}"


def weekday(value: date, language: str) -> str:
    """`do`."""
    return _written(_as_day(value), "EEE", _style(language).locale)


def near_day(value: date, language: str, *, today: date) -> str:
    """`vandaag`, `gisteren`, `morgen`, else as `day`."""
    style, shown = _style(language), _as_day(value)
    words = {0: style.today, -1: style.yesterday, 1: style.tomorrow}
    return words.get((shown - _as_day(today)).days) or day(shown, language, today=today)


def clock(moment: datetime) -> str:
    """`08:02` in Amsterdam."""
    return f"{to_local(moment):%H:%M}"


def moment(value: datetime, language: str, *, now: datetime) -> str:
    """`vandaag 08:02`, `gisteren 16:20`, `do 15 okt. 16:42`."""
    return f"{near_day(value, language, today=local_day(now))} {clock(value)}"


def month(value: Month, language: str) -> str:
    """`oktober 2026`."""
    return f"{_written(value.first_day, 'LLLL', _style(language).locale)} {value.year}"


def month_name(value: Month, language: str) -> str:
    """`oktober`."""
    return _written(value.first_day, "LLLL", _style(language).locale)


def day_range(first: date, end: date, language: str, *, today: date | None = None) -> str:
    """Days `[first, end)` as `1 t/m 31 oktober`, `28 september t/m 4 oktober`, `31 december 2026 t/m 2 januari 2027`.

    The year is shown when it changes within, or when `today` is given and lies in another one.
    """
    style, last = _style(language), end - timedelta(days=1)
    if last < first:
        raise ValueError("a range of days that has no day")
    name = _written(last.replace(day=1), "MMMM", style.locale)
    if first.year != last.year:
        return f"{full_date(first, language)}{style.through_wide}{full_date(last, language)}"
    tail = f"{last.day} {name}{_year(last, today)}"
    if first == last:
        return tail
    if first.month == last.month:
        return f"{first.day}{style.through}{tail}"
    return f"{first.day} {_written(first.replace(day=1), 'MMMM', style.locale)}{style.through_wide}{tail}"


def period(value: Period, language: str, *, today: date | None = None) -> str:
    """A period of whole local days, as `day_range`."""
    return day_range(value.first_day, value.end_day, language, today=today)

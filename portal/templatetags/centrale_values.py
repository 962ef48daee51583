"""Filters that write values as people read them; part of `{% load centrale %}`. An empty value is an en dash."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from portal.lib import formats, numbers
from portal.lib.periods import Month

register = template.Library()

NOTHING = "–"


def _language() -> str:
    return (get_language() or "nl")[:2]


def _written(value: object, how: str, **options: object) -> str:
    return NOTHING if value is None or value == "" else str(getattr(formats, how)(value, _language(), **options))


@register.filter
def euro(micros: int | None) -> str:
    """`€ 1.234,56` from micros."""
    return _written(micros, "euro")


@register.filter
def euro_signed(micros: int | None) -> str:
    """`+ € 18,84` or `− € 18,84` from micros."""
    return _written(micros, "euro", signed=True)


@register.filter
def euro4(micros: int | None) -> str:
    """`€ 0,0603` from micros."""
    return _written(micros, "euro4")


@register.filter
def e164(number: str | None) -> str:
    """`088 765 40 00`, `+212 5 37 26 80 11`, `112` from how the database holds it."""
    return numbers.display(number) if number else NOTHING


@register.filter
def day(value: date | None) -> str:
    """`do 15 okt.`, with the year when it is another one."""
    return _written(value, "day", today=timezone.localdate())


@register.filter
def long_day(value: date | None) -> str:
    """`donderdag 15 oktober`, with the year when it is another one."""
    return _written(value, "long_day", today=timezone.localdate())


@register.filter
def full_date(value: date | None) -> str:
    """`15 oktober 2026`."""
    return _written(value, "full_date")


@register.filter
def moment(value: datetime | None) -> str:
    """`vandaag 08:02`, `do 15 okt. 16:42`."""
    return _written(value, "moment", now=timezone.now())


@register.filter
def month(value: Month | None) -> str:
    """`oktober 2026`."""
    return _written(value, "month")


@register.filter
def clock(value: datetime | None) -> str:
    """`08:02` in Amsterdam."""
    return NOTHING if value is None else formats.clock(value)


@register.filter
def duration(seconds: int | None) -> str:
    """Talking time in words: `1 u 20 min`."""
    return _written(seconds, "duration")


@register.filter
def call_time(seconds: int | None) -> str:
    """One call, exact: `8:41`."""
    return NOTHING if seconds is None else formats.call_time(seconds)


@register.filter
def percent(value: int | Decimal | None) -> str:
    """`36 %`; the value is in percents."""
    return _written(value, "percent")


@register.filter
def number(value: int | Decimal | None) -> str:
    """`1.850`."""
    return _written(value, "number")


@register.filter(name="bytes")
def bytes_(value: int | None) -> str:
    """`14,8 GB`."""
    return _written(value, "data")


@register.filter
def dash(value: object) -> object:
    """The value, or an en dash where there is none."""
    return NOTHING if value is None or value == "" else value

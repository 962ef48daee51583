"""The part of an iCalendar file that matters here, taken out line by line before anything reads it in earnest.

What can cost time or memory never reaches the parser: definitions of time zones (a rule may name every second of
a century), alarms, attachments and descriptions.
"""

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import Refusal

LARGEST: Final = 256 * 1024  # bytes
MOST_EVENTS: Final = 500
LONGEST_LINE: Final = 2000
KEPT: Final = frozenset(
    [
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXRULE",
        "EXDATE",
        "RECURRENCE-ID",
        "STATUS",
        "NAME",
        "X-WR-CALNAME",
    ]
)
_NAME = re.compile(r"[A-Za-z0-9-]+")


def plain_calendar(data: bytes) -> str:
    """The file with nothing but what is read of its appointments; refuses what is no calendar or too large."""
    if len(data) > LARGEST:
        message = _("This file is larger than %(most)s kB. Export only the appointments you need.")
        raise Refusal("calendar_too_large", message % {"most": LARGEST // 1024}, field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_calendar() from error
    if "\0" in text:
        raise _no_calendar()
    kept = list(_kept(re.split(r"\r\n|\n|\r", re.sub(r"(\r\n|\n|\r)[ \t]", "", text))))
    if not kept:
        raise _no_calendar()
    return "\r\n".join(["BEGIN:VCALENDAR", *kept, "END:VCALENDAR", ""])


def _no_calendar() -> Refusal:
    message = _("This is no calendar. Choose a file in the iCalendar format, which mostly ends in .ics.")
    return Refusal("no_calendar", message, field="file")


def _kept(lines: list[str]) -> Iterator[str]:
    """The lines of the first calendar; its appointments whole, without what stands inside them."""
    inside: list[str] = []
    events, calendars = 0, 0
    for line in lines:
        named = _NAME.match(line)
        name = named.group().upper() if named else ""
        part = line.partition(":")[2].strip().upper()
        if name == "BEGIN":
            inside.append(part)
            calendars += inside == ["VCALENDAR"]
            if inside == ["VCALENDAR", "VEVENT"]:
                events += 1
        elif name == "END":
            if not inside or inside[-1] != part:
                raise _no_calendar()
            inside.pop()
        if inside == ["VCALENDAR"] and name == "BEGIN":
            yield "X-READ:1"  # an empty calendar is one, too
        elif (inside == ["VCALENDAR", "VEVENT"] and name == "BEGIN") or (
            inside == ["VCALENDAR"] and name == "END" and part == "VEVENT"
        ):
            yield line
        elif name in KEPT and inside in (["VCALENDAR"], ["VCALENDAR", "VEVENT"]):
            yield line[:LONGEST_LINE]
    if inside or not calendars:
        raise _no_calendar()
    if events > MOST_EVENTS:
        message = _("This calendar has %(events)s appointments; at most %(most)s are read. Export fewer of them.")
        raise Refusal("too_many_appointments", message % {"events": events, "most": MOST_EVENTS}, field="file")
